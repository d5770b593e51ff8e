/**
 * How one object went through the network, rebuilt from what every node recorded. The wire carries no hop count: a
 * node's `from` names its parent, and the parents make the tree.
 *
 * - A node's first sight is its earliest PUBLISH, DELIVER or RECOVERED. An origin is a node whose first sight is a
 *   PUBLISH; there is one, unless the user handed the object to several nodes.
 * - A hop takes network + queue + check: DELIVER is stamped after the check, so the object arrived `queueMs + checkMs`
 *   earlier, and the network's share is what lies between the parent's first sight and that.
 * - Copies are all arrivals, the needed one and refused ones included.
 * - Clocks of several machines differ: a child may seem earlier than its parent by `clockErrorMs` and no more. A parent
 *   that is later than that is not believed (it was told of twice, and we lack its first record), and the node becomes
 *   a root of its own, `orphan`.
 * - A node without a first sight is `held`, `refused`, `lacks`, `pending` or `absent` (knowledge.ts); one that was not
 *   there when the object was sent may have got it later all the same, and says so by `absence` beside its times.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { Absence } from './attendance.ts'
import { RECORDS_ALONE, type Knowledge } from './knowledge.ts'

export interface TraceNode {
  readonly name: string
  /**
   * Name (or peer id, where it is no node of ours) of who gave it; null at an origin, and where the node has it without
   * a record of how.
   */
  readonly from: string | null
  /** Since the origin's first sight, ms; null where no node told of one. */
  readonly firstSeenMs: number | null
  /** Arrivals, the needed one included. */
  readonly copies: number
  /** Steps from the origin; null where it never came or the way is unknown. */
  readonly hops: number | null
  readonly way: 'origin' | 'gossip' | 'repair' | 'orphan' | 'held' | 'refused' | 'lacks' | 'pending' | 'absent'
  /** Why it was not there when the object was sent; null where it was. Coverage is of those that were. */
  readonly absence: Absence | null
  readonly networkMs: number | null
  readonly queueMs: number | null
  readonly checkMs: number | null
  /** Why it refused or ignored it, as often as it did; empty where it didn't. */
  readonly refusals: readonly { readonly from: string | null; readonly reason: string; readonly offence: boolean }[]
}

/** Further copies that `from` sent to `to`. */
export interface DuplicateEdge {
  readonly from: string
  readonly to: string
  readonly copies: number
}

export interface Journey {
  readonly id: string
  readonly kind: PropagationRecord['kind']
  /** Nanoseconds since the epoch of the first sight anywhere; null where nobody has it. */
  readonly startNs: bigint | null
  /** Every node of the network, in the network's order, and then nodes that only the records know. */
  readonly nodes: readonly TraceNode[]
  readonly duplicates: readonly DuplicateEdge[]
  /** Sum over all nodes. */
  readonly copies: number
  readonly bytes: number
}

export interface NetworkNode {
  readonly name: string
  readonly peerId: string
}

interface Sight {
  first: { readonly ns: bigint; readonly record: PropagationRecord } | null
  copies: number
  readonly duplicates: Map<string, number>
  readonly refusals: TraceNode['refusals'][number][]
}

/** The journey of `id`. Records of other objects don't count, repeated ones count once (`uniqueRecords`). */
export function journeyOf(
  id: string,
  network: readonly NetworkNode[],
  records: readonly PropagationRecord[],
  clockErrorMs = 0,
  knowledge: Knowledge = RECORDS_ALONE,
): Journey {
  const nameOf = namesOf(network)
  const sights = new Map<string, Sight>(network.map(({ name }) => [name, emptySight()]))
  let kind: Journey['kind'] = 'transaction'
  let bytes = 0
  for (const record of uniqueRecords(records)) {
    if (record.id !== id) continue
    kind = record.kind
    bytes = Math.max(bytes, record.bytes)
    note(sights, record, nameOf)
  }
  const origins = [...sights].filter(([, { first }]) => first?.record.event === 'PUBLISH')
  const starts = (origins.length > 0 ? origins : [...sights]).flatMap(([, { first }]) => first?.ns ?? [])
  const startNs = starts.length === 0 ? null : starts.reduce((a, b) => (a < b ? a : b))
  const parents = parentsOf(sights, nameOf, clockErrorMs)
  const nodes = [...sights].map(([name, sight]) =>
    traceNode(name, sight, { id, sights, parents, startNs, nameOf, knowledge }),
  )
  const duplicates = [...sights].flatMap(([to, sight]) =>
    [...sight.duplicates].map(([from, copies]) => ({ from, to, copies })),
  )
  return { id, kind, startNs, nodes, duplicates, copies: nodes.reduce((sum, node) => sum + node.copies, 0), bytes }
}

/** Ids of the objects that the records tell of, in the order of their first record; mesh events have none. */
export function idsOf(records: readonly PropagationRecord[]): string[] {
  return [...new Set(records.filter(({ kind, id }) => kind !== 'mesh' && id !== '').map(({ id }) => id))]
}

