/** The greeting that both ends of a new connection exchange (PROTOCOL.md, Request protocols). */
import type { BlockHash, NetworkId } from './ids.ts'

export interface Hello {
  readonly version: number
  readonly networkId: NetworkId
  readonly headHeight: bigint
  readonly headHash: BlockHash
  readonly settledHeight: bigint
  readonly mempoolCount: bigint
  /** Fingerprint of the pool, 64 hex digits: equal pools have equal ones. */
  readonly mempoolFingerprint: string
  /** How the node calls itself: 1 to 64 printable ASCII characters. A claim, shown as one. */
  readonly name: string
}
