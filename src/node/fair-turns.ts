/**
 * Whose turn it is among peers that have something waiting, by what each has had: start-time fair queueing.
 *
 * Tracked: for each peer the point up to which it has been served, and the point of whoever was served last (the
 * clock). Rules.
 * - The next turn is that of the peer that has had least; among equals of who came first.
 * - Whoever comes new, or comes back, begins at the clock, or where he was when that is further. *Rationale*: nobody
 *   saves up for a time in which he had nothing waiting, and nobody gets rid of what he has had by letting his queue
 *   run empty.
 * - When nobody waits any more, all is forgotten.
 *
 * Cost: O(peers that wait) a turn.
 */
import type { PeerId } from '../domain/ids.ts'

export class FairTurns {
  /** Peers with something waiting. */
  readonly #waiting = new Map<PeerId, number>()
  /** Peers without, as far as they are ahead of the clock: fewer than there were messages since nobody waited. */
  readonly #ahead = new Map<PeerId, number>()
  #clock = 0

  /** The peer has something waiting from now on; nothing happens where it had before. */
  enter(peer: PeerId): void {
    if (this.#waiting.has(peer)) return
    this.#waiting.set(peer, Math.max(this.#clock, this.#ahead.get(peer) ?? 0))
    this.#ahead.delete(peer)
  }

  /** Whose turn it is; undefined where nobody waits. */
  next(): PeerId | undefined {
    let next: PeerId | undefined
    let least = Number.POSITIVE_INFINITY
    for (const [peer, had] of this.#waiting) {
      if (had >= least) continue
      next = peer
      least = had
    }
    return next
  }

  /** The peer has had its turn, at this cost. */
  took(peer: PeerId, cost: number): void {
    const had = this.#waiting.get(peer)
    if (had === undefined) return
    this.#clock = had
    this.#waiting.set(peer, had + cost)
  }

  /** The peer has nothing waiting any more. */
  leave(peer: PeerId): void {
    const had = this.#waiting.get(peer)
    this.#waiting.delete(peer)
    if (this.#waiting.size === 0) {
      this.#ahead.clear()
      this.#clock = 0
      return
    }
    if (had !== undefined && had > this.#clock) this.#ahead.set(peer, had)
    for (const [other, point] of this.#ahead) if (point <= this.#clock) this.#ahead.delete(other)
  }
}
