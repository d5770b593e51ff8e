/**
 * Addresses of other nodes, learnt from their records, and whom to dial.
 *
 * Tracked. For each peer the addresses that its newest record names, whether a dial ever reached it, and when it may be dialled next.
 *
 * Rules.
 * - Only addresses that could be the peer's here are kept: on the open network public ones, on a development network all that can be dialled. Rationale:
 *   a record with 10.0.0.1 would make every node knock at its neighbours' doors.
 * - An address counts as good only after a dial that ended at the peer itself (the dial carries the peer id, and the handshake proves it). Rationale:
 *   anybody can put somebody else's address into his record.
 * - The book is bounded in all and for each group of addresses; who was never reached gives way first, and nobody to a newcomer of a full group.
 * - Missing outbound connections are filled up by dials, at most DIALS_MAX at once: known good ones and new ones in turn, groups that we have no outbound
 *   connection with first. After a failure the wait doubles.
 *
 * Invariants: within the bounds; at most one dial a peer.
 *
 * The attacker's best move is to fill groups with his own addresses: he gets a sixteenth of the book for each /16 that he rents, and an outbound
 * connection only as one group among many.
 */
import { assert } from '../lib/assert.ts'
import { asNetAddress, type NetAddress, type PeerId } from '../domain/ids.ts'
import { addressKind } from './address.ts'
import {
  ADDRESS_BOOK_MAX,
  ADDRESS_GROUP_MAX,
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MS,
  DIAL_DEADLINE_MS,
  DIALS_MAX,
  FAILURES_TRIED_MAX,
  FAILURES_UNTRIED_MAX,
  OUTBOUND_WANTED,
} from './limits.ts'

export interface DialDecision {
  readonly peer: PeerId
  /** With `/p2p/<peer>` at the end, so that nobody else may answer. */
  readonly address: NetAddress
}

interface Known {
  addresses: readonly string[]
  group: string
  wasReached: boolean
  failures: number
  nextMs: number
  /** Since when a dial is under way. */
  diallingMs: number | null
}

export class Discovery {
  readonly #known = new Map<PeerId, Known>()
  readonly #groups = new Map<string, number>()
  /** Connected peers, and the group of those that we dialled. */
  readonly #connected = new Map<PeerId, string | null>()
  readonly #self: PeerId
  readonly #allowsLocal: boolean
  readonly #wanted: number
  readonly #chance: () => number
  #turn = 0

  /** @param allowsLocal loopback and private addresses may be dialled: development networks; @param chance numbers in [0, 1) */
  constructor(options: { self: PeerId; allowsLocal: boolean; chance: () => number; outboundWanted?: number }) {
    this.#self = options.self
    this.#allowsLocal = options.allowsLocal
    this.#chance = options.chance
    this.#wanted = options.outboundWanted ?? OUTBOUND_WANTED
  }

  get size(): number {
    return this.#known.size
  }

