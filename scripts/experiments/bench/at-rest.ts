/**
 * P8, P9 and P10: what a network costs that nobody uses, whether it grows when it is used, and what asking it costs.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { line, median, rounded, type Bench } from './line.ts'
import { pause } from './processes.ts'
import { fillTables } from './full-tables.ts'
import { COMMAND, cpuSecondsOf, rssMbOf, withTestnet } from './testnet-fleet.ts'

const run = promisify(execFile)

/**
 * The trace takes longest: 16,384 objects at 64 to 256 a second are four minutes at most, and a busy machine is slower.
 * A short run shows that the bench works; its slope is that of tables that fill.
 */
const WARM_UP = {
  full: { stepS: 30, stepsMax: 20 },
  short: { stepS: 5, stepsMax: 2 },
} as const

/**
 * P9: CPU time of a testnet of 20 at rest, supervisor included. A share of one core, whoever else is on the machine.
 */
export const atRest: Bench = ({ short }) =>
  withTestnet(['-n', short ? '5' : '20'], async ({ pids }) => {
    // Meshes settle, code that runs at start is thrown away.
    await pause(short ? 5_000 : 30_000)
    const before = pids.map((pid) => cpuSecondsOf(pid))
    const startMs = performance.now()
    await pause(short ? 5_000 : 60_000)
    const seconds = (performance.now() - startMs) / 1_000
    const shares = pids.map((pid, at) => (cpuSecondsOf(pid) - (before[at] ?? 0)) / seconds)
    const [supervisor = 0, ...nodes] = shares
    return [
      line(
        'P9',
        'share of one core of a 20-node testnet at rest',
        sum(shares),
        { is: 'at-most', value: 0.2 },
        {
          nodes: nodes.length,
          supervisor: rounded(supervisor),
          eachNode: rounded(sum(nodes) / nodes.length),
          seconds: rounded(seconds),
        },
      ),
    ]
  })

/**
 * P8: memory of a node at rest, and its slope under 1,500 transactions a second that go into blocks, once its tables
 * are full.
 */
export const memory: Bench = ({ short, say }) =>
  withTestnet(['-n', '3', '--validators', '3'], async (testnet) => {
    const nodes = testnet.pids.slice(1)
    await pause(short ? 5_000 : 30_000)
    const restMb = nodes.map((pid) => rssMbOf(pid))
    const rate = short ? 300 : 1_500
    const warmUp = await fillTables(testnet, { rate, ...(short ? WARM_UP.short : WARM_UP.full) })
    if (warmUp.filling.length > 0)
      say(`memory: after ${rounded(warmUp.seconds)} s still filling: ${warmUp.filling.join(', ')}`)
    const soakS = short ? 15 : 600
    const load = testnet.cli('load', '--rate', String(rate), '--for', `${soakS}s`, '--json')
    const samples = nodes.map(() => [] as (readonly [number, number])[])
    const startMs = performance.now()
    for (let left = soakS; left > 0; left -= 5) {
      await pause(5_000)
      for (const [at, pid] of nodes.entries()) samples[at]?.push([(performance.now() - startMs) / 60_000, rssMbOf(pid)])
    }
    const report: unknown = JSON.parse(await load)
    const slopes = samples.map(slopeOf)
    say(`memory: slopes ${slopes.map(({ slope, error }) => `${rounded(slope)} ± ${rounded(error)}`).join(', ')} MB/min`)
    return [
      line(
        'P8',
        'MB of a node process at rest',
        Math.max(...restMb),
        { is: 'at-most', value: 130 },
        {
          restMb: restMb.map((mb) => rounded(mb)),
        },
      ),
      line(
        'P8b',
        'slope of memory at 1,500 tx/s / its error, the largest of three nodes (2: within noise)',
        Math.max(...slopes.map(({ slope, error }) => slope / error)),
        { is: 'at-most', value: 2 },
        {
          slopes: slopes.map(({ slope, error }) => ({ mbPerMinute: rounded(slope), error: rounded(error) })),
          endMb: samples.map((of) => rounded(of.at(-1)?.[1] ?? Number.NaN)),
          warmUp: { seconds: rounded(warmUp.seconds), filling: warmUp.filling },
          soakS,
          load: report,
        },
      ),
    ]
  })

/** P10: one question by the built command, from its start to its end; beside it Node itself doing nothing. */
export const command: Bench = ({ short }) =>
  withTestnet(['-n', '1'], async ({ home }) => {
    const times = { status: [] as number[], bareNode: [] as number[] }
    const timed = async (args: readonly string[]): Promise<number> => {
      const startMs = performance.now()
      await run(process.execPath, [...args])
      return (performance.now() - startMs) / 1_000
    }
    for (let turn = 0; turn < (short ? 5 : 31); turn++) {
      times.status.push(await timed([COMMAND, 'status', '--home', home]))
      times.bareNode.push(await timed(['-e', '0']))
    }
    return [
      line(
        'P10',
        's, `status`, whole process',
        median(times.status),
        { is: 'at-most', value: 0.15 },
        {
          bareNodeS: rounded(median(times.bareNode)),
          fastestS: rounded(Math.min(...times.status)),
          slowestS: rounded(Math.max(...times.status)),
          calls: times.status.length,
        },
      ),
    ]
  })

/**
 * Slope of the line of least squares, MB a minute, and its standard error. Samples of one process follow one another:
 * each minute's mean counts once, or the error would be that of many more samples than there are.
 */
function slopeOf(samples: readonly (readonly [number, number])[]): { readonly slope: number; readonly error: number } {
  const minutes = new Map<number, number[]>()
  for (const [minute, mb] of samples) minutes.set(Math.floor(minute), [...(minutes.get(Math.floor(minute)) ?? []), mb])
  const points =
    minutes.size < 4 ? samples : [...minutes].map(([minute, mbs]) => [minute, sum(mbs) / mbs.length] as const)
  const meanX = sum(points.map(([x]) => x)) / points.length
  const meanY = sum(points.map(([, y]) => y)) / points.length
  const variance = sum(points.map(([x]) => (x - meanX) ** 2))
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / variance
  const rest = sum(points.map(([x, y]) => (y - meanY - slope * (x - meanX)) ** 2))
  return { slope, error: Math.sqrt(rest / Math.max(1, points.length - 2) / variance) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
