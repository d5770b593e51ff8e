/**
 * Whose turn it is among peers that have something waiting, by what each has had: self-clocked fair queueing (Golestani
 * 1994).
 *
 * Tracked: for each peer that waits the point up to which it has been served, and the point at which the last turn
 * ended (the clock). Rules.
 * - The next turn is that of the peer whose turn would end first, at what its next message costs; among equals of who
 *   came first. *Rationale*: a large message waits until the others have had as much.
 * - Whoever comes new, or comes back, begins at the clock. *Rationale*: nobody saves up for a time in which he had
 *   nothing waiting; and the clock goes on with each turn, so that a crowd of new names overtakes nobody who waits.
 * - When nobody waits any more, all is forgotten.
 *
 * Cost: O(peers that wait) a turn.
 */
import type { PeerId } from '../domain/ids.ts'

export class FairTurns {
  /** Peers with something waiting. */
  readonly #waiting = new Map<PeerId, number>()
  #clock = 0

  /** The peer has something waiting from now on; nothing happens where it had before. */
  enter(peer: PeerId): void {
    if (!this.#waiting.has(peer)) this.#waiting.set(peer, this.#clock)
  }

  /** Whose turn it is; undefined where nobody waits. @param costOf what the next message of a peer costs */
  next(costOf: (peer: PeerId) => number): PeerId | undefined {
    let next: PeerId | undefined
    let least = Number.POSITIVE_INFINITY
    for (const [peer, had] of this.#waiting) {
      const end = had + costOf(peer)
      if (end >= least) continue
      next = peer
      least = end
    }
    return next
  }

  /** The peer has had its turn, at this cost. */
  took(peer: PeerId, cost: number): void {
    const had = this.#waiting.get(peer)
    if (had === undefined) return
    this.#waiting.set(peer, had + cost)
    this.#clock = Math.max(this.#clock, had + cost)
  }

  /** The peer has nothing waiting any more. */
  leave(peer: PeerId): void {
    this.#waiting.delete(peer)
    if (this.#waiting.size === 0) this.#clock = 0
  }
}
