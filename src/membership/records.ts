/**
 * The newest record of each node.
 *
 * Tracked. One record an owner, since when it is known, and whether its owner signed two of the same version.
 *
 * Rules.
 * - The greater (incarnation, seq) wins. Of two different ones of the same version the one with the smaller hash is
 *   kept and the owner is marked; the second is told of once, as evidence. Rationale: so merging is commutative,
 *   associative and idempotent: in whatever order records come, every node ends with the same.
 * - A record from more than AHEAD_MS in the future is refused, by its publication and by its incarnation. Rationale: an
 *   owner with a wrong clock would bury all his later records under one.
 * - A record is advertised for the first half of its retention and forgotten at its end, both counted from its
 *   publication. Rationale: with one rule by age, no node brings back to another what that one has just forgotten.
 * - Whoever told of a node first (a neighbour, or all of one network that dialled us) answers for the place. One that
 *   dialled us has a quarter of the book; when the book is full, who told most gives way: his youngest that isn't
 *   protected (connected, ourselves); where the newcomer would be that one, it is refused. Rationale: identities and
 *   addresses cost nothing to invent, places beside us do. So a crowd pushes out itself, and never those that others
 *   tell of (SECURITY.md A41).
 *
 * Invariants: at most `countMax` records; each under its owner's name, none older than its retention after `expire`;
 * shares as they are counted.
 *
 * The attacker's best move is to tell honest nodes far from us, which tell us in good faith: a quarter of each of their
 * books for each network from which he dials them. Then he shares our book with what else these neighbours tell; who is
 * connected with us stays.
 */
import { assert } from '../lib/assert.ts'
import { utf8 } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { PeerId } from '../domain/ids.ts'
import { compareVersions, type NodeRecord } from '../domain/record.ts'
import { Shares } from '../lib/shares.ts'
import { AHEAD_MS, RECORDS_MAX, RECORDS_TELLER_MAX } from './limits.ts'

export type Refusal = 'known' | 'stale' | 'future' | 'expired' | 'full'

/** Who told us of a record (kernel/teller.ts). */
export interface Teller {
  /** A neighbour, or all of one network that dialled us. */
  readonly name: string
  /** Whether we dialled it. */
  readonly isChosen: boolean
}

export type Merge =
  /** `evicted` had to give way. */
  | { readonly kind: 'new'; readonly evicted: NodeRecord | null }
  | { readonly kind: 'newer'; readonly previous: NodeRecord }
  /**
   * Two of one version: `kept` says which one is held now; `isFirst`: this is the first evidence against this version.
   */
  | {
      readonly kind: 'equivocation'
      readonly kept: 'held' | 'newcomer'
      readonly previous: NodeRecord
      readonly isFirst: boolean
    }
  | { readonly kind: 'refused'; readonly why: Refusal }

interface Held {
  record: NodeRecord
  readonly teller: string
  /** Monotonic. */
  readonly sinceMs: number
  hasEquivocated: boolean
  isAdvertised: boolean
}

export class RecordBook {
  readonly #held = new Map<PeerId, Held>()
  readonly #tellers = new Shares<string>()
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

  /**
   * Why a record isn't worth its signature check, or null where it is. @param isProtected whose records never give way
   */
  precheck(
    record: NodeRecord,
    teller: Teller,
    wallMs: number,
    isProtected: (peer: PeerId) => boolean = () => false,
  ): Refusal | null {
    if (record.publishedAtMs > wallMs + AHEAD_MS || record.incarnation > wallMs + AHEAD_MS) return 'future'
    if (wallMs - record.publishedAtMs >= this.#retentionMs) return 'expired'
    const held = this.#held.get(record.peer)
    if (held === undefined) return this.#isFullFor(record, teller, isProtected) ? 'full' : null
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
    teller: Teller,
    wallMs: number,
    monoMs: number,
    isProtected: (peer: PeerId) => boolean = () => false,
  ): Merge {
    const refusal = this.precheck(record, teller, wallMs, isProtected)
    if (refusal !== null) return { kind: 'refused', why: refusal }
    const held = this.#held.get(record.peer)
    if (held === undefined) return this.#add(record, teller.name, wallMs, monoMs, isProtected)
    const previous = held.record
    held.isAdvertised = this.isAdvertised(record, wallMs)
    if (compareVersions(record, previous) > 0) {
      held.record = record
      held.hasEquivocated = false
      return { kind: 'newer', previous }
    }
    const isFirst = !held.hasEquivocated
    held.hasEquivocated = true
    if (record.hash > previous.hash) return { kind: 'equivocation', kept: 'held', previous, isFirst }
    held.record = record
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
    this.#tellers.change(held.teller, -1)
    return this.#held.delete(peer)
  }

  clear(): void {
    this.#held.clear()
    this.#tellers.clear()
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
    for (const [peer, { record }] of this.#held) assert(record.peer === peer, 'a record is under its owner')
    this.#tellers.invariants([...this.#held.values()].map(({ teller }) => teller))
  }

  #add(
    record: NodeRecord,
    teller: string,
    wallMs: number,
    monoMs: number,
    isProtected: (peer: PeerId) => boolean,
  ): Merge {
    let evicted: NodeRecord | null = null
    if (this.#held.size >= this.#countMax) {
      evicted = this.#victim(isProtected)
      if (evicted === null) return { kind: 'refused', why: 'full' }
      this.forget(evicted.peer)
    }
    const isAdvertised = this.isAdvertised(record, wallMs)
    this.#held.set(record.peer, { record, teller, sinceMs: monoMs, hasEquivocated: false, isAdvertised })
    this.#tellers.change(teller, 1)
    return { kind: 'new', evicted }
  }

  /**
   * Whether there is no place for a newcomer: its teller has his share, or would have the largest. Decided before its
   * signature is checked.
   */
  #isFullFor(record: NodeRecord, { name, isChosen }: Teller, isProtected: (peer: PeerId) => boolean): boolean {
    if (isProtected(record.peer)) return false
    const told = this.#tellers.of(name)
    if (!isChosen && told >= Math.min(RECORDS_TELLER_MAX, this.#countMax / 4)) return true
    return this.#held.size >= this.#countMax && told + 1 >= this.#tellers.largest
  }

  /** Who gives way to a newcomer: the youngest of whoever told most and has somebody who may go. */
  #victim(isProtected: (peer: PeerId) => boolean): NodeRecord | null {
    for (const teller of this.#tellers.byShare()) {
      let youngest: Held | null = null
      for (const held of this.#held.values()) {
        if (held.teller !== teller || isProtected(held.record.peer)) continue
        if (youngest === null || held.sinceMs >= youngest.sinceMs) youngest = held
      }
      if (youngest !== null) return youngest.record
    }
    return null
  }
}