  /** A record names its owner's addresses. */
  learnt(peer: PeerId, addresses: readonly string[], monoMs: number): void {
    if (peer === this.#self) return
    // An identity in an address is not believed: the dial names the owner of the record.
    const usable = addresses
      .map((address) => address.replace(/\/p2p\/[^/]+$/, ''))
      .filter((address) => this.#isUsable(address))
    const held = this.#known.get(peer)
    const [first] = usable
    if (first === undefined) {
      if (held !== undefined && held.diallingMs === null) this.#drop(peer)
      return
    }
    const { group } = addressKind(first)
    if (held === undefined) {
      if (!this.#makeRoom(group)) return
      this.#known.set(peer, {
        addresses: usable,
        group,
        wasReached: false,
        failures: 0,
        nextMs: monoMs,
        diallingMs: null,
      })
      this.#count(group, 1)
      return
    }
    // New addresses deserve a new chance; who merely moves within his group has not earned trust elsewhere.
    if (usable.join() === held.addresses.join()) return
    if (group !== held.group) {
      this.#count(held.group, -1)
      this.#count(group, 1)
      held.group = group
      held.wasReached = false
    }
    held.addresses = usable
    held.failures = 0
    held.nextMs = Math.min(held.nextMs, monoMs + DIAL_BACKOFF_MS)
  }

  /** It left, died, or was forgotten: no reason to dial it until a new record comes. */
  forget(peer: PeerId): void {
    this.#drop(peer)
  }

  connected(peer: PeerId, isOutbound: boolean): void {
    const held = this.#known.get(peer)
    if (held !== undefined) held.diallingMs = null
    if (held !== undefined && isOutbound) {
      held.wasReached = true
      held.failures = 0
    }
    this.#connected.set(peer, isOutbound ? (held?.group ?? '') : null)
  }

  disconnected(peer: PeerId, monoMs: number): void {
    this.#connected.delete(peer)
    const held = this.#known.get(peer)
    if (held !== undefined) held.nextMs = Math.max(held.nextMs, monoMs + DIAL_BACKOFF_MS * (0.5 + this.#chance()))
  }

  /** A dial that we asked for came to nothing. */
  dialFailed(peer: PeerId, monoMs: number): void {
    const held = this.#known.get(peer)
    if (held === undefined || held.diallingMs === null) return
    held.diallingMs = null
    held.failures++
    // Another one of its addresses next time.
    held.addresses = [...held.addresses.slice(1), ...held.addresses.slice(0, 1)]
    if (held.failures >= (held.wasReached ? FAILURES_TRIED_MAX : FAILURES_UNTRIED_MAX)) {
      this.#drop(peer)
      return
    }
    const waitMs = Math.min(DIAL_BACKOFF_MAX_MS, DIAL_BACKOFF_MS * 2 ** (held.failures - 1))
    held.nextMs = monoMs + waitMs * (0.75 + 0.5 * this.#chance())
  }

  /** Dials to make now. @param avoid who must not be dialled: banned, or dialled by others already */
  due(monoMs: number, avoid: (peer: PeerId) => boolean = () => false): DialDecision[] {
    let dialling = 0
    for (const [peer, held] of this.#known) {
      if (held.diallingMs === null) continue
      if (monoMs - held.diallingMs > DIAL_DEADLINE_MS) this.dialFailed(peer, monoMs)
      else dialling++
    }
    const outbound = [...this.#connected.values()].filter((group) => group !== null)
    const dials: DialDecision[] = []
    const groups = new Set(outbound)
    while (outbound.length + dialling + dials.length < this.#wanted && dialling + dials.length < DIALS_MAX) {
      const peer = this.#choose(monoMs, groups, avoid)
      const held = peer === null ? undefined : this.#known.get(peer)
      if (peer === null || held === undefined) break
      held.diallingMs = monoMs
      groups.add(held.group)
      dials.push({ peer, address: asNetAddress(`${held.addresses[0] ?? ''}/p2p/${peer}`) })
    }
    return dials
  }

  /** Whether it dials, or would if somebody's turn came. */
  get isLooking(): boolean {
    if (this.#known.size <= this.#connected.size) return false
    let outbound = 0
    for (const group of this.#connected.values()) if (group !== null) outbound++
    return outbound < this.#wanted
  }

  /** Where a peer can be dialled right now, whatever its turn; null where nothing is known. */
  addressOf(peer: PeerId): NetAddress | null {
    const address = this.#known.get(peer)?.addresses[0]
    return address === undefined ? null : asNetAddress(`${address}/p2p/${peer}`)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'discovery.peers', size: this.#known.size, capacity: ADDRESS_BOOK_MAX, unit: 'peers' }]
  }

  invariants(): void {
    assert(this.#known.size <= ADDRESS_BOOK_MAX, 'the book is within its bound')
    const counts = new Map<string, number>()
    for (const { group } of this.#known.values()) counts.set(group, (counts.get(group) ?? 0) + 1)
    assert(counts.size === this.#groups.size, 'every group is counted')
    for (const [group, count] of counts) assert(this.#groups.get(group) === count, 'a group has its count')
  }

  #isUsable(address: string): boolean {
    const { reach } = addressKind(address)
    return reach === 'public' || (this.#allowsLocal && reach !== 'unusable')
  }

  /** Who is next: the known good and the untried in turn, new groups first, then by chance. */
  #choose(monoMs: number, groups: ReadonlySet<string>, avoid: (peer: PeerId) => boolean): PeerId | null {
    const candidates = [...this.#known].filter(
      ([peer, held]) => held.diallingMs === null && held.nextMs <= monoMs && !this.#connected.has(peer) && !avoid(peer),
    )
    const prefersReached = this.#turn++ % 2 === 0
    let best: { peer: PeerId; rank: number } | null = null
    for (const [peer, held] of candidates) {
      const rank = (groups.has(held.group) ? 2 : 0) + (held.wasReached === prefersReached ? 0 : 1) + this.#chance()
      if (best === null || rank < best.rank) best = { peer, rank }
    }
    return best?.peer ?? null
  }

  #makeRoom(group: string): boolean {
    const groupMax = this.#allowsLocal ? ADDRESS_BOOK_MAX : ADDRESS_GROUP_MAX
    const isGroupFull = (this.#groups.get(group) ?? 0) >= groupMax
    if (!isGroupFull && this.#known.size < ADDRESS_BOOK_MAX) return true
    for (const [peer, held] of this.#known) {
      if (held.wasReached || held.diallingMs !== null || (isGroupFull && held.group !== group)) continue
      // A newcomer of a full group must not push out an older one of it: that would be a way to be chosen.
      if (isGroupFull && held.failures === 0) continue
      this.#drop(peer)
      return true
    }
    return false
  }

  #drop(peer: PeerId): void {
    const held = this.#known.get(peer)
    if (held === undefined) return
    this.#known.delete(peer)
    this.#count(held.group, -1)
  }

  #count(group: string, step: number): void {
    const count = (this.#groups.get(group) ?? 0) + step
    if (count === 0) this.#groups.delete(group)
    else this.#groups.set(group, count)
  }
}
