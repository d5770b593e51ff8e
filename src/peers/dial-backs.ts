/**
 * Dialling peers back on their request, so that they learn whether others reach them.
 *
 * Tracked. Whom we dial back now, and whom we dialled back of late.
 *
 * Rules (PROTOCOL.md, reach).
 * - A peer is dialled at the address that we see it at, and at a port that its own record names. Rationale: whoever
 *   could name a place would have all nodes of a network knock there (SECURITY.md A39).
 * - Each peer once in DIAL_BACK_GAP_MS, DIAL_BACKS_MAX at once. Rationale: a dial that nobody answers holds a socket
 *   for seconds.
 *
 * Invariants: at most DIAL_BACKS_MAX at once.
 *
 * The attacker's best move is to take the four places for three seconds each, under as many identities: others are told
 * `busy`, and ask somebody else.
 */
import type { PeerId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import { DIAL_BACK_GAP_MS, DIAL_BACKS_KEPT_MAX, DIAL_BACKS_MAX } from './limits.ts'

export class DialBacks {
  /** The requests that wait for one. */
  readonly #now = new Set<number>()
  readonly #recent = new ExpiringMap<PeerId, true>({ ttlMs: DIAL_BACK_GAP_MS, capacity: DIAL_BACKS_KEPT_MAX })

  /** Whether this peer may be dialled back now; if so, it is. */
  begin(request: number, peer: PeerId, monoMs: number): boolean {
    if (this.#now.size >= DIAL_BACKS_MAX || this.#recent.has(peer, monoMs)) return false
    this.#recent.set(peer, true, monoMs)
    this.#now.add(request)
    return true
  }

  /** @returns whether it was one of ours */
  ended(request: number): boolean {
    return this.#now.delete(request)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'peers.dialBacks', size: this.#now.size, capacity: DIAL_BACKS_MAX, unit: 'dials' },
      { name: 'peers.dialledBack', size: this.#recent.size, capacity: DIAL_BACKS_KEPT_MAX, unit: 'peers' },
    ]
  }

  invariants(): void {
    assert(this.#now.size <= DIAL_BACKS_MAX, 'few dials at once')
  }
}
