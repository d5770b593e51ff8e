/**
 * The newest record of each node.
 *
 * Tracked. One record an owner, since when it is known, and whether its owner signed two of the same version.
 *
 * Rules.
 * - The greater (incarnation, seq) wins. Of two different ones of the same version the one with the smaller hash is kept and the owner
 *   is marked; the second is told of once, as evidence. Rationale: so merging is commutative, associative and idempotent: in whatever
 *   order records come, every node ends with the same.
 * - A record from more than AHEAD_MS in the future is refused, by its publication and by its incarnation. Rationale: an owner with a wrong
 *   clock would bury all his later records under one.
 * - A record is advertised for the first half of its retention and forgotten at its end, both counted from its publication.
 *   Rationale: with one rule by age, no node brings back to another what that one has just forgotten.
 * - When the book is full, the largest group of addresses gives way: its youngest member that isn't protected (connected, ourselves); where
 *   the newcomer would be that member, it is refused. Rationale: a crowd from few addresses pushes out itself, never the others.
 *
 * Invariants: at most `countMax` records; each under its owner's name, none older than its retention after `expire`.
 *
 * The attacker's best move is to sign records for many keys from many addresses: 4,096 of them fill the book with strangers; who is
 * connected with us stays, and reconciliation brings the others back as the strangers age.
 */
import { assert } from '../lib/assert.ts'
import { utf8 } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { PeerId } from '../domain/ids.ts'
import { compareVersions, type NodeRecord } from '../domain/record.ts'
import { addressKind } from './address.ts'
import { AHEAD_MS, RECORDS_MAX } from './limits.ts'

export type Refusal = 'known' | 'stale' | 'future' | 'expired' | 'full'

export type Merge =
  /** `evicted` had to give way. */
  | { readonly kind: 'new'; readonly evicted: NodeRecord | null }
  | { readonly kind: 'newer'; readonly previous: NodeRecord }
  /** Two of one version: `kept` says which one is held now; `isFirst`: this is the first evidence against this version. */
  | {
      readonly kind: 'equivocation'
      readonly kept: 'held' | 'newcomer'
      readonly previous: NodeRecord
      readonly isFirst: boolean
    }
  | { readonly kind: 'refused'; readonly why: Refusal }

interface Held {
  record: NodeRecord
  /** Of its first address. */
  group: string
  /** Monotonic. */
  readonly sinceMs: number
  hasEquivocated: boolean
  isAdvertised: boolean
}

export class RecordBook {
  readonly #held = new Map<PeerId, Held>()
  /** How many records are of each group. */
  readonly #groups = new Map<string, number>()
  readonly #retentionMs: number
  readonly #countMax: number

  constructor(options: { retentionMs: number; countMax?: number }) {
    this.#retentionMs = options.retentionMs
    this.#countMax = options.countMax ?? RECORDS_MAX
  }

  get size(): number {
    return this.#held.size
  }

  get(peer: PeerId): NodeRecord | undefined {
    return this.#held.get(peer)?.record
  }

  /** Since when the owner is known, monotonic ms. */
  sinceMs(peer: PeerId): number | undefined {
    return this.#held.get(peer)?.sinceMs
  }

  hasEquivocated(peer: PeerId): boolean {
    return this.#held.get(peer)?.hasEquivocated === true
  }

