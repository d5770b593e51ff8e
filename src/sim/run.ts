/**
 * One simulation, one process: reads a scenario (JSON) from standard input, writes the report (one line of JSON) to
 * standard output. The real clock is read before virtual time takes its place, and only to say how long the run took.
 */
import { text } from 'node:stream/consumers'
import { createPrng } from '../lib/prng.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'
import { Scheduler } from './scheduler.ts'
import { installVirtualTime } from './virtual-time.ts'

export interface RunReport extends Report {
  readonly seed: number
  readonly nodes: number
  /** Of the real world, so not the same twice. */
  readonly wallMs: number
  /** CPU time of the process, its loading included: what `wallMs` is on a machine that does nothing else. */
  readonly cpuMs: number
  readonly rssMb: number
}

/** Wall clock of every simulation at its start: 2023-11-14T22:13:20Z. */
const EPOCH_MS = 1_700_000_000_000

const realNow = performance.now.bind(performance)
const cpuUsage = process.cpuUsage.bind(process)
const cpuMs = (): number => (cpuUsage().user + cpuUsage().system) / 1_000
const startedMs = realNow()
const given = await text(process.stdin)
const scenario = JSON.parse(given) as Scenario
const scheduler = new Scheduler({ epochMs: EPOCH_MS, random: createPrng(scenario.seed).child('world') })
process.on('unhandledRejection', (reason) =>
  scheduler.fail(reason instanceof Error ? reason : new Error(String(reason))),
)

try {
  installVirtualTime(scheduler)
  // Imported now, and not above: modules of libp2p take clocks and timers as they load.
  const { simulate } = await import('./world.ts')
  const report = await simulate(scenario, scheduler)
  const run: RunReport = {
    seed: scenario.seed,
    nodes: scenario.nodes,
    ...report,
    wallMs: Math.round(realNow() - startedMs),
    cpuMs: Math.round(cpuMs()),
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  }
  process.stdout.write(`${JSON.stringify(run)}\n`)
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(
    `seed ${scenario.seed}, virtual time ${scheduler.nowMs} ms: ${reason}\n` +
      `repeat it with: echo '${given.trim()}' | npm run sim -- run\n`,
  )
  process.exitCode = 1
}
