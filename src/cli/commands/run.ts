import type { Experiment } from '../../scenario/experiment.ts'
import type { RunReport } from '../../scenario/run-report.ts'
import { WORLDS, type WorldName } from '../../scenario/world.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { readCount, readWord } from '../parse.ts'
import { refuseSeedsBeyond, SEED_MAX } from '../seeds.ts'
import { namedScenario, SCENARIO_ARGUMENT } from '../scenario-file.ts'
import { finishRuns, refuseWhatCannotBe, REPORT_OPTIONS, runOnce } from '../scenario-runs.ts'
import { verdictText } from '../scenario-text.ts'

/** Most runs of one call: each takes seconds. */
const SEEDS_MAX = 10_000

export const command = defineCommand({
  details:
    'virtual: whole nodes in virtual time, the same run from the same seed. processes: each node a real process. packed: real nodes, ten in a process. ' +
    'The figures have the same names in each. Exit code 8: an expectation was missed.',
  args: [SCENARIO_ARGUMENT],
  options: {
    in: valueOr('--in <world>', `where: ${WORLDS.join(', ')}`, readWord<WorldName>(WORLDS), 'virtual', {
      words: WORLDS,
    }),
    seed: value('--seed <number>', "instead of the scenario's own", readCount(0, SEED_MAX)),
    seeds: value('--seeds <count>', 'so many runs, from that seed on', readCount(1, SEEDS_MAX)),
    ...REPORT_OPTIONS,
  },
  examples: [
    ['run partition-and-heal', 'in virtual time'],
    ['run my.json --in processes', 'the same on real processes'],
  ],
  without: ['home', 'api', 'token-file'],
  async run(context, { args, options }) {
    const { shared, terminal } = context
    const { experiment } = await namedScenario(context, args[0] ?? '')
    const first = options.seed ?? experiment.network.seed
    const count = options.seeds ?? 1
    refuseSeedsBeyond(first, count)
    const { openWorld } = await import('../../scenario/worlds.ts')
    const world = await openWorld(options.in)
    refuseWhatCannotBe(world, experiment, 'choose another --in, or leave those entries out')
    const reports: RunReport[] = []
    for (let seed = first; seed < first + count; seed++) {
      const report = await runOnce(context, world, withSeed(experiment, seed))
      reports.push(report)
      if (!shared.json) terminal.out(verdictText(report))
    }
    return finishRuns(context, experiment, reports, options)
  },
})

function withSeed(experiment: Experiment, seed: number): Experiment {
  return { ...experiment, network: { ...experiment.network, seed } }
}
