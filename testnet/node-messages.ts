/** What a node process tells the supervisor, over the channel between them. */

export interface NodeReady {
  readonly name: string
  readonly peerId: string
  /** Multiaddrs on which it listens, ports filled in. */
  readonly listen: readonly string[]
  /** `http://host:port` */
  readonly api: string
}

export type NodeMessage =
  | ({ readonly kind: 'ready' } & NodeReady)
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
