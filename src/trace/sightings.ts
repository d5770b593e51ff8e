/**
 * What a live view holds of the last objects: their records, whole or not at all. Bounded by objects, the oldest go
 * first, and what belongs to one that went is not taken again: half an object looks like one that got stuck. Refused
 * objects that nobody took have places of their own, so that a flood of forgeries pushes out nothing that is true.
 *
 * Every record and every answer has a number, so that a reader who has taken all up to one number is told what came
 * since, and no more. Pure.
 */
import type { PropagationRecord } from '../domain/propagation.ts'

export interface SightedObject {
  readonly id: string
  readonly kind: PropagationRecord['kind']
  /** First sight anywhere, ns; null while nobody has it. */
  startNs: bigint | null
  /** First record of any kind, ns. */
  firstNs: bigint
  readonly records: PropagationRecord[]
  /** Numbers of the records; ascending. */
  readonly numbers: number[]
  /** Names of the nodes that have it. */
  readonly seenBy: Set<string>
  /** Number of the last change: a record, or an answer. */
  version: number
}

export interface SightingsBounds {
  readonly transactionsMax: number
  readonly blocksMax: number
  readonly refusedMax: number
  /** Records of one object: what an attacker who repeats it could make it. */
  readonly recordsMax: number
  /** An object was let go. */
  readonly onGone?: (id: string) => void
}

/** Ids of objects that were let go: late copies come within seconds. */
const GONE_MAX = 65_536
/** Objects beyond the bound before the oldest are sorted out: not for each one. */
const SLACK = 64

type Shelf = 'transactions' | 'blocks' | 'refused'

export class Sightings {
  readonly #bounds: SightingsBounds
  readonly #objects = new Map<string, SightedObject>()
  readonly #keys = new Map<string, Set<string>>()
  readonly #counts: Record<Shelf, number> = { transactions: 0, blocks: 0, refused: 0 }
  #gone = new Set<string>()
  #goneBefore = new Set<string>()
  #number = 0
  #begun = 0
  #sorted: { readonly version: number; readonly objects: readonly SightedObject[] } = { version: -1, objects: [] }

  constructor(bounds: SightingsBounds) {
    this.#bounds = bounds
  }

  /** Grows with each change. */
  get version(): number {
    return this.#number
  }

  /** Transactions that began, those that were let go included. */
  get begun(): number {
    return this.#begun
  }

  get(id: string): SightedObject | undefined {
    return this.#objects.get(id)
  }

  /**
   * Takes a record: `known` where it is here already; `gone` where its object was let go, or holds as many as it may.
   */
  take(record: PropagationRecord): 'new' | 'known' | 'gone' {
    const { id, kind } = record
    if (kind === 'mesh' || id === '' || this.#gone.has(id) || this.#goneBefore.has(id)) return 'gone'
    const ns = BigInt(record.t_ns)
    const object = this.#objects.get(id) ?? this.#begin(record, ns)
    const keys = this.#keys.get(id)
    const key = `${record.node} ${record.t_ns} ${record.event} ${record.from ?? ''}`
    if (keys === undefined || keys.has(key)) return 'known'
    if (object.records.length >= this.#bounds.recordsMax) return 'gone'
    keys.add(key)
    object.records.push(record)
    object.numbers.push(++this.#number)
    object.version = this.#number
    if (ns < object.firstNs) object.firstNs = ns
    if (isSight(record)) this.#sight(object, record.node, ns)
    this.#bound()
    return 'new'
  }

  /** Something else about the object changed: what a node answered. */
  touch(id: string): void {
    const object = this.#objects.get(id)
    if (object !== undefined) object.version = ++this.#number
  }

  /** Transactions that began, the newest first. */
  transactions(): readonly SightedObject[] {
    if (this.#sorted.version !== this.#number) {
      const begun = [...this.#objects.values()].filter((object) => shelfOf(object) === 'transactions')
      this.#sorted = { version: this.#number, objects: begun.sort((a, b) => descending(a.startNs, b.startNs)) }
    }
    return this.#sorted.objects
  }

  /** Objects that were refused and that nobody took, the newest first. */
  refused(): readonly SightedObject[] {
    return [...this.#objects.values()]
      .filter((object) => shelfOf(object) === 'refused')
      .sort((a, b) => descending(a.firstNs, b.firstNs))
  }

  #begin({ id, kind }: PropagationRecord, firstNs: bigint): SightedObject {
    const object: SightedObject = {
      ...{ id, kind, firstNs },
      startNs: null,
      records: [],
      numbers: [],
      seenBy: new Set(),
      version: 0,
    }
    this.#objects.set(id, object)
    this.#keys.set(id, new Set())
    this.#counts[shelfOf(object)]++
    return object
  }

  #sight(object: SightedObject, node: string, ns: bigint): void {
    const before = shelfOf(object)
    if (object.startNs === null && object.kind === 'transaction') this.#begun++
    if (object.startNs === null || ns < object.startNs) object.startNs = ns
    object.seenBy.add(node)
    this.#counts[before]--
    this.#counts[shelfOf(object)]++
  }

  #bound(): void {
    const { transactionsMax, blocksMax, refusedMax } = this.#bounds
    const most: Record<Shelf, number> = { transactions: transactionsMax, blocks: blocksMax, refused: refusedMax }
    for (const shelf of SHELVES) {
      if (this.#counts[shelf] <= most[shelf] + SLACK) continue
      const all = [...this.#objects.values()].filter((object) => shelfOf(object) === shelf)
      all.sort((a, b) => descending(a.startNs ?? a.firstNs, b.startNs ?? b.firstNs))
      for (const { id } of all.slice(most[shelf])) this.#letGo(id)
      this.#counts[shelf] = most[shelf]
    }
  }

  #letGo(id: string): void {
    this.#objects.delete(id)
    this.#keys.delete(id)
    this.#bounds.onGone?.(id)
    this.#gone.add(id)
    if (this.#gone.size < GONE_MAX) return
    this.#goneBefore = this.#gone
    this.#gone = new Set()
  }
}

const SHELVES: readonly Shelf[] = ['transactions', 'blocks', 'refused']

function shelfOf({ kind, startNs }: SightedObject): Shelf {
  return kind === 'block' ? 'blocks' : startNs === null ? 'refused' : 'transactions'
}

function isSight({ event }: PropagationRecord): boolean {
  return event === 'PUBLISH' || event === 'DELIVER' || event === 'RECOVERED'
}

function descending(a: bigint | null, b: bigint | null): number {
  return (a ?? 0n) > (b ?? 0n) ? -1 : (a ?? 0n) < (b ?? 0n) ? 1 : 0
}
