/**
 * The propagation report as data (gossip 4.6): a pure function of a recording, so that a replay makes the same to the
 * byte.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import { knowledgeOf } from './knowledge.ts'
import { journeysOf, uniqueRecords, type Journey, type NetworkNode, type TraceNode } from './journey.ts'
import { isThere } from './attendance.ts'
import { isRecord, type Recording, type RecordingHead, type RecordingLine } from './recording.ts'
import {
  bandOf,
  begunOf,
  countByEvent,
  firstFromMatrix,
  heatMapOf,
  hopsHistogram,
  horizonMs,
  isLacking,
  perNode,
  predictedHops,
  summaryOf,
  theoryOf,
  thereOf,
  type CurveBand,
  type HeatMap,
  type NodeSpread,
  type SpreadSummary,
  type Theory,
} from './spread.ts'

/** Refusals, misses and matrix rows that are listed; the counts are of all. */
const LISTED_MAX = 200

export interface Refusal {
  readonly tNs: string
  readonly node: string
  readonly from: string | null
  readonly id: string
  readonly reason: string
  readonly offence: boolean
}

export interface Missed {
  readonly id: string
  readonly node: string
  readonly reason: string
}

export interface Report {
  readonly v: 1
  readonly head: RecordingHead
  readonly durationMs: number
  /** Mean mesh degree as the nodes told it, or the planned one. */
  readonly meshDegree: number | null
  readonly transactions: SpreadSummary
  readonly blocks: SpreadSummary
  readonly records: Readonly<Record<string, number>>
  /** Records that are missing from the recording: with any, the figures are lower bounds. */
  readonly dropped: number
  /** Transactions that were sent before what nodes remember, and are in no figure: the most of any node. */
  readonly older: number
  /** Transactions that left no record at some node, under more load than is traced: the most of any node. */
  readonly untraced: number
  /** Nodes that could not be asked, or not for all, and why. */
  readonly unasked: readonly { readonly node: string; readonly why: string }[]
  readonly untilMs: number
  readonly band: readonly CurveBand[]
  readonly theory: Theory | null
  readonly hops: { readonly measured: readonly number[]; readonly predicted: readonly number[] }
  readonly heat: HeatMap
  readonly nodes: readonly NodeSpread[]
  readonly firstFrom: readonly { readonly from: string; readonly to: string; readonly count: number }[]
  /** The journey whose last node came latest, and the way to that node. */
  readonly slowest: { readonly journey: Journey; readonly path: readonly TraceNode[] } | null
  readonly refusals: { readonly count: number; readonly offences: number; readonly listed: readonly Refusal[] }
  /** Nodes that were there and are known to be without it. */
  readonly missed: { readonly count: number; readonly listed: readonly Missed[] }
  readonly invariants: {
    /** Objects that some node refused as an offence and some node took all the same. */
    readonly invalidRelayed: number
    /**
     * Different chains among the nodes that were up at the end: heads of which none is an earlier head of another; null
     * where no node told one.
     */
    readonly heads: number | null
  }
  readonly states: readonly { readonly tNs: string; readonly node: string; readonly state: string }[]
}

export function reportOf({ head, lines }: Recording): Report {
  const network = networkNodes(head, lines)
  const records = uniqueRecords(lines.filter((line) => isRecord(line)))
  const journeys = journeysOf(network, records, head.clockErrorMs, knowledgeOf(lines))
  const transactions = journeys.filter(({ kind }) => kind === 'transaction')
  const begun = begunOf(transactions)
  const untilMs = horizonMs(transactions)
  const meshDegree = meanMesh(lines, records, network.length) ?? head.degree
  const summary = summaryOf(transactions)
  const states = lines.flatMap((line) =>
    'line' in line && line.line === 'node' ? [{ tNs: line.t_ns, node: line.node, state: line.state }] : [],
  )
  const missed = missedOf(begun)
  const told = lines.flatMap((line) => ('line' in line && line.line === 'told' ? [line] : []))
  const refusals = refusalsOf(records, network)
  return {
    v: 1,
    head,
    durationMs: durationOf(records),
    meshDegree,
    transactions: summary,
    blocks: summaryOf(journeys.filter(({ kind }) => kind === 'block')),
    records: countByEvent(records),
    dropped: lines.reduce((sum, line) => sum + ('line' in line && line.line === 'dropped' ? line.n : 0), 0),
    older: most(told.map(({ older }) => older)),
    untraced: most(told.map(({ untraced }) => untraced)),
    unasked: lines.flatMap((line) =>
      'line' in line && line.line === 'unasked' ? [{ node: line.node, why: line.why }] : [],
    ),
    untilMs,
    band: bandOf(transactions, untilMs),
    theory: meshDegree === null ? null : theoryOf(transactions, meshDegree, untilMs),
    hops: {
      measured: hopsHistogram(transactions),
      predicted: meshDegree === null ? [] : predictedHops(network.length, Math.round(meshDegree), summary.needed),
    },
    heat: heatMapOf(transactions),
    nodes: perNode(transactions),
    firstFrom: [...firstFromMatrix(begun)].flatMap(([from, row]) =>
      [...row].map(([to, count]) => ({ from, to, count })),
    ),
    slowest: slowestOf(begun),
    refusals: {
      count: refusals.length,
      offences: refusals.filter(({ offence }) => offence).length,
      listed: refusals.slice(0, LISTED_MAX),
    },
    missed: { count: missed.length, listed: missed.slice(0, LISTED_MAX) },
    invariants: { invalidRelayed: invalidRelayed(journeys), heads: chainsOf(lines) },
    states: states.slice(0, LISTED_MAX),
  }
}

