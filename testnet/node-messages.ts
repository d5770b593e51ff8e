/** What a node process and the supervisor tell one another, over the channel between them. */
import type { ChainPlace } from '../src/node/blocks-on-demand.ts'

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
  /** What `order` of this number came to. */
  | { readonly kind: 'place'; readonly order: number; readonly place: ChainPlace }

/** What is wanted of one node; each is answered with where its chain stands. */
export type BlockOrder =
  | { readonly kind: 'place' }
  /** Blocks on demand from now on, or in slots again. */
  | { readonly kind: 'on-demand'; readonly isOn: boolean }
  | { readonly kind: 'make'; readonly slot: number; readonly parent: string; readonly withinMs: number }

export interface SupervisorOrder {
  readonly order: number
  readonly node: string
  readonly what: BlockOrder
}
