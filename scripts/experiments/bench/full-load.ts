/**
 * P1 and P2: what four nodes carry on this machine, against bare signature checks (the floor) and against two plain
 * programs. All four sides take turns within each run, so that a busy machine slows them all.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { line, median, rounded, type Bench, type BenchOptions } from './line.ts'
import type { FloorMessage } from './floor-process.ts'
import type { PlainMessage, PlainTask } from './plain-process.ts'
import { BenchProcess, pause } from './processes.ts'
import { RelayFleet, type Charges } from './relay-fleet.ts'
import type { WatchMessage, WatchTask } from './watch-process.ts'
import { benchNetwork, writeTransactions } from './workload.ts'

export const NODES = 4
/**
 * Transactions that may be in some pools and not in all: four full batches of each node. With more a busy machine keeps
 * messages for longer than the 3 s after which they are given up.
 */
const WINDOW = 4_096
/** Longest wait until what was under way is everywhere, ms. */
const SETTLE_MS_MAX = 30_000

interface Sizes {
  readonly warmUpMs: number
  readonly measureMs: number
  readonly transactionsPerNode: number
}

const SIZES: Readonly<Record<'full' | 'short', Sizes>> = {
  // Eight seconds until the code is compiled where four nodes share two cores; the plain programs get the same.
  full: { warmUpMs: 8_000, measureMs: 8_000, transactionsPerNode: 40 * 1_024 },
  short: { warmUpMs: 1_000, measureMs: 2_000, transactionsPerNode: 10 * 1_024 },
}

export interface Rate {
  /** A second of the wall clock, over the network. */
  readonly perSecond: number
  /** A second of CPU time of the processes measured: independent of who else is on the machine. */
  readonly perCpuSecond: number
}

export interface RelayRate {
  readonly transactions: Rate
  readonly verifications: Rate
  readonly charges: Charges
  readonly accepted: number
  readonly refused: number
  readonly settledMs: number
  readonly allEqual: boolean
  readonly delayP99Ms: readonly number[]
  readonly rssMb: readonly number[]
  /** Lines that whoever watched has recorded; 0 where nobody did. */
  readonly linesWatched: number
}

export interface Bed {
  readonly folder: string
  readonly files: readonly string[]
  readonly sizes: Sizes
}

