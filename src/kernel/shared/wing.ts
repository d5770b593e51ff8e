/**
 * What each part of the kernel says of its own state, so that whoever asks all of them asks in one loop and names no
 * machine.
 */
import type { PeerId } from '../../domain/ids.ts'
import type { Now } from '../../domain/time.ts'

/** Fill and bound of one structure that grows, for /v1/debug/limits. */
export interface StructureSize {
  readonly name: string
  readonly size: number
  readonly capacity: number
  readonly unit: string
}

/** The state of one wing: its machines, and the books that its handlers keep between them. */
export interface WingState {
  /** Fill and bound of all that grows in it. */
  sizes(): readonly StructureSize[]
  /** Throws where a machine of it has broken its own rules; for tests. */
  invariants?(): void
  /** Whether anything is under way in it that has a deadline: then the node is woken every WAKE_MS. */
  readonly isAtWork: boolean
  /** At rest: when it wants to be woken; monotonic ms, infinity for never. */
  readonly nextMs: number
  /** A peer of our network has greeted. Effects follow in the hall (on-peer). */
  peerGreeted?(peer: PeerId, isOutbound: boolean, now: Now): void
  /** A peer is gone: nothing waits for it any more. Effects follow in the hall (on-peer). */
  peerGone?(peer: PeerId, now: Now): void
}
