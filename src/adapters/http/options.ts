/** What the API needs from whoever composes the node. */
import type { AccountId } from '../../domain/ids.ts'
import type { NetworkParams } from '../../domain/params.ts'
import type { NodeControl } from '../../ports/control.ts'

export interface HttpApiOptions {
  readonly control: NodeControl
  /** `host:port`; port 0 takes a free one. IPv6 in brackets. */
  readonly listen: string
  /** The secret of the cookie file, which writes and debugging need. */
  readonly token: string
  /** Host names besides loopback ones that the API answers to: `name` with any port, or `name:port`. */
  readonly hosts: readonly string[]
  /** A development network: its rate limits let a load generator through. */
  readonly dev: boolean
  /** Listening where other machines can connect must be said twice. */
  readonly allowRemote?: boolean
  readonly version: string
  /** An address or 64 hex digits; null where it is neither, or an address of another network. */
  readonly parseAccount: (text: string) => AccountId | null
  /** The network whose node it is, and where pages join it over WebSockets; null where it takes none. */
  readonly network?: NetworkParams
  readonly light?: () => { readonly peerId: string; readonly port: number } | null
  /** Milliseconds that only grow. */
  readonly monotonicMs: () => number
  /** Called after each answer, for metrics; the route is the pattern, never the path. */
  readonly onAnswer?: (answer: HttpAnswer) => void
  /** Called when answering failed for a reason of ours. */
  readonly onFailure?: (error: unknown, route: string) => void
  readonly heartbeatMs?: number
  /** Sockets at once; CONNECTIONS_MAX unless the process has too few files for so many. */
  readonly socketsMax?: number
}

export interface HttpAnswer {
  readonly route: string
  readonly method: string
  readonly status: number
  readonly elapsedMs: number
}
