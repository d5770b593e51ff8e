/**
 * Peers that announce more than anybody has to announce (SECURITY.md A13). The router's own penalty (P7) takes many
 * heartbeats to silence a liar, and each of his frames is decoded until then.
 *
 * Rules. Beyond ANNOUNCED_PER_SECOND a peer's announcements are not looked at, and for LOUD_MS its score is below the
 * threshold at which the router listens to announcements at all. *Rationale*: the router itself announces at most 5,000
 * ids a topic and heartbeat, so no honest node gets there.
 *
 * The attacker's best move is to stay below: then the router's bound on ids and P7 hold him.
 */
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { PeerId } from '../../domain/ids.ts'
import { ANNOUNCED_BURST, ANNOUNCED_PER_SECOND, LOUD_MS, LOUD_PEERS_MAX } from './limits.ts'
import { SenderBudgets, type Spent } from './sender-budgets.ts'

export class LoudPeers {
  readonly #budgets = new SenderBudgets({ perSecond: ANNOUNCED_PER_SECOND, burst: ANNOUNCED_BURST })
  readonly #loud = new ExpiringMap<PeerId, true>({ ttlMs: LOUD_MS, capacity: LOUD_PEERS_MAX })

  /** The peer announced so many ids; `first-beyond` once in a second. Once loud, nothing of it is within. */
  announced(peer: PeerId, ids: number, nowMs: number): Spent {
    const spent = this.#budgets.spend(peer, ids, nowMs)
    if (spent !== 'within') this.#loud.set(peer, true, nowMs)
    return spent === 'within' && this.#loud.has(peer, nowMs) ? 'beyond' : spent
  }

  isLoud(peer: PeerId, nowMs: number): boolean {
    return this.#loud.has(peer, nowMs)
  }

  /** The peer is gone. That it was loud is remembered: otherwise a reconnection would buy it a new burst. */
  forget(peer: PeerId): void {
    this.#budgets.forget(peer)
  }

  get size(): number {
    return this.#loud.size
  }
}
