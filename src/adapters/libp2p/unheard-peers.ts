/**
 * Since when the router has not heard which peers, for their score. It drops what they send unseen, and by itself
 * nobody would ever know. Bounded by connected peers: each review drops who left.
 */
import type { PeerId } from '../../domain/ids.ts'

export class UnheardPeers {
  readonly #isUnheard: (peer: PeerId) => boolean
  readonly #sinceMs = new Map<PeerId, number>()

  /** @param isUnheard whether the router drops what the peer sends now */
  constructor(isUnheard: (peer: PeerId) => boolean) {
    this.#isUnheard = isUnheard
  }

  /** For how long the peer has not been heard; null where it is. */
  unheardMs(peer: PeerId, nowMs: number): number | null {
    if (!this.#isUnheard(peer)) {
      this.#sinceMs.delete(peer)
      return null
    }
    const since = this.#sinceMs.get(peer) ?? nowMs
    this.#sinceMs.set(peer, since)
    return nowMs - since
  }

  /** All that are not heard, of those connected, with their times. Once a heartbeat. */
  *review(connected: Iterable<PeerId>, nowMs: number): IterableIterator<readonly [PeerId, number]> {
    const present = new Set(connected)
    for (const peer of this.#sinceMs.keys()) if (!present.has(peer)) this.#sinceMs.delete(peer)
    for (const peer of present) {
      const ms = this.unheardMs(peer, nowMs)
      if (ms !== null) yield [peer, ms]
    }
  }
}
