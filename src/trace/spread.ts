/** What many journeys have in common: the figures and curves of the report, the map's panels and `top`. Pure. */
import type { Journey, TraceNode } from './journey.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import { floodMedianMs, meshHops, sampledDelays } from '../sim/theory.ts'

export interface CurvePoint {
  readonly ms: number
  /** Share of the nodes, 0 to 1. */
  readonly share: number
}

export interface Quantiles {
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface SpreadSummary {
  readonly journeys: number
  readonly nodes: number
  /** Share of all (journey, node that was there) pairs that were reached, 0 to 1. */
  readonly coverage: number
  /** Journeys that are on every node that was there. */
  readonly everywhere: number
  /**
   * Pairs in which the node is known to be without it; of which nothing is known yet; and in which the node was not
   * there.
   */
  readonly lacking: number
  readonly pending: number
  readonly absent: number
  /** Over all arrivals but those at origins; null where there are none. */
  readonly delays: Quantiles | null
  /** Arrivals for one needed one, the needed one included; null where nothing arrived. */
  readonly copiesPerNode: number | null
  readonly arrivals: number
  readonly needed: number
  readonly bytes: number
}

/** Journeys that began: somebody has the object. Refused objects spread nowhere and would blur every figure. */
export function begunOf(journeys: readonly Journey[]): Journey[] {
  return journeys.filter(({ startNs }) => startNs !== null)
}

export function summaryOf(journeys: readonly Journey[]): SpreadSummary {
  const begun = begunOf(journeys)
  const pairs = begun.reduce((sum, journey) => sum + thereOf(journey).length, 0)
  const count = (counts: (node: TraceNode) => boolean): number =>
    begun.reduce((sum, { nodes }) => sum + nodes.filter(counts).length, 0)
  const reached = begun.reduce((sum, journey) => sum + reachedOf(journey), 0)
  const delays = delaysOf(begun)
  const arrivals = begun.reduce((sum, { copies }) => sum + copies, 0)
  const arrivalsThere = begun.reduce(
    (sum, journey) => sum + thereOf(journey).reduce((all, { copies }) => all + copies, 0),
    0,
  )
  return {
    journeys: begun.length,
    nodes: Math.max(0, ...begun.map(({ nodes }) => nodes.length)),
    coverage: pairs === 0 ? 0 : reached / pairs,
    everywhere: begun.filter((journey) => reachedOf(journey) === thereOf(journey).length).length,
    lacking: count(isLacking),
    pending: count(({ way }) => way === 'pending'),
    absent: count(({ absence }) => absence !== null),
    delays: quantilesOf(delays),
    copiesPerNode: delays.length === 0 ? null : arrivalsThere / delays.length,
    arrivals,
    needed: delays.length,
    bytes: begun.reduce((sum, { copies, bytes }) => sum + copies * bytes, 0),
  }
}

/** The nodes that were there when it was sent: what coverage is measured against. */
export function thereOf({ nodes }: Journey): readonly TraceNode[] {
  return nodes.filter(({ absence }) => absence === null)
}

/** How many of them have it. */
export function reachedOf(journey: Journey): number {
  return thereOf(journey).filter(hasIt).length
}

export function hasIt({ firstSeenMs, way }: TraceNode): boolean {
  return firstSeenMs !== null || way === 'held'
}

/** Known to be without it. */
export function isLacking({ way }: TraceNode): boolean {
  return way === 'lacks' || way === 'refused'
}

/** First sights of the nodes that were there, ms; in no order. */
function sightsOf(journey: Journey): number[] {
  return thereOf(journey).flatMap(({ firstSeenMs }) => firstSeenMs ?? [])
}

/** Delays of all nodes but the origins, ascending, ms. */
export function delaysOf(journeys: readonly Journey[]): number[] {
  return journeys
    .flatMap((journey) =>
      thereOf(journey).flatMap(({ way, firstSeenMs }) => (way === 'origin' ? [] : (firstSeenMs ?? []))),
    )
    .sort((a, b) => a - b)
}

/** Coverage over time of one journey: a step at each first sight. */
export function curveOf(journey: Journey): CurvePoint[] {
  const times = sightsOf(journey).sort((a, b) => a - b)
  const there = thereOf(journey).length
  return times.map((ms, index) => ({ ms, share: (index + 1) / there }))
}

export interface CurveBand {
  readonly ms: number
  readonly low: number
  readonly median: number
  readonly high: number
}

/** Median and 5-95 % of the coverage over all journeys, at `steps` times from 0 to `untilMs`. */
export function bandOf(journeys: readonly Journey[], untilMs: number, steps = 60): CurveBand[] {
  const sorted = begunOf(journeys).map((journey) => ({
    total: Math.max(1, thereOf(journey).length),
    count: 0,
    times: sightsOf(journey).sort((a, b) => a - b),
  }))
  if (sorted.length === 0) return []
  return Array.from({ length: steps + 1 }, (_, step) => {
    const ms = (untilMs * step) / steps
    const shares = sorted
      .map((each) => {
        // The times ascend, and so do the steps: each is looked at once.
        while (each.count < each.times.length && (each.times[each.count] ?? 0) <= ms) each.count++
        return each.count / each.total
      })
      .sort((a, b) => a - b)
    return { ms, low: rank(shares, 0.05), median: rank(shares, 0.5), high: rank(shares, 0.95) }
  })
}

/** How many arrivals took how many hops; index is the number of hops. */
export function hopsHistogram(journeys: readonly Journey[]): number[] {
  const counts: number[] = []
  for (const { nodes } of journeys)
    for (const { hops } of nodes) {
      if (hops === null || hops === 0) continue
      while (counts.length <= hops) counts.push(0)
      counts[hops] = (counts[hops] ?? 0) + 1
    }
  return counts
}

/**
 * The hops that a random regular graph of this degree predicts, as counts like `hopsHistogram` for `arrivals`: each hop
 * reaches (D-1) times as many, as far as nodes are left (the share that is left meets with an edge by chance).
 */
export function predictedHops(nodes: number, degree: number, arrivals: number): number[] {
  if (nodes < 2 || degree < 2) return []
  const counts = [0]
  let left = nodes - 1
  let frontier = 1
  for (let hop = 1; left > 0.5 && hop < 64; hop++) {
    const edges = hop === 1 ? degree : frontier * (degree - 1)
    const found = left * (1 - (1 - 1 / nodes) ** (edges * (nodes / Math.max(1, nodes - 1))))
    counts.push(found)
    left -= found
    frontier = found
  }
  const sum = counts.reduce((a, b) => a + b, 0)
  return counts.map((count) => (count * arrivals) / sum)
}

export interface Theory {
  readonly medianMs: number
  readonly hops: number
  readonly curve: readonly CurvePoint[]
}

/**
 * The flood on the mesh that these hops make: with the delays as measured over the hops of the tree, half of the nodes
 * have it after (ln N)/λ, and around that the coverage grows as a logistic curve of rate λ. Null where too few hops
 * were measured.
 * @param degree mean number of mesh peers
 */
export function theoryOf(journeys: readonly Journey[], degree: number, untilMs: number, steps = 60): Theory | null {
  const begun = begunOf(journeys)
  const nodes = Math.max(0, ...begun.map((journey) => journey.nodes.length))
  const hops = begun.flatMap((journey) =>
    journey.nodes.flatMap(({ networkMs, queueMs, checkMs }) =>
      networkMs === null ? [] : Math.max(0.01, networkMs + (queueMs ?? 0) + (checkMs ?? 0)),
    ),
  )
  if (hops.length < 3 || nodes < 3 || degree <= 2) return null
  const medianMs = floodMedianMs({ nodes, branching: degree - 1, delays: sampledDelays(sampleOf(hops)) })
  if (!Number.isFinite(medianMs) || medianMs <= 0) return null
  const rate = Math.log(nodes) / medianMs
  const curve = Array.from({ length: steps + 1 }, (_, step) => {
    const ms = (untilMs * step) / steps
    return { ms, share: 1 / (1 + (nodes - 1) * Math.exp(-rate * ms)) }
  })
  return { medianMs, hops: meshHops(nodes, degree), curve }
}

/** A delay in ms; or it has it without a time, is known to lack it, was not there then, or nothing is known yet. */
export type HeatCell = number | 'held' | 'lacks' | 'absent' | 'pending'

export interface HeatMap {
  /** Node names, the slowest median last. */
  readonly nodes: readonly string[]
  /** Journey ids in the order of their start. */
  readonly ids: readonly string[]
  /** `cells[row][column]`: the delay in ms, or why there is none. */
  readonly cells: readonly (readonly HeatCell[])[]
}

function cellOf({ absence, firstSeenMs, way }: TraceNode): HeatCell {
  if (absence !== null) return 'absent'
  if (firstSeenMs !== null) return firstSeenMs
  return way === 'refused' || way === 'lacks' ? 'lacks' : way === 'held' ? 'held' : 'pending'
}

/** Delay of each node for each message, sorted by the nodes' medians. At most `columns` journeys, evenly chosen. */
export function heatMapOf(journeys: readonly Journey[], columns = 120): HeatMap {
  const begun = begunOf(journeys).sort((a, b) => ((a.startNs ?? 0n) < (b.startNs ?? 0n) ? -1 : 1))
  const chosen = evenly(begun, columns)
  const names = [...new Set(chosen.flatMap(({ nodes }) => nodes.map(({ name }) => name)))]
  const lookup = chosen.map(({ nodes }) => new Map(nodes.map((node) => [node.name, cellOf(node)])))
  const rows = names.map((name) => {
    const cells = lookup.map((column) => column.get(name) ?? 'pending')
    const known = cells.filter((cell) => typeof cell === 'number').sort((a, b) => a - b)
    return { name, cells, median: known.length === 0 ? Number.POSITIVE_INFINITY : rank(known, 0.5) }
  })
  rows.sort((a, b) => (a.median === b.median ? (a.name < b.name ? -1 : 1) : a.median - b.median))
  return {
    nodes: rows.map(({ name }) => name),
    ids: chosen.map(({ id }) => id),
    cells: rows.map(({ cells }) => cells),
  }
}

/** Who was whose parent, how often: hubs show as rows. `counts.get(from)?.get(to)`. */
export function firstFromMatrix(journeys: readonly Journey[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>()
  for (const { nodes } of journeys)
    for (const { from, name } of nodes) {
      if (from === null) continue
      const row = counts.get(from) ?? new Map<string, number>()
      counts.set(from, row.set(name, (row.get(name) ?? 0) + 1))
    }
  return counts
}

export interface NodeSpread {
  readonly name: string
  readonly origins: number
  readonly delivered: number
  readonly recovered: number
  readonly duplicates: number
  readonly refused: number
  /** It has them, and does not remember how they came. */
  readonly held: number
  /** Known to be without it. */
  readonly missed: number
  /** Nothing is known yet. */
  readonly pending: number
  /** Sent while it was not there. */
  readonly absent: number
  readonly copies: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
}

/** The share of each node in all journeys; one pass over them. */
export function perNode(journeys: readonly Journey[]): NodeSpread[] {
  const totals = new Map<string, NodeTotal>()
  const of = (name: string): NodeTotal => {
    const known = totals.get(name)
    if (known !== undefined) return known
    const total = {
      origins: 0,
      delivered: 0,
      recovered: 0,
      duplicates: 0,
      refused: 0,
      held: 0,
      missed: 0,
      pending: 0,
      absent: 0,
      copies: 0,
      delays: [],
    }
    totals.set(name, total)
    return total
  }
  for (const { startNs, nodes, duplicates } of journeys) {
    for (const node of nodes) {
      const { name, way, firstSeenMs, absence, refusals, copies } = node
      const total = of(name)
      total.copies += copies
      total.refused += refusals.filter(({ offence }) => offence).length
      if (way === 'origin') total.origins++
      else if (firstSeenMs !== null) {
        total.delivered++
        if (absence === null) total.delays.push(firstSeenMs)
      } else if (way === 'held') total.held++
      else if (startNs !== null && isLacking(node)) total.missed++
      else if (startNs !== null && way === 'pending') total.pending++
      if (absence !== null) total.absent++
      if (way === 'repair') total.recovered++
    }
    for (const { to, copies } of duplicates) of(to).duplicates += copies
  }
  return [...totals].map(([name, { delays, ...counts }]) => {
    delays.sort((a, b) => a - b)
    const at = (share: number): number | null => (delays.length === 0 ? null : rank(delays, share))
    return { name, ...counts, p50Ms: at(0.5), p95Ms: at(0.95) }
  })
}

interface NodeTotal {
  origins: number
  delivered: number
  recovered: number
  duplicates: number
  refused: number
  held: number
  missed: number
  pending: number
  absent: number
  copies: number
  readonly delays: number[]
}

/** Records by event: what the stream, the trace, the report and `hearsay_propagation_records_total` must agree on. */
export function countByEvent(records: readonly PropagationRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { event } of records) counts[event] = (counts[event] ?? 0) + 1
  return counts
}

function quantilesOf(ascending: readonly number[]): Quantiles | null {
  const maxMs = ascending.at(-1)
  if (maxMs === undefined) return null
  const at = (share: number): number => rank(ascending, share)
  return { p50Ms: at(0.5), p90Ms: at(0.9), p95Ms: at(0.95), p99Ms: at(0.99), maxMs }
}

/** Nearest rank; 0 for nothing. */
export function rank(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0
}

/**
 * Time after which nothing more happened, for axes: the 99th percentile with a margin, so that one straggler doesn't
 * flatten the curve.
 */
export function horizonMs(journeys: readonly Journey[]): number {
  const delays = delaysOf(begunOf(journeys))
  return Math.max(1, rank(delays, 0.99) * 1.25)
}

/** Enough hops for the formula, evenly chosen: it sums over them some 50 times. */
function sampleOf(values: readonly number[]): readonly number[] {
  return evenly(values, 500)
}

function evenly<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values]
  return Array.from({ length: count }, (_, index) => values[Math.floor((index * values.length) / count)]).filter(
    (value) => value !== undefined,
  )
}