/** Each record once: a stream that was resumed and a question asked beside it may bring one twice. */
export function uniqueRecords(records: readonly PropagationRecord[]): PropagationRecord[] {
  const seen = new Set<string>()
  return records.filter((record) => {
    const key = `${record.node} ${record.t_ns} ${record.event} ${record.from ?? ''} ${record.id}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** All journeys of a run, one pass over the records. */
export function journeysOf(
  network: readonly NetworkNode[],
  records: readonly PropagationRecord[],
  clockErrorMs = 0,
  knowledge: Knowledge = RECORDS_ALONE,
): Journey[] {
  const byId = new Map<string, PropagationRecord[]>()
  for (const record of records) {
    if (record.kind === 'mesh' || record.id === '') continue
    const own = byId.get(record.id)
    if (own === undefined) byId.set(record.id, [record])
    else own.push(record)
  }
  return [...byId].map(([id, own]) => journeyOf(id, network, own, clockErrorMs, knowledge))
}

function namesOf(network: readonly NetworkNode[]): (peerId: string) => string {
  const names = new Map(network.map(({ name, peerId }) => [peerId, name]))
  return (peerId) => names.get(peerId) ?? peerId
}

function emptySight(): Sight {
  return { first: null, copies: 0, duplicates: new Map(), refusals: [] }
}

function note(sights: Map<string, Sight>, record: PropagationRecord, nameOf: (peerId: string) => string): void {
  const sight = sights.get(record.node) ?? emptySight()
  sights.set(record.node, sight)
  const from = record.from === null ? null : nameOf(record.from)
  const ns = BigInt(record.t_ns)
  switch (record.event) {
    case 'PUBLISH':
    case 'DELIVER':
    case 'RECOVERED':
      if (from !== null) sight.copies++
      if (sight.first === null || ns < sight.first.ns) sight.first = { ns, record }
      return
    case 'DUPLICATE':
      sight.copies++
      if (from !== null) sight.duplicates.set(from, (sight.duplicates.get(from) ?? 0) + 1)
      return
    case 'REJECT':
    case 'IGNORE':
      if (from !== null) sight.copies++
      sight.refusals.push({ from, reason: record.reason ?? 'unknown', offence: record.event === 'REJECT' })
      return
    case 'FORWARD':
    case 'GRAFT':
    case 'PRUNE':
  }
}

/**
 * Each reached node's parent, where it is believed. Loops cannot be among them: a parent is not later than its child,
 * and equals are ordered.
 */
function parentsOf(
  sights: ReadonlyMap<string, Sight>,
  nameOf: (peerId: string) => string,
  clockErrorMs: number,
): ReadonlyMap<string, string> {
  const errorNs = BigInt(Math.ceil(clockErrorMs * 1e6))
  const parents = new Map<string, string>()
  for (const [name, { first }] of sights) {
    const from = first?.record.from ?? null
    if (first === null || from === null) continue
    const parent = nameOf(from)
    const parentFirst = sights.get(parent)?.first ?? null
    if (parent === name || parentFirst === null || parentFirst.ns > first.ns + errorNs) continue
    if (!leadsTo(parents, parent, name)) parents.set(name, parent)
  }
  return parents
}

function leadsTo(parents: ReadonlyMap<string, string>, from: string, to: string): boolean {
  for (let at: string | undefined = from; at !== undefined; at = parents.get(at)) if (at === to) return true
  return false
}

function traceNode(name: string, sight: Sight, known: KnownOfAll): TraceNode {
  const { first, copies, refusals } = sight
  if (first === null) return without(name, sight, known)
  const { record } = first
  const parent = known.parents.get(name)
  const firstSeenMs = toMs(first.ns - (known.startNs ?? first.ns))
  if (record.event === 'PUBLISH')
    return { name, from: null, firstSeenMs, copies, hops: 0, way: 'origin', absence: null, ...noTimes, refusals }
  const from = record.from === null ? null : known.nameOf(record.from)
  const queueMs = record.queueMs ?? null
  const checkMs = record.checkMs ?? null
  const parentFirst = parent === undefined ? null : (known.sights.get(parent)?.first ?? null)
  const hopMs = parentFirst === null ? null : toMs(first.ns - parentFirst.ns)
  return {
    name,
    from,
    firstSeenMs,
    copies,
    hops: hopsOf(name, known),
    way: parent === undefined ? 'orphan' : record.event === 'RECOVERED' ? 'repair' : 'gossip',
    absence: known.knowledge.absence(name, known.startNs ?? first.ns),
    networkMs: hopMs === null ? null : round(hopMs - (queueMs ?? 0) - (checkMs ?? 0)),
    queueMs,
    checkMs,
    refusals,
  }
}

interface KnownOfAll {
  readonly id: string
  readonly sights: ReadonlyMap<string, Sight>
  readonly parents: ReadonlyMap<string, string>
  readonly startNs: bigint | null
  readonly nameOf: (peerId: string) => string
  readonly knowledge: Knowledge
}

/** A node that told of no first sight. */
function without(name: string, { copies, refusals }: Sight, { id, startNs, knowledge }: KnownOfAll): TraceNode {
  const rest = { name, from: null, firstSeenMs: null, copies, hops: null, ...noTimes, refusals }
  // An object that nobody has went nowhere: whom it did not reach lacks nothing.
  if (startNs === null) return { ...rest, way: refusals.length > 0 ? 'refused' : 'pending', absence: null }
  const standing = knowledge.standing(name, id, startNs)
  if (standing.kind === 'absent') return { ...rest, way: 'absent', absence: standing.absence }
  return { ...rest, way: refusals.length > 0 && standing.kind !== 'held' ? 'refused' : standing.kind, absence: null }
}

/** Steps to an origin; null where the way up ends at a node that is none. */
function hopsOf(
  name: string,
  { parents, sights }: { parents: ReadonlyMap<string, string>; sights: ReadonlyMap<string, Sight> },
): number | null {
  let hops = 0
  let at = name
  for (let up = parents.get(at); up !== undefined; up = parents.get(at)) {
    hops++
    at = up
  }
  return sights.get(at)?.first?.record.event === 'PUBLISH' ? hops : null
}

const noTimes = { networkMs: null, queueMs: null, checkMs: null } as const

function toMs(ns: bigint): number {
  return round(Number(ns) / 1e6)
}

/** Microseconds: what the nodes' clocks tell apart. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
