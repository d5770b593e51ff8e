/**
 * A network under steady load for minutes: every transaction on every node, no structure, no memory and no file handle
 * that grows, books that add up. Validators make blocks, so that the pools drain.
 */
import { readdirSync } from 'node:fs'
import { createPrng } from '../../../src/lib/prng.ts'
import { ACCOUNTS, loadAccountKey, signDevTransaction, soakNetwork } from './network.ts'
import { planLinks } from '../../../testnet/topology.ts'
import { until } from '../../../testnet/until.ts'
import { Report, type Figures } from '../../../test/toolkit/report.ts'
import { auditNode } from '../../../test/toolkit/processes/audit.ts'
import type { NodeUnderTest } from '../../../test/toolkit/processes/node-under-test.ts'
import { ProcessNetwork } from '../../../test/toolkit/processes/process-network.ts'

export interface SoakOptions {
  readonly nodes: number
  readonly perSecond: number
  readonly seconds: number
  /** Transactions before that, so that what remembers the last 65,536 of something is full when growth is measured. */
  readonly fill: number
  readonly seed: number
  readonly onProgress: (text: string) => void
}

interface Sample {
  readonly atMs: number
  readonly rss: readonly number[]
  readonly fds: readonly number[]
}

const SAMPLE_MS = 2_000
/** How fast it is filled: what ten nodes on two cores carry with ease. */
const FILL_PER_SECOND = 400
const DRAIN_MS = 30_000
const DEGREE = 4
const MIB = 1_048_576

export async function soak(options: SoakOptions): Promise<{ figures: Figures; failures: readonly string[] }> {
  const { nodes: count, perSecond, seconds, fill, seed, onProgress } = options
  const network = soakNetwork(Date.now(), seed)
  const processes = new ProcessNetwork('soak', network)
  const nodes = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      processes.add(`node-${i}`, { validator: i < network.validators.length ? i : null }),
    ),
  )
  const report = new Report()
  try {
    const links = planLinks('random', count, DEGREE, createPrng(seed).child('topology'))
    for (const [i, node] of nodes.entries()) {
      // Whom it dials has started before it, or dials it.
      const peers = links.flatMap(({ from, to }) => (from === i ? [to] : to === i ? [from] : []))
      await node.start(peers.filter((peer) => peer < i).map((peer) => nodes[peer]?.place.address ?? ''))
      onProgress(`node-${i} runs`)
    }
    report.require(await processes.isMeshed(Math.min(2, count - 1)), 'the nodes did not mesh')

    let acknowledged = 0
    const refused = new Map<string, number>()
    const samples: Sample[] = []
    const started = performance.now()
    const open: Promise<void>[] = []
    let nextSampleMs = 0
    const total = fill + perSecond * seconds
    const dueMsOf = (number: number): number =>
      1_000 * (Math.min(number, fill) / FILL_PER_SECOND + Math.max(0, number - fill) / perSecond)
    for (let number = 0; number < total; number++) {
      const account = number % ACCOUNTS
      // Each account keeps to one node: a node that lags by more nonces than a pool holds ahead would rightly refuse
      // what others have taken.
      const node = nodes[account % count]
      if (node === undefined) break
      const bytes = signDevTransaction(network, account, Math.floor(number / ACCOUNTS))
      open.push(
        node.client.submit(bytes).then((outcome) => {
          if (outcome.ok) acknowledged++
          else {
            const why = outcome.kind === 'problem' ? outcome.problem.code : outcome.kind
            refused.set(why, (refused.get(why) ?? 0) + 1)
          }
        }),
      )
      const elapsedMs = performance.now() - started
      if (elapsedMs >= nextSampleMs) {
        nextSampleMs += SAMPLE_MS
        if (number >= fill) samples.push(sampleOf(nodes, elapsedMs))
        onProgress(`${Math.round(elapsedMs / 1_000)} s: ${acknowledged} acknowledged`)
      }
      const dueMs = dueMsOf(number + 1) - (performance.now() - started)
      if (dueMs > 1 || number % 16 === 0) await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs)))
    }
    await Promise.all(open)
    report.figure('elapsedS', (performance.now() - started) / 1_000)
    const missing = nodes.map(() => Number.POSITIVE_INFINITY)
    await until(
      async () => {
        for (const [i, node] of nodes.entries()) missing[i] = acknowledged - (await knownBy(node, network.name))
        return missing.every((number) => number === 0)
      },
      { timeoutMs: DRAIN_MS, everyMs: 500 },
    )
    samples.push(sampleOf(nodes, performance.now() - started))

    report.exactly('acknowledged', acknowledged, total)
    for (const [why, times] of refused) report.require(false, `${times} submissions were refused: ${why}`)
    report.exactly('nodesWithAll', missing.filter((number) => number === 0).length, count)
    report.figure('missingMax', Math.max(...missing))
    growth(report, samples, seconds)
    await audit(report, nodes)
    return { figures: report.figures, failures: report.failures }
  } finally {
    await processes.close()
  }
}

/** Transactions of the load's accounts that a node has in its chain or, in order behind it, in its pool. */
async function knownBy(node: NodeUnderTest, network: string): Promise<number> {
  let known = 0
  for (let account = 0; account < ACCOUNTS; account++) {
    const view = await node.client.account(loadAccountKey(account, network))
    if (view.ok) known += Number(view.value.nextNonce)
  }
  return known
}

function sampleOf(nodes: readonly NodeUnderTest[], atMs: number): Sample {
  return {
    atMs,
    rss: nodes.map((node) => node.rss() / MIB),
    fds: nodes.map(({ pid }) => readdirSync(`/proc/${pid}/fd`).length),
  }
}

/** Memory of the second half against the first half's end: caches fill up to their bounds at first. */
function growth(report: Report, samples: readonly Sample[], seconds: number): void {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const half = samples.slice(Math.floor(samples.length / 2))
  const slope = slopeOf(half.map(({ atMs, rss }) => [atMs / 60_000, mean(rss)] as const))
  report.figure('rssMeanMiB', mean(samples.at(-1)?.rss ?? [0]))
  report.figure('rssMaxMiB', Math.max(...samples.flatMap(({ rss }) => rss)))
  report.figure('rssSlopeMiBPerMin', slope)
  // Shorter than two minutes it is the growth of caches that is seen, not of leaks.
  if (seconds >= 120) report.require(slope <= 5, `memory grows by ${slope.toFixed(1)} MiB a minute`)
  report.require(Math.max(...samples.flatMap(({ rss }) => rss)) <= 512, 'a node takes more than 512 MiB')
  const [early, late] = [samples[Math.floor(samples.length / 4)], samples.at(-1)]
  const fdGrowth = Math.max(...(late?.fds ?? [0]).map((fds, i) => fds - (early?.fds[i] ?? fds)))
  report.figure('fdsMax', Math.max(...(late?.fds ?? [0])))
  report.atMost('fdGrowth', fdGrowth, 12)
}

/** Least squares: units of y for one of x. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return under === 0 ? 0 : over / under
}

async function audit(report: Report, nodes: readonly NodeUnderTest[]): Promise<void> {
  let unsettled = 0
  for (const node of nodes) unsettled += (await auditNode(report, node)) ?? 0
  report.exactly('unsettled', unsettled, 0)
}
