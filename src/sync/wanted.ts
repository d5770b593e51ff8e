/**
 * Bodies that we lack and others hold: whom to ask for which, and when to ask another one. After Bitcoin's transaction
 * request tracker.
 *
 * Tracked. For each wanted key its holders, each `candidate` (may be asked) or `failed` (asked, and did not deliver),
 * and at most one request under way. For each peer the keys that it may be asked for now, and how many it was asked for
 * and owes.
 *
 * Rules.
 * - A key is asked of one peer at a time. Without an answer after REASK_MS the next holder is asked; the late answer
 *   still counts. Rationale: one body must not be paid for twice by habit, nor wait for a peer that stalls
 *   (CVE-2024-52913).
 * - Saying again that one holds a key changes nothing. Rationale: otherwise whoever repeats himself resets the clock
 *   (SECURITY.md A12).
 * - Holders that we dialled are asked before those that dialled us. Rationale: inbound connections are the attacker's
 *   to make.
 * - When all holders have failed, the key is forgotten; the next comparison brings it back with whoever has it then.
 * - A full list of holders lets a newcomer replace one that has failed. Rationale: eight liars that came first must not
 *   keep an honest one out.
 * - When there are too many, whoever holds out the most gives up one of his for a key of somebody who holds out fewer,
 *   first one that nobody else has. Rationale: shares are equal at the end, however many there are who invent keys.
 * - What was refused or is over (`done`) isn't wanted again for half an hour. Rationale: a peer whose pool differs from
 *   ours by policy would bring it up in every comparison.
 *
 * Invariants: at most HOLDERS_MAX holders a key, at most IN_FLIGHT_PER_PEER_MAX keys owed a peer; a key is under way or
 * in the ready set of each of its candidates, never both; every wanted key has a candidate or is under way.
 *
 * The attacker's best move is to hold out 10,000 keys and answer none: each costs 2 s until the next holder is asked;
 * his keys that nobody else has cost us a request of 2.2 KB every 2 s, as long as he is connected. With n connections
 * he leaves an honest peer the (n + 1)th part of the list.
 *
 * Cost: O(holders) for each key that changes its state.
 */
import { assert } from '../lib/assert.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import type { PeerId } from '../domain/ids.ts'
import type { ItemKey } from '../domain/item-key.ts'
import {
  DONE_MAX,
  DONE_TTL_MS,
  HELD_OUT_PER_PEER_MAX,
  HOLDERS_MAX,
  IN_FLIGHT_PER_PEER_MAX,
  REASK_MS,
  VICTIMS_MAX,
  WANTED_MAX,
} from './limits.ts'

export interface Fetch {
  /** Number of the request. */
  readonly fetch: number
  readonly peer: PeerId
  readonly keys: readonly ItemKey[]
}

interface Want {
  readonly holders: Map<PeerId, 'candidate' | 'failed'>
  /** Number of the request under way. */
  fetch: number | null
}

interface Holder {
  readonly isPreferred: boolean
  /** Keys that it holds, failed ones too: what it takes of the bound. */
  heldOut: number
  /** Keys that it may be asked for now. */
  readonly ready: Set<ItemKey>
  owed: number
}

interface Request {
  readonly peer: PeerId
  readonly keys: Set<ItemKey>
  readonly askedMs: number
}

export class Wanted {
  readonly #wants = new Map<ItemKey, Want>()
  readonly #peers = new Map<PeerId, Holder>()
  /** In the order in which they were asked, which is that of their deadlines. */
  readonly #requests = new Map<number, Request>()
  readonly #done = new ExpiringMap<ItemKey, true>({ ttlMs: DONE_TTL_MS, capacity: DONE_MAX })
  readonly #nextNumber: () => number
  readonly #name: string
  readonly #chance: () => number

  /**
   * @param name what its structures are called; @param nextNumber numbers for requests, never the same twice; @param
   *   chance numbers in [0, 1)
   */
  constructor(options: { name?: string; nextNumber: () => number; chance: () => number }) {
    this.#name = options.name ?? 'wanted'
    this.#nextNumber = options.nextNumber
    this.#chance = options.chance
  }

  get count(): number {
    return this.#wants.size
  }

