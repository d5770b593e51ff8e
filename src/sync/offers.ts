/**
 * This node's own transactions until three peers have them: gossip promises nothing to whoever publishes while cut off,
 * or alone.
 *
 * Tracked. For each own transaction that is in no block yet, the peers known to have it.
 *
 * How a peer is known to have it: it sent it or asked for it; it said so when it was offered; or a comparison showed
 * its set equal to ours in that place.
 *
 * Rules.
 * - Gossip gets OFFER_AFTER_MS first. Then the transaction is offered to one connected peer a turn that isn't known to
 *   have it, until OFFER_PEERS have it. Rationale: one peer may lie and one may leave; beyond three, their own relaying
 *   carries it.
 * - The same peer is offered it again only after OFFER_AGAIN_MS. Rationale: it may have refused it for now.
 * - What leaves the pool is no longer offered. What comes beyond OFFERS_MAX isn't followed; comparisons offer it all
 *   the same.
 *
 * Invariants: within its bound; never more than OFFER_PEERS peers a key.
 *
 * The attacker's best move is to be three of our peers and claim to have everything: then only gossip and comparisons
 * spread it.
 */
import { assert } from '../lib/assert.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Bound, ItemKey } from '../domain/item-key.ts'
import {
  OFFER_AFTER_MS,
  OFFER_AGAIN_MS,
  OFFER_PEERS,
  OFFER_TURN_MS,
  OFFERED_PER_FRAME_MAX,
  OFFERS_MAX,
  OFFERS_PER_TURN,
} from './limits.ts'

interface Own {
  readonly sinceMs: number
  /** Few, and mostly none: a list that is replaced. */
  known: readonly PeerId[]
  /** When it was offered to whom, for those that it isn't known of; null until the first time. */
  offeredMs: Map<PeerId, number> | null
}

const NOBODY: readonly PeerId[] = []

export interface Offer {
  readonly peer: PeerId
  readonly keys: readonly ItemKey[]
}

export class Offers {
  readonly #own = new Map<ItemKey, Own>()
  readonly #peers = new Set<PeerId>()
  #turnMs = Number.NEGATIVE_INFINITY

  connected(peer: PeerId): void {
    this.#peers.add(peer)
  }

  /** Who had it still has it; only offers go to others now. */
  disconnected(peer: PeerId): void {
    this.#peers.delete(peer)
    for (const own of this.#own.values()) own.offeredMs?.delete(peer)
  }

  /** A transaction of this node's user is in the pool. */
  add(key: ItemKey, monoMs: number): void {
    if (this.#own.size >= OFFERS_MAX || this.#own.has(key)) return
    this.#own.set(key, { sinceMs: monoMs, known: NOBODY, offeredMs: null })
  }

  /** It left the pool: in a block, expired, replaced. */
  remove(key: ItemKey): void {
    this.#own.delete(key)
  }

  /** The peer has it: it sent it, fetched it, or said so. */
  known(peer: PeerId, key: ItemKey): void {
    const own = this.#own.get(key)
    if (own === undefined) return
    if (own.known.includes(peer)) return
    own.known = [...own.known, peer]
    own.offeredMs?.delete(peer)
    if (own.known.length >= OFFER_PEERS) this.#own.delete(key)
  }

  /**
   * A comparison that began at `startedMs` and got to its end, of all before `upTo`: the peer has all of ours but
   * `lacking`.
   */
  compared(peer: PeerId, startedMs: number, upTo: Bound, lacking: ReadonlySet<ItemKey>): void {
    for (const [key, own] of this.#own) {
      if (own.sinceMs < startedMs && key < upTo && !lacking.has(key)) this.known(peer, key)
    }
  }

  /**
   * Of those that were offered to somebody `forMs` ago or longer: how many nobody is known to have, and to how many
   * peers they were offered.
   */
  untaken(monoMs: number, forMs: number): { readonly transactions: number; readonly peers: number } {
    const peers = new Set<PeerId>()
    let transactions = 0
    for (const { known, offeredMs, sinceMs } of this.#own.values()) {
      if (known.length > 0 || offeredMs === null || monoMs - sinceMs < forMs) continue
      if (offeredMs.size > 0) transactions++
      for (const peer of offeredMs.keys()) peers.add(peer)
    }
    return { transactions, peers: peers.size }
  }

  /** Offers to make now, at most one turn every OFFER_TURN_MS. Each counts as made. */
  due(monoMs: number): Offer[] {
    if (monoMs - this.#turnMs < OFFER_TURN_MS) return []
    this.#turnMs = monoMs
    const offers = new Map<PeerId, ItemKey[]>()
    for (const [key, own] of this.#own) {
      if (monoMs - own.sinceMs < OFFER_AFTER_MS) continue
      const peer = this.#nextFor(own, monoMs, offers)
      if (peer === undefined) continue
      own.offeredMs ??= new Map()
      own.offeredMs.set(peer, monoMs)
      const keys = offers.get(peer) ?? []
      keys.push(key)
      offers.set(peer, keys)
    }
    return [...offers].map(([peer, keys]) => ({ peer, keys: keys.sort() }))
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'offers.own', size: this.#own.size, capacity: OFFERS_MAX, unit: 'transactions' }]
  }

  invariants(): void {
    assert(this.#own.size <= OFFERS_MAX, 'own transactions within their bound')
    for (const own of this.#own.values()) {
      assert(own.known.length < OFFER_PEERS, 'what three have is not followed')
      for (const peer of own.offeredMs?.keys() ?? []) assert(this.#peers.has(peer), 'offers go to who is there')
    }
  }

  /**
   * A peer that may lack it and has room in this turn; the fewest at once, so that offers of many transactions go
   * together.
   */
  #nextFor(own: Own, monoMs: number, offers: ReadonlyMap<PeerId, readonly ItemKey[]>): PeerId | undefined {
    let wanted = OFFER_PEERS - own.known.length
    for (const offeredMs of own.offeredMs?.values() ?? []) if (monoMs - offeredMs < OFFER_AGAIN_MS) wanted--
    if (wanted <= 0) return undefined
    for (const peer of this.#peers) {
      if (own.known.includes(peer)) continue
      const offeredMs = own.offeredMs?.get(peer)
      if (offeredMs !== undefined && monoMs - offeredMs < OFFER_AGAIN_MS) continue
      const keys = offers.get(peer)
      if (keys === undefined ? offers.size < OFFERS_PER_TURN : keys.length < OFFERED_PER_FRAME_MAX) return peer
    }
    return undefined
  }
}