/** Signs the transactions that all sides get, into a folder of their own. */
export async function withBed<T>({ short }: Pick<BenchOptions, 'short'>, use: (bed: Bed) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-bench-'))
  try {
    const sizes = SIZES[short ? 'short' : 'full']
    const network = benchNetwork(NODES)
    const files = Array.from({ length: NODES }, (_, node) => join(folder, `transactions-${node}`))
    for (const [node, file] of files.entries()) writeTransactions(file, network, node, sizes.transactionsPerNode)
    return await use({ folder, files, sizes })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Bare checks by as many processes as there are nodes. */
async function floorRate({ files, sizes }: Bed): Promise<Rate> {
  const processes = files.map((file) => new BenchProcess<FloorMessage>('floor-process.ts', { file, nodes: NODES }))
  try {
    await Promise.all(processes.map((process) => process.next('ready')))
    const done = await Promise.all(processes.map((process) => process.ask({ forMs: sizes.measureMs / 2 }, 'done')))
    return {
      perSecond: done.reduce((sum, { checked, ms }) => sum + checked / (ms / 1_000), 0),
      perCpuSecond: sum(done.map(({ checked }) => checked)) / (sum(done.map(({ cpuMs }) => cpuMs)) / 1_000),
    }
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}

/** Our nodes at full load, or at a given rate. */
export async function relayRate(
  { folder, files, sizes }: Bed,
  options: { readonly ratePerSecond?: number; readonly flags?: readonly string[]; readonly isWatched?: boolean } = {},
): Promise<RelayRate> {
  const runFolder = mkdtempSync(join(folder, 'run-'))
  for (const [node, file] of files.entries())
    writeTransactions(file, benchNetwork(NODES), node, sizes.transactionsPerNode)
  const fleet = await RelayFleet.start(runFolder, files, { flags: options.flags ?? [] })
  const watcher =
    options.isWatched === true
      ? new BenchProcess<WatchMessage>('watch-process.ts', {
          apiUrls: fleet.apiUrls,
          path: join(runFolder, 'watched.ndjson'),
        } satisfies WatchTask)
      : null
  try {
    const { ratePerSecond } = options
    const over = pause(sizes.warmUpMs + sizes.measureMs)
    const loading = fleet.load(over, ratePerSecond === undefined ? { window: WINDOW } : { ratePerSecond })
    await pause(sizes.warmUpMs)
    const startMs = performance.now()
    const before = await fleet.figures()
    await loading
    const after = await fleet.figures()
    const seconds = (performance.now() - startMs) / 1_000
    const settled = await fleet.settled(SETTLE_MS_MAX)
    const charges = await fleet.charges()
    const cpuSeconds = sum(after.map(({ cpuMs }, at) => cpuMs - (before[at]?.cpuMs ?? 0))) / 1_000
    // The mean over the nodes: what is in one pool and not yet in another has been checked once already.
    const carried = sum(after.map(({ pool }, at) => pool - (before[at]?.pool ?? 0))) / NODES
    return {
      transactions: rateOf(carried, seconds, cpuSeconds),
      verifications: rateOf(
        sum(after.map(({ verifications }, at) => verifications - (before[at]?.verifications ?? 0))),
        seconds,
        cpuSeconds,
      ),
      charges,
      accepted: fleet.accepted,
      refused: fleet.refused,
      settledMs: settled.ms,
      allEqual: settled.equal,
      delayP99Ms: after.map(({ delayP99Ms }) => delayP99Ms),
      rssMb: after.map(({ rssMb }) => rssMb),
      linesWatched: watcher === null ? 0 : (await watcher.ask({ kind: 'lines' }, 'lines')).count,
    }
  } finally {
    await watcher?.end()
    await fleet.end()
    rmSync(runFolder, { recursive: true, force: true })
  }
}

/** The plain program, as often as there are nodes. */
async function plainRate({ files, sizes }: Bed, how: Pick<PlainTask, 'security' | 'verifier'>): Promise<Rate> {
  const processes: BenchProcess<PlainMessage>[] = []
  try {
    const dial: string[] = []
    for (const file of files) {
      const process = new BenchProcess<PlainMessage>('plain-process.ts', {
        nodes: NODES,
        file,
        dial: [...dial],
        ...how,
      })
      processes.push(process)
      dial.push((await process.next('ready')).address)
    }
    const figures = () => Promise.all(processes.map((process) => process.ask({ kind: 'figures' }, 'figures')))
    while ((await figures()).some(({ mesh }) => mesh < NODES - 1)) await pause(50)
    for (const process of processes) process.tell({ kind: 'start' })
    await pause(sizes.warmUpMs)
    const startMs = performance.now()
    const before = await figures()
    await pause(sizes.measureMs)
    const after = await figures()
    const seconds = (performance.now() - startMs) / 1_000
    const cpuSeconds = sum(after.map(({ cpuMs }, at) => cpuMs - (before[at]?.cpuMs ?? 0))) / 1_000
    // Each transaction is received by all but its maker.
    const carried = sum(after.map(({ received }, at) => received - (before[at]?.received ?? 0))) / (NODES - 1)
    return rateOf(carried, seconds, cpuSeconds)
  } finally {
    await Promise.all(processes.map((process) => process.end()))
  }
}

/** P1, P1a, P2 and P2b from the same runs. */
export const fullLoad: Bench = (options) =>
  withBed(options, async (bed) => {
    const runs: Record<'floor' | 'ours' | 'plain' | 'goodPlain', Rate[]> = {
      floor: [],
      ours: [],
      plain: [],
      goodPlain: [],
    }
    const relays: RelayRate[] = []
    for (let run = 0; run < options.runs; run++) {
      const floorBefore = await floorRate(bed)
      const relay = await relayRate(bed)
      const floorAfter = await floorRate(bed)
      const goodPlain = await plainRate(bed, { security: 'tls', verifier: 'libsodium' })
      const plain = await plainRate(bed, { security: 'noise', verifier: 'noble' })
      relays.push(relay)
      // Around ours, so that a machine that gets busier or quieter is met half-way.
      runs.floor.push(meanOf(floorBefore, floorAfter))
      runs.ours.push(relay.transactions)
      runs.plain.push(plain)
      runs.goodPlain.push(goodPlain)
      options.say(
        `run ${run + 1}: ours ${relay.transactions.perSecond.toFixed(0)} tx/s, load ${loadavg()[0]?.toFixed(1)}`,
      )
    }
    const ratio = (a: readonly Rate[], b: readonly Rate[], of: keyof Rate): number[] =>
      a.map((rate, at) => rate[of] / (b[at]?.[of] ?? Number.NaN))
    const verified = relays.map(({ verifications }) => verifications)
    const shared = { runs: options.runs, loadAfter: loadavg().map(rounded) }
    const floorRatios = ratio(verified, runs.floor, 'perSecond')
    return [
      line(
        'P1',
        'verifications of the network at full load / bare verifications',
        median(floorRatios),
        { is: 'at-least', value: 0.85 },
        {
          ...shared,
          ratios: floorRatios.map(rounded),
          ratiosByCpuTime: ratio(verified, runs.floor, 'perCpuSecond').map(rounded),
          verificationsPerSecond: figuresOf(verified),
          floorPerSecond: figuresOf(runs.floor),
          transactionsPerSecond: figuresOf(runs.ours),
          relays,
        },
      ),
      line(
        'P1a',
        'honest peers that were cut off, banned or charged at full load, and connections lost, over all runs',
        sum(relays.map(({ charges }) => chargesOf(charges))),
        { is: 'at-most', value: 0 },
        { ...shared, charges: relays.map(({ charges }) => charges) },
      ),
      comparison('P2', 'noise, noble', runs.ours, runs.plain, 20, shared),
      comparison('P2b', 'TLS, libsodium', runs.ours, runs.goodPlain, 2, shared),
    ]
  })

function comparison(
  id: string,
  than: string,
  ours: readonly Rate[],
  plain: readonly Rate[],
  goal: number,
  shared: object,
): ReturnType<typeof line> {
  const ratios = ours.map((rate, at) => rate.perSecond / (plain[at]?.perSecond ?? Number.NaN))
  return line(
    id,
    `transactions a second / those of bare gossipsub (${than}, one a message)`,
    median(ratios),
    { is: 'at-least', value: goal },
    {
      ...shared,
      ratios: ratios.map(rounded),
      ratiosByCpuTime: ours.map((rate, at) => rounded(rate.perCpuSecond / (plain[at]?.perCpuSecond ?? Number.NaN))),
      ours: figuresOf(ours),
      plain: figuresOf(plain),
    },
  )
}

function figuresOf(rates: readonly Rate[]): Readonly<Record<keyof Rate, readonly number[]>> {
  return {
    perSecond: rates.map(({ perSecond }) => rounded(perSecond)),
    perCpuSecond: rates.map(({ perCpuSecond }) => rounded(perCpuSecond)),
  }
}

function meanOf(a: Rate, b: Rate): Rate {
  return { perSecond: (a.perSecond + b.perSecond) / 2, perCpuSecond: (a.perCpuSecond + b.perCpuSecond) / 2 }
}

export function rateOf(count: number, seconds: number, cpuSeconds: number): Rate {
  return { perSecond: count / seconds, perCpuSecond: count / cpuSeconds }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function chargesOf({ overworked, bans, offences, connectionsLost }: Charges): number {
  return overworked + bans + offences + connectionsLost
}