  connected(peer: PeerId, isPreferred: boolean): void {
    if (!this.#peers.has(peer)) this.#peers.set(peer, { isPreferred, heldOut: 0, ready: new Set(), owed: 0 })
  }

  /** It holds nothing any more, and what it owes is asked of others at once. */
  disconnected(peer: PeerId): void {
    const holder = this.#peers.get(peer)
    if (holder === undefined) return
    this.#peers.delete(peer)
    for (const [fetch, request] of this.#requests) {
      if (request.peer === peer) this.#end(fetch, request)
    }
    for (const [key, want] of this.#wants) if (want.holders.delete(peer)) this.#forgetIfHopeless(key, want)
  }

  /** The peer says that it holds the key. True where that is news. */
  held(peer: PeerId, key: ItemKey, monoMs: number): boolean {
    const holder = this.#peers.get(peer)
    if (holder === undefined || holder.heldOut >= HELD_OUT_PER_PEER_MAX || this.#done.has(key, monoMs)) return false
    let want = this.#wants.get(key)
    if (want === undefined) {
      if (this.#wants.size >= WANTED_MAX && !this.#makeRoom(holder)) return false
      want = { holders: new Map(), fetch: null }
      this.#wants.set(key, want)
    }
    if (want.holders.has(peer) || !this.#roomFor(want)) return false
    want.holders.set(peer, 'candidate')
    holder.heldOut++
    if (want.fetch === null) holder.ready.add(key)
    return true
  }

  /** What to ask now, and who let the time run out. To be called at every wake and after every answer. */
  due(monoMs: number): { readonly fetches: readonly Fetch[]; readonly late: readonly PeerId[] } {
    const late: PeerId[] = []
    for (const [fetch, request] of this.#requests) {
      if (monoMs - request.askedMs < REASK_MS) break
      late.push(request.peer)
      this.#end(fetch, request)
    }
    const fetches: Fetch[] = []
    for (const [peer, holder] of this.#inOrder()) {
      const keys = new Set<ItemKey>()
      for (const key of holder.ready) {
        if (holder.owed + keys.size >= IN_FLIGHT_PER_PEER_MAX) break
        keys.add(key)
      }
      if (keys.size === 0) continue
      const fetch = this.#nextNumber()
      for (const key of keys) this.#take(key, fetch)
      holder.owed += keys.size
      this.#requests.set(fetch, { peer, keys, askedMs: monoMs })
      fetches.push({ fetch, peer, keys: [...keys] })
    }
    return { fetches, late }
  }

  /**
   * The answer came. What it brought is reported by `received` for each key, before this or after; `unanswered` are the
   * keys that it did not get to, which may be asked of the same peer again; all others it has not.
   */
  answered(fetch: number, unanswered: readonly ItemKey[]): void {
    const request = this.#requests.get(fetch)
    if (request === undefined) return
    for (const key of unanswered) {
      if (!request.keys.delete(key)) continue
      this.#settleDebt(request.peer)
      this.#release(key)
    }
    this.#end(fetch, request)
  }

  /** The request came to nothing. */
  failed(fetch: number): void {
    const request = this.#requests.get(fetch)
    if (request !== undefined) this.#end(fetch, request)
  }

  /** The body is here, whichever way it came. */
  received(key: ItemKey): void {
    const want = this.#wants.get(key)
    if (want !== undefined) this.#forget(key, want)
  }

  /** The body was refused, or its time is over: it isn't to be asked for again. */
  done(key: ItemKey, monoMs: number): void {
    this.received(key)
    this.#done.set(key, true, monoMs)
  }

  isDone(key: ItemKey, monoMs: number): boolean {
    return this.#done.has(key, monoMs)
  }

  /** What was done with is wanted again: it came back. */
  undone(key: ItemKey): void {
    this.#done.delete(key)
  }

  /** Nothing is done with any more: the operator asked for a new beginning. */
  allUndone(): void {
    this.#done.clear()
  }

  wants(key: ItemKey): boolean {
    return this.#wants.has(key)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: `${this.#name}.keys`, size: this.#wants.size, capacity: WANTED_MAX, unit: 'objects' },
      { name: `${this.#name}.done`, size: this.#done.size, capacity: this.#done.capacity, unit: 'objects' },
    ]
  }

  invariants(): void {
    const heldOut = new Map<PeerId, number>()
    const ready = new Map<PeerId, number>()
    for (const [key, want] of this.#wants) {
      assert(want.holders.size <= HOLDERS_MAX, 'few holders a key')
      const candidates = [...want.holders].filter(([, state]) => state === 'candidate')
      assert(want.fetch !== null || candidates.length > 0, 'a wanted key is under way or can be asked for')
      assert(want.fetch === null || this.#requests.get(want.fetch)?.keys.has(key) === true, 'a request knows its keys')
      for (const [peer] of want.holders) heldOut.set(peer, (heldOut.get(peer) ?? 0) + 1)
      for (const [peer] of candidates) {
        assert((this.#peers.get(peer)?.ready.has(key) ?? false) === (want.fetch === null), 'ready or under way')
        if (want.fetch === null) ready.set(peer, (ready.get(peer) ?? 0) + 1)
      }
    }
    const owed = new Map<PeerId, number>()
    for (const [fetch, { peer, keys }] of this.#requests) {
      assert(keys.size > 0, 'an empty request is over')
      for (const key of keys) assert(this.#wants.get(key)?.fetch === fetch, 'a key knows its request')
      owed.set(peer, (owed.get(peer) ?? 0) + keys.size)
    }
    for (const [peer, holder] of this.#peers) {
      assert(holder.heldOut === (heldOut.get(peer) ?? 0), 'what a peer holds is counted')
      assert(holder.ready.size === (ready.get(peer) ?? 0), 'what a peer can be asked for is listed')
      assert(holder.owed === (owed.get(peer) ?? 0), 'what a peer owes is counted')
      assert(holder.owed <= IN_FLIGHT_PER_PEER_MAX, 'no peer owes too much')
    }
  }

  /** Peers in the order of asking: those that we dialled, then the others, each by chance. */
  #inOrder(): [PeerId, Holder][] {
    return [...this.#peers]
      .filter(([, holder]) => holder.ready.size > 0 && holder.owed < IN_FLIGHT_PER_PEER_MAX)
      .map((entry) => ({ entry, at: (entry[1].isPreferred ? 0 : 1) + this.#chance() }))
      .sort((a, b) => a.at - b.at)
      .map(({ entry }) => entry)
  }

  /** Room for one more key of this holder, at the cost of whoever holds out the most. */
  #makeRoom(holder: Holder): boolean {
    let largest = holder
    for (const other of this.#peers.values()) if (other.heldOut > largest.heldOut) largest = other
    // One key must change sides without making the newcomer the largest: otherwise two would push each other out for
    // ever.
    if (largest.heldOut <= holder.heldOut + 1) return false
    const candidates = [...largest.ready.values().take(VICTIMS_MAX)]
    const victim = candidates.find((key) => this.#wants.get(key)?.holders.size === 1) ?? candidates[0]
    if (victim === undefined) return false
    this.received(victim)
    return true
  }

  #roomFor(want: Want): boolean {
    if (want.holders.size < HOLDERS_MAX) return true
    for (const [peer, state] of want.holders) {
      if (state !== 'failed') continue
      want.holders.delete(peer)
      this.#letGo(peer)
      return true
    }
    return false
  }

  /** Puts a key under way: nobody else is asked for it meanwhile. */
  #take(key: ItemKey, fetch: number): void {
    const want = this.#wants.get(key)
    assert(want !== undefined, 'what is ready is wanted')
    want.fetch = fetch
    for (const peer of want.holders.keys()) this.#peers.get(peer)?.ready.delete(key)
  }

  /** Makes a key ready again for all its candidates. */
  #release(key: ItemKey): void {
    const want = this.#wants.get(key)
    if (want === undefined) return
    want.fetch = null
    for (const [peer, state] of want.holders) if (state === 'candidate') this.#peers.get(peer)?.ready.add(key)
    this.#forgetIfHopeless(key, want)
  }

  /** Ends a request: what it has not brought, its peer has failed to deliver. */
  #end(fetch: number, request: Request): void {
    this.#requests.delete(fetch)
    for (const key of request.keys) {
      this.#settleDebt(request.peer)
      const want = this.#wants.get(key)
      if (want?.holders.has(request.peer) === true) want.holders.set(request.peer, 'failed')
      this.#release(key)
    }
  }

  #forgetIfHopeless(key: ItemKey, want: Want): void {
    if (want.fetch !== null) return
    for (const state of want.holders.values()) if (state === 'candidate') return
    this.#forget(key, want)
  }

  #forget(key: ItemKey, want: Want): void {
    this.#wants.delete(key)
    for (const peer of want.holders.keys()) {
      this.#peers.get(peer)?.ready.delete(key)
      this.#letGo(peer)
    }
    const request = want.fetch === null ? undefined : this.#requests.get(want.fetch)
    if (request === undefined || want.fetch === null) return
    request.keys.delete(key)
    this.#settleDebt(request.peer)
    if (request.keys.size === 0) this.#requests.delete(want.fetch)
  }

  #letGo(peer: PeerId): void {
    const holder = this.#peers.get(peer)
    if (holder !== undefined) holder.heldOut--
  }

  #settleDebt(peer: PeerId): void {
    const holder = this.#peers.get(peer)
    if (holder !== undefined) holder.owed--
  }
}
