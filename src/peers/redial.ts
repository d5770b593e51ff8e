/**
 * When to dial which of the configured addresses: at once at start and after a loss, then with a wait that doubles up to a bound and is
 * spread by chance, so that nodes that lost each other together do not come back together.
 *
 * Tracked per address: unconnected with the time of the next try, dialling, or connected with its peer.
 * Invariant: at most one dial of an address is under way.
 */
import type { NetAddress, PeerId } from '../domain/ids.ts'
import { ANCHOR_FAILURES_MAX, ANCHORS_MAX, DIAL_DEADLINE_MS, REDIAL_FIRST_MS } from './limits.ts'

type State =
  | { readonly kind: 'waiting'; readonly dueMs: number; readonly failures: number }
  | { readonly kind: 'dialling'; readonly sinceMs: number; readonly failures: number }
  | { readonly kind: 'connected'; readonly peer: PeerId }

export class Redial {
  readonly #addresses = new Map<NetAddress, State>()
  /** Anchors that are not among the configured addresses. */
  readonly #unconfigured = new Set<NetAddress>()
  readonly #configuredMax: number
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
      configured.find(([address]) => withoutPeer(address) === withoutPeer(anchor))?.[0] ?? anchor
    this.#addresses.clear()
    for (const anchor of anchors.map(stands)) {
      if (!configured.some(([address]) => address === anchor)) this.#unconfigured.add(anchor)
      this.#addresses.set(anchor, { kind: 'waiting', dueMs: Number.NEGATIVE_INFINITY, failures: 0 })
    }
    for (const [address, state] of configured) this.#addresses.set(address, state)
  }

  /** Addresses to dial now; each counts as being dialled from here on. */
  due(nowMs: number): NetAddress[] {
    const due: NetAddress[] = []
    for (const [address, state] of this.#addresses) {
      const lost = state.kind === 'dialling' && nowMs - state.sinceMs > DIAL_DEADLINE_MS
      if (lost || (state.kind === 'waiting' && state.dueMs <= nowMs)) {
        this.#addresses.set(address, { kind: 'dialling', sinceMs: nowMs, failures: state.failures })
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

  failed(address: NetAddress, nowMs: number): void {
    const state = this.#addresses.get(address)
    if (state?.kind !== 'dialling') return
    const failures = state.failures + 1
    if (failures >= ANCHOR_FAILURES_MAX && this.#unconfigured.delete(address)) {
      this.#addresses.delete(address)
      return
    }
    const wait = Math.min(this.#longestMs, REDIAL_FIRST_MS * 2 ** Math.min(failures - 1, 16))
    this.#addresses.set(address, { kind: 'waiting', dueMs: nowMs + wait * (0.75 + 0.5 * this.#chance()), failures })
  }

  /** The dial led to this peer. */
  succeeded(address: NetAddress, peer: PeerId): void {
    if (!this.#addresses.has(address)) return
    this.#addresses.set(address, { kind: 'connected', peer })
    this.#reached.set(peer, address)
  }

  /** The peer is gone: its addresses are due again, soon, with the count of failures back at the start. */
  lost(peer: PeerId, nowMs: number): void {
    for (const [address, state] of this.#addresses) {
      if (state.kind === 'connected' && state.peer === peer) {
        this.#addresses.set(address, {
          kind: 'waiting',
          dueMs: nowMs + REDIAL_FIRST_MS * (0.5 + this.#chance()),
          failures: 0,
        })
      }
    }
  }

  /** The configured address under which this peer was last reached. */
  addressOf(peer: PeerId): NetAddress | null {
    return this.#reached.get(peer) ?? null
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

/** A multiaddr without the identity that is expected there. */
function withoutPeer(address: NetAddress): string {
  return address.replace(/\/p2p\/[^/]+$/, '')
}
