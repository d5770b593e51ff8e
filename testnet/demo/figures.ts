/** From records to the figures of the demo. Pure. */
import type { NodeRecord } from './records.ts'

export interface SpreadFigures {
  readonly sent: number
  readonly nodes: number
  /** How many of the sent ones every node has. */
  readonly everywhere: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly maxMs: number
  /** Copies a node received on average, the needed one included. */
  readonly copies: number
  /** Share of all deliveries done after so many ms, ascending: the S-curve. */
  readonly curve: readonly { readonly ms: number; readonly share: number }[]
}

export interface NodeFigures {
  readonly name: string
  readonly delivered: number
  readonly duplicates: number
  readonly refused: number
  readonly p50Ms: number | null
}

interface Journey {
  readonly startNs: bigint
  /** First time that each node had it. */
  readonly firstNs: Map<string, bigint>
  copies: number
}

/** The spread of the transactions `ids` over `nodes`. */
export function spreadFigures(
  ids: readonly string[],
  nodes: readonly string[],
  records: readonly NodeRecord[],
): SpreadFigures {
  const journeys = journeysOf(new Set(ids), records)
  const delays = [...journeys.values()]
    .flatMap(({ startNs, firstNs }) => [...firstNs.values()].map((at) => toMs(at - startNs)))
    .filter((ms) => ms > 0)
  delays.sort((a, b) => a - b)
  const copies = [...journeys.values()].reduce((sum, journey) => sum + journey.copies, 0)
  return {
    sent: ids.length,
    nodes: nodes.length,
    everywhere: ids.filter((id) => journeys.get(id)?.firstNs.size === nodes.length).length,
    p50Ms: nearestRank(delays, 0.5) ?? 0,
    p95Ms: nearestRank(delays, 0.95) ?? 0,
    maxMs: delays.at(-1) ?? 0,
    copies: delays.length === 0 ? 0 : copies / delays.length,
    // The origin counts as reached at 0 ms.
    curve: [0, ...delays].map((ms, index) => ({ ms, share: (ids.length + index) / (ids.length * nodes.length) })),
  }
}

export function nodeFigures(name: string, ids: readonly string[], records: readonly NodeRecord[]): NodeFigures {
  const journeys = journeysOf(new Set(ids), records)
  const own = records.filter(({ node }) => node === name).map(({ record }) => record)
  const count = (...events: readonly string[]): number => own.filter(({ event }) => events.includes(event)).length
  const delays = [...journeys.values()]
    .flatMap(({ startNs, firstNs }) => {
      const at = firstNs.get(name)
      return at === undefined || at === startNs ? [] : toMs(at - startNs)
    })
    .sort((a, b) => a - b)
  return {
    name,
    delivered: count('DELIVER', 'RECOVERED', 'PUBLISH'),
    duplicates: count('DUPLICATE'),
    refused: count('REJECT'),
    p50Ms: nearestRank(delays, 0.5),
  }
}

function journeysOf(ids: ReadonlySet<string>, records: readonly NodeRecord[]): Map<string, Journey> {
  const journeys = new Map<string, Journey>()
  // The origin's record first: the others count from it.
  for (const { node, record } of records) {
    if (record.event !== 'PUBLISH' || !ids.has(record.id) || journeys.has(record.id)) continue
    const startNs = BigInt(record.t_ns)
    journeys.set(record.id, { startNs, firstNs: new Map([[node, startNs]]), copies: 0 })
  }
  for (const { node, record } of records) {
    const journey = journeys.get(record.id)
    if (journey === undefined) continue
    if (record.event === 'DELIVER' || record.event === 'RECOVERED') {
      journey.copies++
      if (!journey.firstNs.has(node)) journey.firstNs.set(node, BigInt(record.t_ns))
    } else if (record.event === 'DUPLICATE') journey.copies++
  }
  return journeys
}

function toMs(ns: bigint): number {
  return Number(ns) / 1e6
}

function nearestRank(ascending: readonly number[], share: number): number | null {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? null
}
