/** What the worker tells the page, and the page the worker: plain documents. */

/** Where the node is that the page joins through, and of which network: `GET /light/node.json`. */
export interface LightStart {
  /** The network's document. */
  readonly network: unknown
  readonly peerId: string
  /** Port on which it takes WebSockets, at the host that the page came from. */
  readonly port: number
}

/** What the page asks the worker to begin with. */
export interface LightJoin extends LightStart {
  readonly host: string
  /** Whether the page came over TLS: then its socket must as well, and `port` is that of the page. */
  readonly isSecure: boolean
}

export interface LightItem {
  readonly id: string
  readonly atMs: number
  readonly outcome: 'checked' | 'refused' | 'ignored'
  /** Why not, as a code of PROTOCOL.md; null where it was taken. */
  readonly reason: string | null
  /** How long checking took, ms. */
  readonly checkMs: number | null
  readonly from: string | null
}

export interface LightPeer {
  readonly peerId: string
  readonly name: string | null
  readonly agent: string | null
}

export interface LightView {
  readonly network: string
  readonly self: string
  readonly peers: readonly LightPeer[]
  /** Members of the network that are alive, and all that are known. */
  readonly members: { readonly alive: number; readonly known: number }
  readonly head: { readonly height: number; readonly hash: string }
  readonly pool: number
  readonly counts: Readonly<Record<LightItem['outcome'], number>>
  /** Signatures that this page checked. */
  readonly signatures: number
  /** Bans of senders, and ends of connections that this page decided, newest first. */
  readonly cuts: readonly { readonly atMs: number; readonly what: string }[]
  /** What nodes answered about the newest transaction that was taken; null before one was, or where they don't say. */
  readonly coverage: { readonly id: string; readonly have: number; readonly of: number } | null
}

export type LightMessage =
  | { readonly kind: 'view'; readonly view: LightView }
  | { readonly kind: 'items'; readonly items: readonly LightItem[] }
  | { readonly kind: 'failed'; readonly message: string }