/** The report as a JSON document: without bigints. */
export function reportDocument(report: Report): object {
  return JSON.parse(
    JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as object
}

/** Nodes of the head, and those that came later. */
export function networkNodes(
  head: RecordingHead,
  lines: readonly Exclude<RecordingLine, RecordingHead>[],
): NetworkNode[] {
  const nodes = new Map<string, NetworkNode>(head.nodes.map(({ name, peerId }) => [name, { name, peerId }]))
  for (const line of lines)
    if ('line' in line && line.line === 'node') nodes.set(line.node, { name: line.node, peerId: line.peerId })
  return [...nodes.values()]
}

function durationOf(records: readonly PropagationRecord[]): number {
  let [first, last] = [0n, 0n]
  for (const { t_ns } of records) {
    const ns = BigInt(t_ns)
    if (first === 0n || ns < first) first = ns
    if (ns > last) last = ns
  }
  return Number(last - first) / 1e6
}

/** As the nodes said when they were asked, or by what they told of grafts and prunes. */
function meanMesh(lines: Recording['lines'], records: readonly PropagationRecord[], nodes: number): number | null {
  const asked = new Map<string, number>()
  for (const line of lines) if ('line' in line && line.line === 'mesh') asked.set(line.node, line.peers.length)
  const count = (event: string): number =>
    records.reduce((sum, record) => sum + (record.kind === 'mesh' && record.event === event ? 1 : 0), 0)
  const [links, of] =
    asked.size > 0
      ? [[...asked.values()].reduce((a, b) => a + b, 0), asked.size]
      : [count('GRAFT') - count('PRUNE'), nodes]
  return links <= 0 || of === 0 ? null : Math.round((links / of) * 100) / 100
}

function refusalsOf(records: readonly PropagationRecord[], network: readonly NetworkNode[]): Refusal[] {
  const names = new Map(network.map(({ name, peerId }) => [peerId, name]))
  return records
    .filter(({ event }) => event === 'REJECT' || event === 'IGNORE')
    .map(({ t_ns, node, from, id, reason, event }) => ({
      tNs: t_ns,
      node,
      from: from === null ? null : (names.get(from) ?? from),
      id,
      reason: reason ?? 'unknown',
      offence: event === 'REJECT',
    }))
    .sort((a, b) => (BigInt(a.tNs) < BigInt(b.tNs) ? -1 : 1))
}

function missedOf(begun: readonly Journey[]): Missed[] {
  return begun.flatMap(({ id, nodes }) =>
    nodes
      .filter(isLacking)
      .map(({ name, refusals }) => ({ id, node: name, reason: refusals[0]?.reason ?? 'not seen' })),
  )
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0)
}

function slowestOf(begun: readonly Journey[]): Report['slowest'] {
  let found: { journey: Journey; last: TraceNode } | null = null
  for (const journey of begun)
    for (const node of thereOf(journey))
      if (node.firstSeenMs !== null && node.firstSeenMs > (found?.last.firstSeenMs ?? 0))
        found = { journey, last: node }
  if (found === null) return null
  const byName = new Map(found.journey.nodes.map((node) => [node.name, node]))
  const path: TraceNode[] = []
  for (let at: TraceNode | undefined = found.last; at !== undefined && path.length < byName.size;) {
    path.unshift(at)
    at = at.from === null || at.way === 'orphan' ? undefined : byName.get(at.from)
  }
  return { journey: found.journey, path }
}

function invalidRelayed(journeys: readonly Journey[]): number {
  return journeys.filter(
    ({ startNs, nodes }) => startNs !== null && nodes.some(({ refusals }) => refusals.some(({ offence }) => offence)),
  ).length
}

/** A head that another node had before is the same chain, a block or two behind; who is down is on none. */
function chainsOf(lines: Recording['lines']): number | null {
  const heads = new Map<string, string[]>()
  const { attendance } = knowledgeOf(lines)
  for (const line of lines)
    if ('line' in line && line.line === 'head') heads.set(line.node, [...(heads.get(line.node) ?? []), line.hash])
  const up = [...heads].filter(([node]) => isThere(attendance.stateOf(node) ?? 'ready')).map(([, hashes]) => hashes)
  if (up.length === 0) return null
  const last = new Set(up.flatMap((hashes) => hashes.at(-1) ?? []))
  const passed = new Set(up.flatMap((hashes) => hashes.slice(0, -1)))
  const tips = [...last].filter((hash) => !passed.has(hash))
  return Math.max(1, tips.length)
}
