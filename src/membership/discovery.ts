/**
 * Addresses of other nodes, learnt from their records, and whom to dial.
 *
 * Tracked. For each peer the addresses that its newest record names, who told us of it, whether a dial ever reached it,
 * and when it may be dialled next.
 *
 * Rules.
 * - Only IP addresses that could be the peer's here are kept: on an open network public ones, on a development network
 *   all that can be dialled; never names. Rationale: a record with 10.0.0.1, or with a name that leads there, would
 *   make every node knock at its neighbours' doors (SECURITY.md A39).
 * - An address counts as good only after a dial that ended at the peer itself (the dial carries the peer id, and the
 *   handshake proves it) and was answered with a greeting. Rationale: anybody can put somebody else's address into his
 *   record.
 * - The book is bounded in all, for each group of addresses and for each neighbour who tells; who was never reached
 *   gives way first, and nobody to a newcomer of a full share. Rationale: addresses cost nothing to invent, places
 *   beside us do.
 * - Missing outbound connections are filled up by dials, at most DIALS_MAX at once: known good ones and new ones in
 *   turn, groups that we have no outbound connection with first. After a failure the wait doubles.
 * - One owner gets one place: an address is not dialled while another of its group is dialled or connected, greeted or
 *   not, by what was dialled and not by what the record names first. Rationale: one machine has any number of
 *   identities and ports (A40). What the operator configured is dialled all the same.
 *
 * Invariants: within the bounds; at most one dial a peer.
 *
 * The attacker's best move is to rent machines in many networks: one outbound place for each, and a quarter of the book
 * for each network from which he tells of others.
 */
import { assert } from '../lib/assert.ts'
import { asNetAddress, type NetAddress, type PeerId } from '../domain/ids.ts'
import { endpointOf, multiaddrOf } from '../lib/endpoint.ts'
import { mayDial, reachOf } from '../lib/reach.ts'
import { Shares } from '../lib/shares.ts'
import { addressKind, ipKind, type AddressKind } from './address.ts'
import {
  ADDRESS_BOOK_MAX,
  ADDRESS_GROUP_MAX,
  ADDRESS_TELLER_MAX,
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
  /** Of the first address when it was learnt. */
  group: string
  readonly teller: string
  wasReached: boolean
  failures: number
  nextMs: number
  /** Since when a dial is under way. */
  diallingMs: number | null
}

export class Discovery {
  readonly #known = new Map<PeerId, Known>()
  readonly #groups = new Shares<string>()
  readonly #tellers = new Shares<string>()
  /** Connected peers, where we dialled those that we did, and whether such a one has shown to be of use. */
  readonly #connected = new Map<PeerId, { readonly kind: AddressKind | null; isGreeted: boolean }>()
  readonly #self: PeerId
  readonly #isOpen: boolean
  readonly #wanted: number
  readonly #chance: () => number
  #turn = 0

  /**
   * @param isOpen whether it is an open network; on development networks loopback and private addresses are dialled
   *   too; @param chance numbers in [0, 1)
   */
  constructor(options: { self: PeerId; isOpen: boolean; chance: () => number; outboundWanted?: number }) {
    this.#self = options.self
    this.#isOpen = options.isOpen
    this.#chance = options.chance
    this.#wanted = options.outboundWanted ?? OUTBOUND_WANTED
  }

  get size(): number {
    return this.#known.size
  }

