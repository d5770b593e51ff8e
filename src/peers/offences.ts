/**
 * Offences and bans.
 *
 * Tracked: per peer id the times of its invalid objects within the last hour, and of its unpaid ones within the last
 * ten seconds; bans by peer id and by address group, with their end.
 *
 * Rules.
 * - Ten invalid objects within an hour ban the peer for an hour. *Rationale*: an honest node checks before it forwards,
 *   so it sends none.
 * - The count outlives the connection. *Rationale*: the router forgets the score of a peer that reconnects (SECURITY.md
 *   L2).
 * - Three banned peers of one address group ban the group as long. *Rationale*: peer ids are free.
 * - A peer that cost too much is banned at once, for a shorter time (SECURITY.md A43 to A46). *Rationale*: load is
 *   circumstantial evidence.
 * - A shared loopback address is never banned on development networks: all honest nodes live there.
 * - More than fifty unpaid objects within ten seconds disconnect without a ban: state may differ between honest nodes,
 *   but not so much.
 *
 * The attacker's best move is nine forgeries an hour per identity: nine signature checks, no state. With many
 * identities he is bounded by the connection limits and by the address rule.
 *
 * Invariants: counts within budgets, structures within bounds, no ban without an end.
 */
import { assert } from '../lib/assert.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Offence } from '../domain/reject.ts'
import { addressGroup, isSharedLoopback } from '../lib/address-group.ts'
import {
  BAN_MS,
  BANNED_PEERS_PER_ADDRESS,
  BANS_MAX,
  INVALID_BUDGET,
  INVALID_WINDOW_MS,
  OFFENDERS_MAX,
  UNPAID_BUDGET,
  UNPAID_WINDOW_MS,
  WORK_BAN_MS,
} from './limits.ts'

export interface Ban {
  /** `peer:<id>` or `address:<group>`. */
  readonly subject: string
  readonly untilWallMs: number
  readonly reason: string
}

export type OffenceOutcome =
  | { readonly kind: 'counted'; readonly count: number }
  | { readonly kind: 'disconnect'; readonly count: number }
  | { readonly kind: 'ban'; readonly count: number; readonly bans: readonly Ban[] }

interface Record {
  /** Ends of the windows of the offences, oldest first; at most the budget. */
  invalidMs: number[]
  unpaidMs: number[]
}

export class Offences {
  readonly #sparesLoopback: boolean
  readonly #offenders = new Map<PeerId, Record>()
  readonly #bans = new Map<string, Ban>()
  /** Peers banned per address group, until their ban ends. */
  readonly #bannedOf = new Map<string, Map<PeerId, number>>()

  /** @param sparesLoopback true on development networks */
  constructor(options: { sparesLoopback: boolean }) {
    this.#sparesLoopback = options.sparesLoopback
  }

