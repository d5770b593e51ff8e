/**
 * When to dial which of the configured addresses: at once at start and after a loss, then with a wait that doubles up
 * to a bound and is spread by chance, so that nodes that lost each other together do not come back together.
 *
 * Tracked per address: unconnected with the time of the next try, dialling, or connected with its peer; when it was
 * last tried and why that failed. A connection that did not last HELD_MS counts towards the next wait like a failed
 * try, though it greeted: two nodes with one identity take each other's place at a third one, and whatever else ends
 * connections as soon as they stand, would do so many times a second otherwise. A peer that can't be one of ours
 * (another network, no hearsay node) counts as a failed try though a connection stood: it would be dialled twice a
 * second for ever. Invariant: at most one dial of an address is under way.
 */
import type { DialFailure } from '../domain/dial.ts'
import type { NetAddress, PeerId } from '../domain/ids.ts'
import { splitIdentity } from '../lib/endpoint.ts'
import { ANCHOR_FAILURES_MAX, ANCHORS_MAX, DIAL_DEADLINE_MS, HELD_MS, REDIAL_FIRST_MS } from './limits.ts'

type State =
  | { readonly kind: 'waiting'; readonly dueMs: number; readonly failures: number }
  | { readonly kind: 'dialling'; readonly sinceMs: number; readonly failures: number }
  | { readonly kind: 'connected'; readonly peer: PeerId; readonly failures: number; readonly sinceMs: number }

interface Story {
  /** When it was last tried; null: never. */
  triedMs: number | null
  /** Why that came to nothing; null while it has not, or when it did not. */
  failure: DialFailure | null
  /** Whether this try led to a peer that can't be one of ours: that says more than how the connection ended. */
  isUnfit: boolean
  /** Connections in a row that did not last. */
  brief: number
}

/** What there is to tell of one address. */
export interface DialStory extends Readonly<Omit<Story, 'isUnfit' | 'brief'>> {
  readonly address: NetAddress
  /** False: an anchor of before the last restart. */
  readonly isConfigured: boolean
  readonly state: State['kind']
  readonly peer: PeerId | null
  /** Tries in a row that came to nothing. */
  readonly failures: number
  /** When it is tried next; null while connected or dialling. */
  readonly dueMs: number | null
}

export class Redial {
  readonly #addresses = new Map<NetAddress, State>()
  readonly #stories = new Map<NetAddress, Story>()
  /** Anchors that are not among the configured addresses. */
  readonly #unconfigured = new Set<NetAddress>()
  readonly #configuredMax: number
  /** Peers that can't be one of ours, and why; the latest, as many as there are addresses. */
  readonly #unfit = new Map<PeerId, DialFailure>()
  /** At most one peer an address. */
  readonly #reached = new Map<PeerId, NetAddress>()
  readonly #longestMs: number
  readonly #chance: () => number

  /** @param chance numbers in [0, 1) for the spread */
  constructor(options: { addresses: readonly NetAddress[]; longestMs: number; chance: () => number }) {
    this.#longestMs = options.longestMs
    this.#configuredMax = options.addresses.length
    this.#chance = options.chance
    for (const address of options.addresses)
      this.#addresses.set(address, { kind: 'waiting', dueMs: Number.NEGATIVE_INFINITY, failures: 0 })
  }

  /** Anchors: dialled before all others, and given up after a few failures where nobody configured them. */
  prefer(anchors: readonly NetAddress[]): void {
    const configured = [...this.#addresses]
    const stands = (anchor: NetAddress): NetAddress =>
      configured.find(([address]) => splitIdentity(address).place === splitIdentity(anchor).place)?.[0] ?? anchor
    this.#addresses.clear()
    for (const anchor of anchors.map(stands)) {
      if (!configured.some(([address]) => address === anchor)) this.#unconfigured.add(anchor)
      this.#addresses.set(anchor, { kind: 'waiting', dueMs: Number.NEGATIVE_INFINITY, failures: 0 })
    }
    for (const [address, state] of configured) this.#addresses.set(address, state)
  }

  /** Who named an address: an anchor that nobody configured comes from a record. */
  namedBy(address: NetAddress): 'operator' | 'stranger' {
    return this.#unconfigured.has(address) ? 'stranger' : 'operator'
  }

  /** Addresses to dial now; each counts as being dialled from here on. */
  due(nowMs: number): NetAddress[] {
    const due: NetAddress[] = []
    for (const [address, state] of this.#addresses) {
      const lost = state.kind === 'dialling' && nowMs - state.sinceMs > DIAL_DEADLINE_MS
      if (lost || (state.kind === 'waiting' && state.dueMs <= nowMs)) {
        this.#addresses.set(address, { kind: 'dialling', sinceMs: nowMs, failures: state.failures })
        Object.assign(this.#storyOf(address), { triedMs: nowMs, isUnfit: false })
        due.push(address)
      }
    }
    return due
  }

  /** When the next dial is due, or counts as lost. */
  get nextMs(): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const state of this.#addresses.values()) {
      if (state.kind === 'waiting') nextMs = Math.min(nextMs, state.dueMs)
      else if (state.kind === 'dialling') nextMs = Math.min(nextMs, state.sinceMs + DIAL_DEADLINE_MS)
    }
    return nextMs
  }

  /** @param failure why, where that is known; what was found out about the peer itself stands above it */
  failed(address: NetAddress, nowMs: number, failure?: DialFailure): void {
    const state = this.#addresses.get(address)
    if (state?.kind !== 'dialling') return
    const story = this.#storyOf(address)
    if (failure !== undefined && !story.isUnfit) story.failure = failure
    this.#waitAfter(address, state.failures + 1, nowMs)
  }

