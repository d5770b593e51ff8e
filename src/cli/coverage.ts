/**
 * How far a transaction has spread, from what the nodes themselves recorded. Pure: records in, figures out.
 *
 * - A node is reached when it published, delivered or recovered the transaction, or says that it has it.
 * - Times count from the origin's PUBLISH record; without one (the origin's memory is gone) from the earliest record of
 *   any node. They are the delays of the reached nodes other than the origin, whose own delay is none. Percentiles are
 *   nearest-rank.
 * - Copies are what a reached node other than the origin received on average, the needed one included.
 * - Every node of the network counts, also one that is down: whoever asks for 100 % must hear of it.
 */
import type { PropagationRecord } from '../domain/propagation.ts'

export interface WatchedNode {
  readonly name: string
  /** Why it can't be asked (killed, paused, unreachable, …); null where it can. */
  readonly trouble: string | null
  /** It says that it has the transaction, though it may have no record of how. */
  readonly hasIt: boolean
}

export interface Sighting {
  /** The node whose record it is, by its name in the manifest. */
  readonly node: string
  readonly record: PropagationRecord
}

export interface Laggard {
  readonly name: string
  readonly reason: string
}

export interface CoverageFigures {
  /** reached / nodes, 0 to 1. */
  readonly coverage: number
  readonly nodes: number
  readonly reached: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly maxMs: number | null
  readonly copies: number | null
  readonly laggards: readonly Laggard[]
}

interface Seen {
  firstNs: bigint | null
  publishedNs: bigint | null
  copies: number
  refusal: string | null
}

/**
 * The figures of one transaction over `nodes`. Sightings of other transactions and nodes don't count; repeated ones
 * count once.
 */
export function coverageOf(id: string, nodes: readonly WatchedNode[], sightings: readonly Sighting[]): CoverageFigures {
  const seen = collect(id, nodes, sightings)
  const reached = nodes.filter((node) => node.hasIt || isReached(seen.get(node.name)))
  const start = startOf(seen)
  const others = reached.filter((node) => node.name !== start?.node)
  const delays = others
    .map((node) => seen.get(node.name)?.firstNs ?? null)
    .filter((firstNs) => firstNs !== null)
    .map((firstNs) => Math.max(0, Number(firstNs - (start?.atNs ?? firstNs)) / 1e6))
    .sort((a, b) => a - b)
  const copies = others.reduce((sum, node) => sum + (seen.get(node.name)?.copies ?? 0), 0)
  return {
    coverage: nodes.length === 0 ? 0 : reached.length / nodes.length,
    nodes: nodes.length,
    reached: reached.length,
    p50Ms: percentile(delays, 0.5),
    p95Ms: percentile(delays, 0.95),
    maxMs: percentile(delays, 1),
    copies: delays.length === 0 ? null : round(copies / delays.length, 2),
    laggards: nodes
      .filter((node) => !reached.includes(node))
      .map((node) => ({ name: node.name, reason: reasonOf(node, seen.get(node.name)) })),
  }
}

function collect(id: string, nodes: readonly WatchedNode[], sightings: readonly Sighting[]): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>(
    nodes.map(({ name }) => [name, { firstNs: null, publishedNs: null, copies: 0, refusal: null }]),
  )
  const counted = new Set<string>()
  for (const { node, record } of sightings) {
    const entry = seen.get(node)
    if (entry === undefined || record.id !== id) continue
    const key = [node, record.t_ns, record.event, record.from].join(' ')
    if (counted.has(key)) continue
    counted.add(key)
    const atNs = BigInt(record.t_ns)
    switch (record.event) {
      case 'PUBLISH':
        entry.publishedNs = earlier(entry.publishedNs, atNs)
        entry.firstNs = earlier(entry.firstNs, atNs)
        break
      case 'DELIVER':
      case 'RECOVERED':
        entry.firstNs = earlier(entry.firstNs, atNs)
        entry.copies++
        break
      case 'DUPLICATE':
        entry.copies++
        break
      case 'REJECT':
      case 'IGNORE':
        entry.refusal = record.reason ?? record.event.toLowerCase()
        break
      case 'FORWARD':
      case 'GRAFT':
      case 'PRUNE':
        break
    }
  }
  return seen
}

function startOf(seen: ReadonlyMap<string, Seen>): { readonly node: string | null; readonly atNs: bigint } | null {
  let published: { node: string; atNs: bigint } | null = null
  let earliest: bigint | null = null
  for (const [node, { publishedNs, firstNs }] of seen) {
    if (publishedNs !== null && (published === null || publishedNs < published.atNs))
      published = { node, atNs: publishedNs }
    if (firstNs !== null) earliest = earlier(earliest, firstNs)
  }
  return published ?? (earliest === null ? null : { node: null, atNs: earliest })
}

function reasonOf(node: WatchedNode, seen: Seen | undefined): string {
  if (node.trouble !== null) return node.trouble
  return seen === undefined || seen.refusal === null ? 'not seen' : `refused: ${seen.refusal}`
}

function isReached(seen: Seen | undefined): boolean {
  return seen !== undefined && seen.firstNs !== null
}

/** Nearest rank of ascending values; null where there are none. */
function percentile(ascending: readonly number[], share: number): number | null {
  const value = ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)]
  return value === undefined ? null : round(value, 3)
}

function earlier(a: bigint | null, b: bigint): bigint {
  return a === null || b < a ? b : a
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