  /** Counts an offence and says what follows. `ip` is where the peer is connected from, null when it is gone. */
  count(
    peer: PeerId,
    ip: string | null,
    offence: Offence,
    reason: string,
    monoMs: number,
    wallMs: number,
  ): OffenceOutcome {
    const record = this.#recordOf(peer)
    if (offence === 'unpaid') {
      record.unpaidMs = within(record.unpaidMs, UNPAID_WINDOW_MS, monoMs)
      if (record.unpaidMs.length < UNPAID_BUDGET) {
        record.unpaidMs.push(monoMs)
        return { kind: 'counted', count: record.unpaidMs.length }
      }
      record.unpaidMs = []
      return { kind: 'disconnect', count: UNPAID_BUDGET + 1 }
    }
    record.invalidMs = within(record.invalidMs, INVALID_WINDOW_MS, monoMs)
    record.invalidMs.push(monoMs)
    const count = record.invalidMs.length
    if (count < INVALID_BUDGET) return { kind: 'counted', count }
    record.invalidMs = record.invalidMs.slice(-INVALID_BUDGET)
    return { kind: 'ban', count, bans: this.#ban(peer, ip, reason, wallMs) }
  }

  /**
   * Bans a peer that cost too much, at once and for WORK_BAN_MS. `ip`: where it is connected from, null when it is
   * gone.
   */
  shed(peer: PeerId, ip: string | null, reason: string, wallMs: number): readonly Ban[] {
    return this.#ban(peer, ip, reason, wallMs, WORK_BAN_MS)
  }

  /** Bans an address group whose peers come and go and cost too much together. Empty where it is spared. */
  banAddress(group: string, reason: string, wallMs: number): readonly Ban[] {
    if (this.#sparesLoopback && isSharedLoopback(group)) return []
    return [this.#keep({ subject: `address:${group}`, untilWallMs: wallMs + WORK_BAN_MS, reason })]
  }

  /** How many invalid objects of the peer count now. */
  invalidCount(peer: PeerId, monoMs: number): number {
    const record = this.#offenders.get(peer)
    return record === undefined ? 0 : within(record.invalidMs, INVALID_WINDOW_MS, monoMs).length
  }

  admitsPeer(peer: PeerId, wallMs: number): boolean {
    return !this.#holds(`peer:${peer}`, wallMs)
  }

  admitsAddress(ip: string, wallMs: number): boolean {
    if (this.#sparesLoopback && isSharedLoopback(ip)) return true
    return !this.#holds(`address:${addressGroup(ip)}`, wallMs)
  }

  /** Takes bans that were written before a restart. Those that ended are left out. */
  restore(bans: readonly Ban[], wallMs: number): void {
    for (const ban of bans)
      if (ban.untilWallMs > wallMs) this.#keep({ ...ban, untilWallMs: Math.min(ban.untilWallMs, wallMs + BAN_MS) })
  }

  /** Drops bans that have ended and returns their subjects, so that they can be deleted from disk. */
  expire(wallMs: number): string[] {
    const ended: string[] = []
    for (const [subject, ban] of this.#bans) {
      if (ban.untilWallMs <= wallMs) {
        this.#bans.delete(subject)
        ended.push(subject)
      }
    }
    for (const [group, peers] of this.#bannedOf) {
      for (const [peer, until] of peers) if (until <= wallMs) peers.delete(peer)
      if (peers.size === 0) this.#bannedOf.delete(group)
    }
    return ended
  }

  bans(): readonly Ban[] {
    return [...this.#bans.values()]
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'peers.offenders', size: this.#offenders.size, capacity: OFFENDERS_MAX, unit: 'peers' },
      { name: 'peers.bans', size: this.#bans.size, capacity: BANS_MAX, unit: 'bans' },
      { name: 'peers.bannedAddresses', size: this.#bannedOf.size, capacity: BANS_MAX, unit: 'addresses' },
    ]
  }

  invariants(): void {
    for (const { name, size, capacity } of this.sizes()) assert(size <= capacity, `${name} within its capacity`)
    for (const record of this.#offenders.values()) {
      assert(record.invalidMs.length <= INVALID_BUDGET, 'invalid objects within the budget')
      assert(record.unpaidMs.length <= UNPAID_BUDGET, 'unpaid objects within the budget')
    }
    for (const ban of this.#bans.values()) assert(Number.isFinite(ban.untilWallMs), 'every ban ends')
  }

  #ban(peer: PeerId, ip: string | null, reason: string, wallMs: number, lengthMs = BAN_MS): readonly Ban[] {
    const untilWallMs = wallMs + lengthMs
    const made: Ban[] = [{ subject: `peer:${peer}`, untilWallMs, reason }]
    if (ip !== null && !(this.#sparesLoopback && isSharedLoopback(ip))) {
      const group = addressGroup(ip)
      const peers = this.#bannedOf.get(group) ?? new Map<PeerId, number>()
      if (!this.#bannedOf.has(group)) dropOldest(this.#bannedOf, BANS_MAX)
      this.#bannedOf.set(group, peers)
      peers.set(peer, untilWallMs)
      if (peers.size >= BANNED_PEERS_PER_ADDRESS) {
        made.push({ subject: `address:${group}`, untilWallMs, reason: `${peers.size} banned peers of this address` })
      }
    }
    return made.map((ban) => this.#keep(ban))
  }

  /** The ban that holds from now on: never a shorter one than before. */
  #keep(ban: Ban): Ban {
    const before = this.#bans.get(ban.subject)
    const holds = before !== undefined && before.untilWallMs > ban.untilWallMs ? before : ban
    this.#bans.delete(ban.subject)
    if (this.#bans.size >= BANS_MAX) this.#bans.delete(this.#firstToEnd())
    this.#bans.set(ban.subject, holds)
    return holds
  }

  #firstToEnd(): string {
    let first = { subject: '', untilWallMs: Number.POSITIVE_INFINITY }
    for (const ban of this.#bans.values()) if (ban.untilWallMs < first.untilWallMs) first = ban
    return first.subject
  }

  #holds(subject: string, wallMs: number): boolean {
    const ban = this.#bans.get(subject)
    return ban !== undefined && ban.untilWallMs > wallMs
  }

  #recordOf(peer: PeerId): Record {
    const existing = this.#offenders.get(peer)
    if (existing !== undefined) return existing
    dropOldest(this.#offenders, OFFENDERS_MAX)
    const record: Record = { invalidMs: [], unpaidMs: [] }
    this.#offenders.set(peer, record)
    return record
  }
}

function within(times: readonly number[], windowMs: number, nowMs: number): number[] {
  return times.filter((time) => time > nowMs - windowMs)
}

function dropOldest<K, V>(map: Map<K, V>, capacity: number): void {
  if (map.size < capacity) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
