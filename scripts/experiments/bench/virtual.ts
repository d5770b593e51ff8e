/**
 * P3, P4 and P6 in virtual time: the production node on the real router, on links of 20 to 120 ms that nothing else is
 * on. Byte and message counts do not depend on the machine; the same seeds give the same figures.
 */
import { cpus } from 'node:os'
import { createPrng } from '../../../src/lib/prng.ts'
import { MinHeap } from '../../../src/lib/min-heap.ts'
import { runInChild } from '../../../src/sim/child.ts'
import { Network, REFERENCE_LINKS } from '../../../src/sim/network.ts'
import type { RunReport } from '../../../src/sim/run.ts'
import { afterRehearsals, everySecond, scenario, type Scenario } from '../../../src/sim/scenario.ts'
import { edgesOf } from '../../../src/sim/topology.ts'
import { line, median, rounded, type Bench } from './line.ts'

/** A transaction without payload, bytes: what is above is payload. */
const FIXED_BYTES = 168
/** Bytes of the smallest list around it. */
const BATCH_BYTES = 4

const small = 250 - FIXED_BYTES - BATCH_BYTES
/** As long as a batch of 32: what is offered, withheld and forwarded is a message, whatever is in it. */
const large = 8_000 - FIXED_BYTES - BATCH_BYTES

function given(seed: number, nodes: number, messages: number, more: Partial<Scenario> = {}): Scenario {
  return scenario({ seed, nodes, member: 'relay', publications: everySecond(messages, nodes, seed), ...more })
}

/** Messages by which routes are learnt before copies are counted ... */
const REHEARSALS = 100
/** ... and before costs are: beyond these little changes, and they are most of the time that a run takes. */
const GROWTH_REHEARSALS = 60

/** 1 to `runs`. */
function seedsOf(runs: number): number[] {
  return Array.from({ length: runs }, (_, index) => index + 1)
}

/** Runs simulations side by side, as many as there are cores: in virtual time it doesn't matter who else is running. */
async function sideBySide<T, R>(all: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) results[at] = await run(all[at] as T)
  }
  await Promise.all(cpus().map(work))
  return results
}

/**
 * P3: copies of each message that a node receives once routes are learnt, ours against bare gossipsub on the same
 * links, by size of message.
 */
export const copies: Bench = async ({ runs, short, say }) => {
  const nodes = short ? 30 : 100
  const messages = short ? 3 : 10
  const seeds = seedsOf(runs)
  const curve: object[] = []
  const worst = { copies: 0, ratio: 0 }
  for (const [name, payloadBytes] of [
    ['250 B', small],
    ['8 kB', large],
  ] as const) {
    const pairs = await sideBySide(seeds, async (seed) => {
      const publications = afterRehearsals(short ? 20 : REHEARSALS, messages, nodes, seed)
      const relay = await runInChild(given(seed, nodes, messages, { payloadBytes, publications }))
      const router = await runInChild(
        given(seed, nodes, messages, {
          member: 'router',
          publications,
          payloadBytes: payloadBytes + FIXED_BYTES + BATCH_BYTES,
        }),
      )
      say(
        `${name}, seed ${seed}: ${relay.copies.toFixed(2)} copies, p99 ${relay.p99Ms.toFixed(0)} ms, the router's ${router.p99Ms.toFixed(0)} ms`,
      )
      return { relay, router }
    })
    for (const [at, { relay, router }] of pairs.entries())
      curve.push({ message: name, seed: seeds[at], ours: figuresOf(relay), router: figuresOf(router) })
    // A size that does well must not stand for one that doesn't.
    worst.copies = Math.max(worst.copies, median(pairs.map(({ relay }) => relay.copies)))
    worst.ratio = Math.max(worst.ratio, median(pairs.map(({ relay, router }) => relay.p99Ms / router.p99Ms)))
  }
  return [
    line(
      'P3',
      'copies of each transaction received a node, by the worse of two sizes',
      worst.copies,
      { is: 'at-most', value: 3 },
      {
        nodes,
        degree: 12,
        curve,
      },
    ),
    line(
      'P3a',
      'p99 of the delay / that of bare gossipsub, by the worse of two sizes',
      worst.ratio,
      { is: 'at-most', value: 1.1 },
      {},
    ),
  ]
}

/** P4: time to 99 % of the nodes against the shortest way over all connections, 50 nodes. */
export const delay: Bench = async ({ runs, short }) => {
  const nodes = 50
  const messages = short ? 5 : 20
  const all = await sideBySide(seedsOf(runs), async (seed) => {
    const asked = given(seed, nodes, messages, { payloadBytes: small })
    const report = await runInChild(asked)
    const bounds = asked.publications.map(({ node }) => shortestTo99(asked, node))
    const boundMs = bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length
    return { seed, p99Ms: report.p99Ms, boundMs, ratio: report.p99Ms / boundMs }
  })
  return [
    line(
      'P4',
      'time to 99 % of 50 nodes / shortest path',
      median(all.map(({ ratio }) => ratio)),
      { is: 'at-most', value: 1.6 },
      {
        nodes,
        degree: 12,
        linksMs: [REFERENCE_LINKS.latencyMinMs, REFERENCE_LINKS.latencyMaxMs],
        runs: all.map(({ seed, p99Ms, boundMs, ratio }) => ({
          seed,
          p99Ms: rounded(p99Ms),
          boundMs: rounded(boundMs),
          ratio: rounded(ratio),
        })),
      },
    ),
  ]
}

/**
 * P6: what one transaction costs a node once routes are learnt, by the number of nodes; what a quiet network sends is
 * taken off.
 */