  *all(): IterableIterator<NodeRecord> {
    for (const { record } of this.#held.values()) yield record
  }

  /** Whether others are told of this record by reconciliation. */
  isAdvertised(record: NodeRecord, wallMs: number): boolean {
    return wallMs - record.publishedAtMs < this.#retentionMs / 2
  }

  /** Why a record isn't worth its signature check, or null where it is. @param isProtected whose records never give way */
  precheck(record: NodeRecord, wallMs: number, isProtected: (peer: PeerId) => boolean = () => false): Refusal | null {
    if (record.publishedAtMs > wallMs + AHEAD_MS || record.incarnation > wallMs + AHEAD_MS) return 'future'
    if (wallMs - record.publishedAtMs >= this.#retentionMs) return 'expired'
    const held = this.#held.get(record.peer)
    if (held === undefined) return this.#isFullFor(record, isProtected) ? 'full' : null
    if (held.record.hash === record.hash) return 'known'
    const order = compareVersions(record, held.record)
    if (order < 0) return 'stale'
    // The evidence is out already, and this one would change nothing.
    if (order === 0 && held.hasEquivocated && record.hash > held.record.hash) return 'known'
    return null
  }

  /** Takes a record with a valid signature. @param isProtected whose records never give way */
  merge(
    record: NodeRecord,
    wallMs: number,
    monoMs: number,
    isProtected: (peer: PeerId) => boolean = () => false,
  ): Merge {
    const refusal = this.precheck(record, wallMs, isProtected)
    if (refusal !== null) return { kind: 'refused', why: refusal }
    const held = this.#held.get(record.peer)
    if (held === undefined) return this.#add(record, wallMs, monoMs, isProtected)
    const previous = held.record
    held.isAdvertised = this.isAdvertised(record, wallMs)
    if (compareVersions(record, previous) > 0) {
      this.#move(held, record)
      held.hasEquivocated = false
      return { kind: 'newer', previous }
    }
    const isFirst = !held.hasEquivocated
    held.hasEquivocated = true
    if (record.hash > previous.hash) return { kind: 'equivocation', kept: 'held', previous, isFirst }
    this.#move(held, record)
    return { kind: 'equivocation', kept: 'newcomer', previous, isFirst }
  }

  /** Records that are no longer advertised, and those that are gone. To be called now and then; linear. */
  expire(wallMs: number): { readonly hidden: readonly NodeRecord[]; readonly forgotten: readonly NodeRecord[] } {
    const hidden: NodeRecord[] = []
    const forgotten: NodeRecord[] = []
    for (const [peer, held] of this.#held) {
      if (held.isAdvertised && !this.isAdvertised(held.record, wallMs)) {
        held.isAdvertised = false
        hidden.push(held.record)
      }
      if (wallMs - held.record.publishedAtMs < this.#retentionMs) continue
      this.forget(peer)
      forgotten.push(held.record)
    }
    return { hidden, forgotten }
  }

  forget(peer: PeerId): boolean {
    const held = this.#held.get(peer)
    if (held === undefined) return false
    this.#count(held.group, -1)
    return this.#held.delete(peer)
  }

  clear(): void {
    this.#held.clear()
    this.#groups.clear()
  }

  /** 64 hex digits: equal books have equal ones. */
  digest(): string {
    const lines = [...this.#held].map(
      ([peer, { record, hasEquivocated }]) => `${peer} ${record.hash} ${hasEquivocated}`,
    )
    return sha256Hex(utf8(lines.sort().join('\n')))
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'membership.records', size: this.#held.size, capacity: this.#countMax, unit: 'records' }]
  }

  invariants(): void {
    assert(this.#held.size <= this.#countMax, 'records within their bound')
    const counts = new Map<string, number>()
    for (const [peer, { record, group }] of this.#held) {
      assert(record.peer === peer, 'a record is under its owner')
      assert(group === groupOf(record), 'a record is counted with its group')
      counts.set(group, (counts.get(group) ?? 0) + 1)
    }
    assert(counts.size === this.#groups.size, 'groups are those of the records')
    for (const [group, count] of counts) assert(this.#groups.get(group) === count, 'groups are counted')
  }

  #add(record: NodeRecord, wallMs: number, monoMs: number, isProtected: (peer: PeerId) => boolean): Merge {
    let evicted: NodeRecord | null = null
    if (this.#held.size >= this.#countMax) {
      evicted = this.#victim(isProtected)
      if (evicted === null) return { kind: 'refused', why: 'full' }
      this.forget(evicted.peer)
    }
    const group = groupOf(record)
    const isAdvertised = this.isAdvertised(record, wallMs)
    this.#held.set(record.peer, { record, group, sinceMs: monoMs, hasEquivocated: false, isAdvertised })
    this.#count(group, 1)
    return { kind: 'new', evicted }
  }

  /** Whether there is no place for a newcomer: its group would be among the largest. Decided before its signature is checked. */
  #isFullFor(record: NodeRecord, isProtected: (peer: PeerId) => boolean): boolean {
    if (this.#held.size < this.#countMax || isProtected(record.peer)) return false
    return (this.#groups.get(groupOf(record)) ?? 0) + 1 >= this.#largestGroup()
  }

  /** Who gives way to a newcomer: the youngest of the largest group that has somebody who may go. */
  #victim(isProtected: (peer: PeerId) => boolean): NodeRecord | null {
    const groups = [...this.#groups].sort(([, a], [, b]) => b - a).map(([group]) => group)
    for (const largest of groups) {
      let youngest: Held | null = null
      for (const held of this.#held.values()) {
        if (held.group !== largest || isProtected(held.record.peer)) continue
        if (youngest === null || held.sinceMs >= youngest.sinceMs) youngest = held
      }
      if (youngest !== null) return youngest.record
    }
    return null
  }

  /** How many records are of the group with most. */
  #largestGroup(): number {
    let largest = 0
    for (const count of this.#groups.values()) if (count > largest) largest = count
    return largest
  }

  /** A newer record of the same owner may name an address of another group. */
  #move(held: Held, record: NodeRecord): void {
    const group = groupOf(record)
    if (group !== held.group) {
      this.#count(held.group, -1)
      this.#count(group, 1)
    }
    held.record = record
    held.group = group
  }

  #count(group: string, by: number): void {
    const count = (this.#groups.get(group) ?? 0) + by
    if (count > 0) this.#groups.set(group, count)
    else this.#groups.delete(group)
  }
}

/** The group of a record's first address; those without any are one group. */
function groupOf(record: NodeRecord): string {
  const [address] = record.addresses
  return address === undefined ? '' : addressKind(address).group
}
