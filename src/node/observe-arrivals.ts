/**
 * Gossip messages whose judgement is under way: when each was taken up, and the copies that arrived before anybody knew
 * what is in it. Those copies become DUPLICATE records once the message has brought its objects, so that no arrival is
 * lost for having been early. Bounded: the oldest message is forgotten first.
 */
import type { MessageId, PeerId } from '../domain/ids.ts'
import { Oldest } from '../lib/oldest.ts'
import { ARRIVALS_MAX, EARLY_COPIES_MAX } from './limits.ts'

export interface EarlyCopy {
  readonly tNs: bigint
  readonly from: PeerId
  readonly bytes: number
}

interface Arrival {
  takenMonoMs: number | null
  readonly copies: EarlyCopy[]
}

export class Arrivals {
  readonly #arrivals = new Map<MessageId, Arrival>()
  readonly #oldest = new Oldest(this.#arrivals)

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'propagation.arrivals', size: this.#arrivals.size, capacity: ARRIVALS_MAX, unit: 'messages' }]
  }

  /** The message left the queue: from now on it is checked. */
  taken(message: MessageId, monoMs: number): void {
    this.#of(message).takenMonoMs = monoMs
  }

  /** A copy arrived whose message has not brought anything yet. */
  early(message: MessageId, copy: EarlyCopy): void {
    const { copies } = this.#of(message)
    if (copies.length < EARLY_COPIES_MAX) copies.push(copy)
  }

  /** How long the message has been checked, ms; null where it is not remembered. */
  checkMs(message: MessageId, monoMs: number): number | null {
    const taken = this.#arrivals.get(message)?.takenMonoMs ?? null
    return taken === null ? null : Math.max(0, monoMs - taken)
  }

  /** The early copies of a message. They stay: each object that it brings has been copied with it. */
  copiesOf(message: MessageId): readonly EarlyCopy[] {
    return this.#arrivals.get(message)?.copies ?? []
  }

  #of(message: MessageId): Arrival {
    const existing = this.#arrivals.get(message)
    if (existing !== undefined) return existing
    if (this.#arrivals.size >= ARRIVALS_MAX) this.#oldest.take()
    const arrival: Arrival = { takenMonoMs: null, copies: [] }
    this.#arrivals.set(message, arrival)
    return arrival
  }
}