export const growth: Bench = async ({ runs, short, say }) => {
  const sizes = short ? [10, 20, 40] : [10, 20, 50, 100, 200, 300]
  const messages = short ? 5 : 20
  const rehearsals = short ? 20 : GROWTH_REHEARSALS
  const rows: (Cost & { readonly nodes: number })[] = []
  for (const nodes of sizes) {
    // What the network sends by itself is drawn by chance, and differs between two runs: so several seeds.
    const bySeed = await sideBySide(seedsOf(runs), (seed) => {
      const publications = afterRehearsals(rehearsals, messages, nodes, seed)
      return costOf(given(seed, nodes, messages, { payloadBytes: small, publications }))
    })
    const meanOf = (of: (cost: Cost) => number): number => bySeed.reduce((sum, cost) => sum + of(cost), 0) / runs
    rows.push({
      nodes,
      bytes: meanOf(({ bytes }) => bytes),
      frames: meanOf(({ frames }) => frames),
      p50Ms: meanOf(({ p50Ms }) => p50Ms),
      copies: meanOf((cost) => cost.copies),
      mesh: meanOf(({ mesh }) => mesh),
    })
    say(JSON.stringify(rows.at(-1)))
  }
  const spread = (of: (row: (typeof rows)[number]) => number): number => {
    const values = rows.map(of)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return Math.max(...values.map((value) => Math.abs(value - mean) / mean))
  }
  const value = Math.max(
    spread(({ bytes }) => bytes),
    spread(({ frames }) => frames),
  )
  return [
    line(
      'P6',
      'largest deviation of bytes and messages a node and transaction from their mean',
      value,
      { is: 'at-most', value: 0.1 },
      {
        rows: rows.map(({ nodes, bytes, frames, p50Ms, copies: received, mesh }) => ({
          nodes,
          bytes: rounded(bytes),
          frames: rounded(frames),
          p50Ms: rounded(p50Ms),
          copies: rounded(received),
          mesh: rounded(mesh),
        })),
        bytesSpread: rounded(spread(({ bytes }) => bytes)),
        framesSpread: rounded(spread(({ frames }) => frames)),
      },
    ),
    line(
      'P6b',
      'R² of the median delay over ln N',
      linearity(rows.map(({ nodes, p50Ms }) => [Math.log(nodes), p50Ms])),
      {
        is: 'at-least',
        value: 0.95,
      },
      {},
    ),
  ]
}

interface Cost {
  /** A node and transaction. */
  readonly bytes: number
  readonly frames: number
  readonly p50Ms: number
  readonly copies: number
  readonly mesh: number
}

/** What the transactions of a scenario cost beyond the same network without them. */
async function costOf(asked: Scenario): Promise<Cost> {
  const { publications, nodes, settleMs } = asked
  const loud = await runInChild(asked)
  const rehearsals = publications.filter(({ isRehearsal }) => isRehearsal === true)
  const lastOf = (all: typeof publications): number => Math.max(...all.map(({ atMs }) => atMs))
  const moreMs = lastOf(publications) - lastOf(rehearsals)
  const quiet = await runInChild({ ...asked, publications: rehearsals, settleMs: settleMs + moreMs })
  const each = nodes * (publications.length - rehearsals.length)
  return {
    bytes: (loud.network.bytes - quiet.network.bytes) / each,
    frames: (loud.network.frames - quiet.network.frames) / each,
    p50Ms: loud.p50Ms,
    copies: loud.copies,
    mesh: loud.mesh.degree,
  }
}

function figuresOf({ copies: received, p50Ms, p99Ms, coverage, mesh, bytesPerMessagePerNode }: RunReport): object {
  return {
    copies: rounded(received),
    p50Ms: rounded(p50Ms),
    p99Ms: rounded(p99Ms),
    coverage: rounded(coverage),
    mesh: rounded(mesh.degree),
    bytes: Math.round(bytesPerMessagePerNode),
  }
}

/**
 * How long the fastest way from a node to 99 % of the nodes takes when every connection carries everything at once, ms.
 */
function shortestTo99({ seed, nodes, topology, degree, links }: Scenario, from: number): number {
  const random = createPrng(seed)
  // The simulated network draws a link's delay from its own seed, so the same delays can be had without running it.
  const latencies = new Network({ random: random.child('network'), links } as ConstructorParameters<typeof Network>[0])
  const neighbours = Array.from({ length: nodes }, () => [] as number[])
  for (const [a, b] of edgesOf(topology, nodes, degree, random.child('topology'))) {
    neighbours[a]?.push(b)
    neighbours[b]?.push(a)
  }
  const best = new Map<number, number>()
  const open = new MinHeap<{ readonly node: number; readonly ms: number }>((a, b) => a.ms < b.ms)
  open.push({ node: from, ms: 0 })
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, ms } = next
    if (best.has(node)) continue
    best.set(node, ms)
    for (const other of neighbours[node] ?? []) open.push({ node: other, ms: ms + latencies.latencyMs(node, other) })
  }
  const sorted = [...best.values()].sort((a, b) => a - b)
  return sorted[Math.floor(nodes * 0.99)] ?? Number.NaN
}

/** R² of the line of least squares. */
function linearity(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const meanX = mean(points.map(([x]) => x))
  const meanY = mean(points.map(([, y]) => y))
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const varianceX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  const varianceY = points.reduce((sum, [, y]) => sum + (y - meanY) ** 2, 0)
  return covariance ** 2 / (varianceX * varianceY)
}
