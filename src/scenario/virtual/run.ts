/**
 * The program of a simulation's process: an experiment (JSON) on standard input, progress and evidence on standard
 * output. The clocks and timers of the whole process are replaced, which is why it is one.
 */
import { text } from 'node:stream/consumers'
import { createPrng } from '../../lib/prng.ts'
import { Scheduler } from '../../sim/scheduler.ts'
import { installVirtualTime } from '../../sim/virtual-time.ts'
import type { Experiment } from '../experiment.ts'
import type { SimulationLine } from './messages.ts'

/** Wall clock of every simulation at its start: 2023-11-14T22:13:20Z. */
const EPOCH_MS = 1_700_000_000_000

const experiment = JSON.parse(await text(process.stdin)) as Experiment
const scheduler = new Scheduler({ epochMs: EPOCH_MS, random: createPrng(experiment.network.seed).child('world') })
const tell = (line: SimulationLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
process.on('unhandledRejection', (reason) =>
  scheduler.fail(reason instanceof Error ? reason : new Error(String(reason))),
)
// Whoever asked is gone: nobody wants to know.
process.stdout.on('error', () => process.exit(1))

try {
  installVirtualTime(scheduler)
  // Imported now, and not above: modules of libp2p take clocks and timers as they load.
  const [{ simulate }, { simScenario }, { Observation }] = await Promise.all([
    import('../../sim/world.ts'),
    import('./plan.ts'),
    import('./observation.ts'),
  ])
  const observation = new Observation(experiment, (atMs) => tell({ kind: 'progress', atMs }))
  const { digest } = await simulate(simScenario(experiment), scheduler, observation)
  tell({ kind: 'ran', evidence: observation.evidence(), digest })
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`at ${(scheduler.nowMs / 1_000).toFixed(3)} s of virtual time: ${reason}\n`)
  process.exitCode = 1
}
