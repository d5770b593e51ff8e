/**
 * One node that only receives, at the rate that it can take: what it carries on all cores and on one, how late its loop
 * is, what it allocates for a transaction and how much memory it has then. A peer without a kernel feeds it batches
 * made beforehand.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEMI_SPACE_MIB } from '../../../testnet/limits.ts'
import type { FeederMessage } from './feeder-process.ts'
import { line, median, rounded, type Bench, type BenchLine } from './line.ts'
import { BenchProcess, pause } from './processes.ts'
import type { HeapFigures } from './heap-watch.ts'
import type { RelayMessage } from './relay-process.ts'
import { benchNetwork, writeTransactions } from './workload.ts'

/** Transactions on their way: what the node takes between two looks, several times over. */
const WINDOW = 4_096
const LOOK_MS = 20
const ALL_CORES = null

const SIZES = {
  full: { warmUp: 48 * 1_024, measured: 128 * 1_024 },
  short: { warmUp: 8 * 1_024, measured: 16 * 1_024 },
} as const

interface Received {
  readonly perSecond: number
  readonly cpuUs: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  readonly allocatedBytes: number
  readonly collectingShare: number
  readonly rssMb: number
  readonly restMb: number
  readonly allocators: HeapFigures['allocators']
}

/** @param core the one core that the node has; null: all of them */
async function received(
  file: string,
  { warmUp, measured }: (typeof SIZES)[keyof typeof SIZES],
  core: number | null,
  withSamples = false,
): Promise<Received> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-receive-'))
  const task = { index: 0, nodes: 1, dataDir: folder, bootstrap: [], genesisTimeMs: null }
  const node = new BenchProcess<RelayMessage>('relay-process.ts', task, [`--max-semi-space-size=${SEMI_SPACE_MIB}`])
  let feeder: BenchProcess<FeederMessage> | null = null
  try {
    const { address } = await node.next('ready')
    if (core !== null) pin(node.pid, core)
    feeder = new BenchProcess<FeederMessage>('feeder-process.ts', { file, address })
    const feeding = feeder
    await feeding.next('ready')
    // Joining is over, and the code that it ran.
    await pause(1_000)
    const restMb = (await node.ask({ kind: 'figures' }, 'figures')).rssMb
    const until = async (goal: number): Promise<number> => {
      for (;;) {
        const { pool } = await node.ask({ kind: 'pace' }, 'pace')
        await feeding.ask({ allowed: pool + WINDOW }, 'fed')
        if (pool >= goal) return pool
        await pause(LOOK_MS)
      }
    }
    const poolBefore = await until(warmUp)
    const before = await node.ask({ kind: 'figures' }, 'figures')
    const startMs = performance.now()
    await node.ask({ kind: 'watch', withSamples }, 'watching')
    const poolAfter = await until(warmUp + measured)
    const seconds = (performance.now() - startMs) / 1_000
    const after = await node.ask({ kind: 'figures' }, 'figures')
    const heap = await node.ask({ kind: 'heap' }, 'heap')
    const delay = await node.ask({ kind: 'delay' }, 'delay')
    // A lost batch parks all that come after it, and nobody repairs it here: that would be another measurement.
    if (after.parked > WINDOW) throw new Error('a batch was lost on its way: the machine has too much else to do')
    const transactions = poolAfter - poolBefore
    return {
      perSecond: transactions / seconds,
      cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / transactions,
      delayP99Ms: delay.p99Ms,
      delayMaxMs: delay.maxMs,
      allocatedBytes: heap.allocatedBytes / transactions,
      collectingShare: heap.collectingMs / 1_000 / seconds,
      rssMb: after.rssMb,
      restMb,
      allocators: heap.allocators.map(({ name, bytes }) => ({ name, bytes: bytes / transactions })),
    }
  } finally {
    await feeder?.end()
    await node.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** All threads that a process has, and those that it makes. */
function pin(pid: number, core: number): void {
  const { status } = spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
  if (status !== 0) throw new Error('one core against all needs taskset (util-linux)')
}

async function withFile<T>(short: boolean, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-bench-'))
  const { warmUp, measured } = SIZES[short ? 'short' : 'full']
  const file = join(folder, 'transactions')
  // They are made shortly before they are used: their times say so (workload.ts).
  writeTransactions(file, benchNetwork(1), 0, warmUp + measured + WINDOW)
  try {
    return await use(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** R1 to R4. */
export const receive: Bench = async ({ runs, short, say }) => {
  const sizes = SIZES[short ? 'short' : 'full']
  const all: Received[] = []
  const one: Received[] = []
  for (let run = 0; run < runs; run++) {
    all.push(await withFile(short, (file) => received(file, sizes, ALL_CORES)))
    one.push(await withFile(short, (file) => received(file, sizes, 0)))
    say(`run ${run + 1}: ${of(all, 'perSecond').at(-1)} tx/s on all cores, ${of(one, 'perSecond').at(-1)} on one`)
  }
  const detail = { allCores: figuresOf(all), oneCore: figuresOf(one) }
  const ratios = all.map(({ perSecond }, at) => perSecond / (one[at]?.perSecond ?? Number.NaN))
  return [
    line(
      'R1',
      'rate of a node that only receives, on all cores / on one',
      median(ratios),
      { is: 'at-least', value: 1.7 },
      { ratios: ratios.map(rounded), ...detail },
    ),
    at('R2', 'ms, event-loop delay p99 of it on all cores', all, 'delayP99Ms', 10),
    at('R3', 'bytes allocated on the heap of it for a transaction', all, 'allocatedBytes', 2_048),
    at('R4', 'MB of it at that rate', all, 'rssMb', 160),
  ]
}

/** R3 with the functions that allocate, the largest first. */
export const allocators: Bench = async ({ short, say }) => {
  const found = await withFile(short, (file) => received(file, SIZES[short ? 'short' : 'full'], ALL_CORES, true))
  for (const { name, bytes } of found.allocators) say(`${bytes.toFixed(0).padStart(6)} B  ${name}`)
  const what = 'bytes allocated for a transaction while it is sampled who does'
  return [line('R3a', what, found.allocatedBytes, { is: 'at-most', value: 2_048 }, figuresOf([found]))]
}

function at(id: string, what: string, runs: readonly Received[], name: Figure, most: number): BenchLine {
  const values = runs.map((run) => run[name])
  return line(id, what, median(values), { is: 'at-most', value: most }, { values: values.map(rounded) })
}

type Figure = Exclude<keyof Received, 'allocators'>

function of(runs: readonly Received[], name: Figure): readonly number[] {
  return runs.map((run) => rounded(run[name]))
}

function figuresOf(runs: readonly Received[]): Readonly<Record<Figure, readonly number[]>> {
  return {
    perSecond: of(runs, 'perSecond'),
    cpuUs: of(runs, 'cpuUs'),
    delayP99Ms: of(runs, 'delayP99Ms'),
    delayMaxMs: of(runs, 'delayMaxMs'),
    allocatedBytes: of(runs, 'allocatedBytes'),
    collectingShare: of(runs, 'collectingShare'),
    rssMb: of(runs, 'rssMb'),
    restMb: of(runs, 'restMb'),
  }
}
