/** A participant of a simulated network, whatever it is made of. */
import type { SubmitResult } from '../ports/control.ts'
import type { ApiEvent } from '../domain/views.ts'
import type { SimHost } from './host.ts'

export interface Member {
  readonly host: SimHost
  /** Runs as the member's process. */
  start(): void
  /** Lets the network have these bytes, as this kind of member does; runs as the member's process. */
  publish(bytes: Uint8Array): void
  /** Peer ids of its mesh of the transactions topic. */
  meshPeers(): readonly string[]
}

/** What a member tells the world of messages, by the id that the world gave them. */
export interface MemberObserver {
  onFirst(id: string, from: string): void
  onCopy(id: string): void
  onRefused(id: string, from: string | null, reason: string): void
  /** What a whole node tells its own observers of transactions, peers and blocks. */
  onEvent(event: ApiEvent): void
  /** What it answered its user; later than the call, when the disk has it. */
  onAnswer(result: SubmitResult): void
}