  #waitAfter(address: NetAddress, failures: number, nowMs: number): void {
    if (failures >= ANCHOR_FAILURES_MAX && this.#unconfigured.delete(address)) {
      this.#addresses.delete(address)
      this.#stories.delete(address)
      return
    }
    const wait = Math.min(this.#longestMs, REDIAL_FIRST_MS * 2 ** Math.min(failures - 1, 16))
    this.#addresses.set(address, { kind: 'waiting', dueMs: nowMs + wait * (0.75 + 0.5 * this.#chance()), failures })
  }

  /** The dial led to this peer. */
  succeeded(address: NetAddress, peer: PeerId, nowMs: number): void {
    const state = this.#addresses.get(address)
    if (state === undefined) return
    const story = this.#storyOf(address)
    if (!story.isUnfit) story.failure = null
    const isAgain = state.kind === 'connected'
    const failures = isAgain ? 0 : state.failures
    this.#addresses.set(address, { kind: 'connected', peer, failures, sinceMs: isAgain ? state.sinceMs : nowMs })
    this.#reached.set(peer, address)
  }

  /** The peer that this leads to greeted us as one of ours. */
  greeted(peer: PeerId, at: NetAddress): void {
    this.#unfit.delete(peer)
    for (const address of this.#leadingTo(peer, at)) {
      Object.assign(this.#storyOf(address), { failure: null, isUnfit: false })
      const state = this.#addresses.get(address)
      if (state !== undefined) this.#addresses.set(address, { ...state, failures: 0 })
    }
  }

  /** The peer that this leads to can't be one of ours: why, until it greets us. */
  unfit(peer: PeerId, at: NetAddress, failure: DialFailure): void {
    for (const address of this.#leadingTo(peer, at)) Object.assign(this.#storyOf(address), { failure, isUnfit: true })
    this.#unfit.delete(peer)
    const [oldest] = this.#unfit.keys()
    if (oldest !== undefined && this.#unfit.size >= this.#configuredMax + ANCHORS_MAX) this.#unfit.delete(oldest)
    this.#unfit.set(peer, failure)
  }

  /**
   * A dial of a name ended at this peer: whatever was found out about it meanwhile, where it is did not say that this
   * name leads there.
   */
  ledTo(address: NetAddress, peer: PeerId): void {
    const failure = this.#unfit.get(peer)
    if (failure !== undefined && this.#addresses.has(address))
      Object.assign(this.#storyOf(address), { failure, isUnfit: true })
  }

  /**
   * The peer is gone: its addresses are due again, soon, with the count of failures back at the start, unless it was
   * none of ours.
   */
  lost(peer: PeerId, nowMs: number): void {
    for (const [address, state] of this.#addresses) {
      if (state.kind === 'connected' && state.peer === peer) {
        if (this.#storyOf(address).isUnfit) {
          this.#waitAfter(address, state.failures + 1, nowMs)
          continue
        }
        const story = this.#storyOf(address)
        story.brief = nowMs - state.sinceMs < HELD_MS ? story.brief + 1 : 0
        const wait = Math.min(this.#longestMs, REDIAL_FIRST_MS * 2 ** Math.max(0, Math.min(story.brief, 16) - 1))
        this.#addresses.set(address, { kind: 'waiting', dueMs: nowMs + wait * (0.5 + this.#chance()), failures: 0 })
      }
    }
  }

  /**
   * Whether connections under this address end one after the other as soon as they stand: then it is dialled when it is
   * due, and not sooner.
   */
  isBrief(address: NetAddress): boolean {
    return (this.#stories.get(address)?.brief ?? 0) > 1
  }

  /** The configured address under which this peer was last reached. */
  addressOf(peer: PeerId): NetAddress | null {
    return this.#reached.get(peer) ?? null
  }

  /** What there is to tell of each address, configured ones first. */
  stories(): DialStory[] {
    const stories = [...this.#addresses].map(([address, state]): DialStory => {
      const { triedMs, failure } = this.#storyOf(address)
      const isConfigured = !this.#unconfigured.has(address)
      const peer = state.kind === 'connected' ? state.peer : null
      const dueMs = state.kind === 'waiting' ? state.dueMs : null
      return { address, isConfigured, state: state.kind, peer, failures: state.failures, dueMs, triedMs, failure }
    })
    return stories.sort((a, b) => Number(b.isConfigured) - Number(a.isConfigured))
  }

  /** Of one address; null where nobody dials it from here. */
  storyAt(address: NetAddress): DialStory | null {
    return this.stories().find((story) => story.address === address) ?? null
  }

  #storyOf(address: NetAddress): Story {
    let story = this.#stories.get(address)
    if (story === undefined) {
      story = { triedMs: null, failure: null, isUnfit: false, brief: 0 }
      this.#stories.set(address, story)
    }
    return story
  }

  /** Addresses that lead to this peer, by what they name, where they led, or where it is. */
  #leadingTo(peer: PeerId, at: NetAddress): NetAddress[] {
    return [...this.#addresses]
      .filter(
        ([address, state]) =>
          (state.kind === 'connected' && state.peer === peer) ||
          address.endsWith(`/p2p/${peer}`) ||
          splitIdentity(address).place === splitIdentity(at).place,
      )
      .map(([address]) => address)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      {
        name: 'peers.redial',
        size: this.#addresses.size,
        capacity: this.#configuredMax + ANCHORS_MAX,
        unit: 'addresses',
      },
    ]
  }
}