  /**
   * A record names its owner's addresses. @param teller the neighbour who told it first, or all of one network
   * (kernel/teller.ts)
   */
  learnt(peer: PeerId, addresses: readonly string[], teller: string, monoMs: number): void {
    if (peer === this.#self) return
    // An identity in an address is not believed: the dial names the owner of the record.
    const usable = [...new Set(addresses.flatMap((address) => this.#usable(address)))]
    const held = this.#known.get(peer)
    const [first] = usable
    if (first === undefined) {
      if (held !== undefined && held.diallingMs === null) this.#drop(peer)
      return
    }
    const { group } = addressKind(first)
    if (held === undefined) {
      if (!this.#makeRoom(group, teller)) return
      this.#known.set(peer, {
        addresses: usable,
        group,
        teller,
        wasReached: false,
        failures: 0,
        nextMs: monoMs,
        diallingMs: null,
      })
      this.#groups.change(group, 1)
      this.#tellers.change(teller, 1)
      return
    }
    // New addresses deserve a new chance; who merely moves within his group has not earned trust elsewhere.
    if (usable.toSorted().join() === held.addresses.toSorted().join()) return
    if (group !== held.group) {
      this.#groups.change(held.group, -1)
      this.#groups.change(group, 1)
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

  /**
   * It has a place from now on, whether it is of use or not: who never greets must not be one of many.
   * @param dialled the IP address at which we dialled it; null: it dialled us
   */
  connected(peer: PeerId, dialled: string | null): void {
    const held = this.#known.get(peer)
    if (held !== undefined) held.diallingMs = null
    this.#connected.set(peer, { kind: dialled === null ? null : ipKind(dialled), isGreeted: false })
  }

  /** It is a node of this network. */
  greeted(peer: PeerId): void {
    const place = this.#connected.get(peer)
    if (place === undefined) return
    place.isGreeted = true
    const held = this.#known.get(peer)
    if (held === undefined || place.kind === null) return
    held.wasReached = true
    held.failures = 0
  }

  disconnected(peer: PeerId, monoMs: number): void {
    const place = this.#connected.get(peer)
    this.#connected.delete(peer)
    const held = this.#known.get(peer)
    if (held === undefined) return
    // Who hung up without a greeting was dialled in vain.
    if (place !== undefined && place.kind !== null && !place.isGreeted) this.#failed(peer, held, monoMs)
    else held.nextMs = Math.max(held.nextMs, monoMs + DIAL_BACKOFF_MS * (0.5 + this.#chance()))
  }

  /** A dial that we asked for came to nothing. */
  dialFailed(peer: PeerId, monoMs: number): void {
    const held = this.#known.get(peer)
    if (held !== undefined && held.diallingMs !== null) this.#failed(peer, held, monoMs)
  }

  #failed(peer: PeerId, held: Known, monoMs: number): void {
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
    const outbound = [...this.#connected.values()].filter(({ kind }) => kind !== null).length
    const dials: DialDecision[] = []
    const taken = this.#taken(null)
    while (outbound + dialling + dials.length < this.#wanted && dialling + dials.length < DIALS_MAX) {
      const choice = this.#choose(monoMs, taken, avoid)
      const held = choice === null ? undefined : this.#known.get(choice.peer)
      if (choice === null || held === undefined) break
      const { peer, address } = choice
      held.diallingMs = monoMs
      // Under way is what stands first.
      held.addresses = [address, ...held.addresses.filter((other) => other !== address)]
      taken.add(addressKind(address))
      dials.push({ peer, address: asNetAddress(`${address}/p2p/${peer}`) })
    }
    return dials
  }

  /** Whether it dials, or would if somebody's turn came. */
  get isLooking(): boolean {
    if (this.#known.size <= this.#connected.size) return false
    let outbound = 0
    for (const { kind } of this.#connected.values()) if (kind !== null) outbound++
    return outbound < this.#wanted
  }

  /** Where a peer can be dialled right now, whatever its turn; null where nothing is known. */
  addressOf(peer: PeerId): NetAddress | null {
    const address = this.#known.get(peer)?.addresses[0]
    return address === undefined ? null : asNetAddress(`${address}/p2p/${peer}`)
  }

  /** Whether a connection at this address would be a second place of one owner among those of others than `peer`. */
  isTaken(address: NetAddress, peer: PeerId): boolean {
    return this.#taken(peer).has(addressKind(address))
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'discovery.peers', size: this.#known.size, capacity: ADDRESS_BOOK_MAX, unit: 'peers' }]
  }

  invariants(): void {
    assert(this.#known.size <= ADDRESS_BOOK_MAX, 'the book is within its bound')
    this.#groups.invariants([...this.#known.values()].map(({ group }) => group))
    this.#tellers.invariants([...this.#known.values()].map(({ teller }) => teller))
  }

  /** The address in its one spelling, where it may be dialled; none otherwise. */
  #usable(address: string): string[] {
    const endpoint = endpointOf(address)
    if (endpoint?.kind !== 'ip' || !mayDial(reachOf(endpoint.ip), 'stranger', this.#isOpen)) return []
    return [multiaddrOf(endpoint.ip, endpoint.port)]
  }

  /** Where we have an outbound place, or are about to; without what belongs to `except`. */
  #taken(except: PeerId | null): TakenGroups {
    const taken = new TakenGroups()
    for (const [peer, { kind }] of this.#connected) if (kind !== null && peer !== except) taken.add(kind)
    for (const [peer, { diallingMs, addresses }] of this.#known)
      if (diallingMs !== null && peer !== except) taken.add(addressKind(addresses[0] ?? ''))
    return taken
  }

  /** Who is next and where: the known good and the untried in turn, new groups first, then by chance. */
  #choose(
    monoMs: number,
    taken: TakenGroups,
    avoid: (peer: PeerId) => boolean,
  ): { readonly peer: PeerId; readonly address: string } | null {
    const prefersReached = this.#turn++ % 2 === 0
    let best: { peer: PeerId; address: string; rank: number } | null = null
    for (const [peer, held] of this.#known) {
      if (held.diallingMs !== null || held.nextMs > monoMs || this.#connected.has(peer) || avoid(peer)) continue
      const address = held.addresses.find((each) => !taken.has(addressKind(each)))
      if (address === undefined) continue
      const isKnownGroup = taken.hasNeighbour(addressKind(address))
      const rank = (isKnownGroup ? 2 : 0) + (held.wasReached === prefersReached ? 0 : 1) + this.#chance()
      if (best === null || rank < best.rank) best = { peer, address, rank }
    }
    return best
  }

  #makeRoom(group: string, teller: string): boolean {
    const groupMax = this.#isOpen ? ADDRESS_GROUP_MAX : ADDRESS_BOOK_MAX
    const isGroupFull = this.#groups.of(group) >= groupMax
    const isTellerFull = this.#tellers.of(teller) >= ADDRESS_TELLER_MAX
    if (!isGroupFull && !isTellerFull && this.#known.size < ADDRESS_BOOK_MAX) return true
    const victim = isGroupFull || isTellerFull ? this.#failing(isGroupFull, group, teller) : this.#greedy(teller)
    if (victim !== null) this.#drop(victim)
    return victim !== null
  }

  /**
   * One of a full share that was dialled in vain: a newcomer must not push out another of it, which would be a way to
   * be chosen.
   */
  #failing(isGroupFull: boolean, group: string, teller: string): PeerId | null {
    for (const [peer, held] of this.#known) {
      if (held.wasReached || held.diallingMs !== null || held.failures === 0) continue
      if (isGroupFull ? held.group === group : held.teller === teller) return peer
    }
    return null
  }

  /** One of whoever told most, where that is more than `teller` would have told with the newcomer. */
  #greedy(teller: string): PeerId | null {
    let best: PeerId | null = null
    let most = this.#tellers.of(teller)
    for (const [peer, held] of this.#known) {
      if (held.wasReached || held.diallingMs !== null || this.#tellers.of(held.teller) <= most) continue
      most = this.#tellers.of(held.teller)
      best = peer
    }
    return best
  }

  #drop(peer: PeerId): void {
    const held = this.#known.get(peer)
    if (held === undefined) return
    this.#known.delete(peer)
    this.#groups.change(held.group, -1)
    this.#tellers.change(held.teller, -1)
  }
}

/** Groups of addresses that are taken by outbound places. */
class TakenGroups {
  readonly #groups = new Set<string>()
  readonly #owners = new Set<string>()

  add({ group, isOneOwner }: AddressKind): void {
    this.#groups.add(group)
    if (isOneOwner) this.#owners.add(group)
  }

  /** Whether it is another address of one owner who has a place. */
  has({ group, isOneOwner }: AddressKind): boolean {
    return isOneOwner && this.#owners.has(group)
  }

  /** Whether something of the same network has a place. */
  hasNeighbour({ group }: AddressKind): boolean {
    return this.#groups.has(group)
  }
}
