import type { Experiment } from '../../scenario/experiment.ts'
import type { RunReport } from '../../scenario/run-report.ts'
import { WORLDS, type World, type WorldName } from '../../scenario/world.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readCount, type Reading } from '../parse.ts'
import { namedScenario } from '../scenario-file.ts'
import { verdictText } from '../scenario-text.ts'

const SEED_MAX = 0xffff_ffff

export const command = defineCommand({
  details:
    'virtual: whole nodes in virtual time, the same run from the same seed. processes: each node a real process. packed: real nodes, ten in a process. ' +
    'The figures have the same names in each. Exit code 8: an expectation was missed.',
  args: [{ name: 'scenario', summary: 'a file, - for stdin, or a name that `hearsay scenario list` shows' }],
  options: {
    in: valueOr('--in <world>', `where: ${WORLDS.join(', ')}`, readWorld, 'virtual', { words: WORLDS }),
    seed: value('--seed <number>', "instead of the scenario's own", readCount(0, SEED_MAX)),
  },
  examples: [
    ['run partition-and-heal', 'in virtual time'],
    ['run my.json --in processes', 'the same on real processes'],
  ],
  without: ['home', 'api', 'token-file'],
  async run(context, { args, options }) {
    const { shared, terminal } = context
    const { experiment } = await namedScenario(context, args[0] ?? '')
    const { openWorld } = await import('../../scenario/worlds.ts')
    const world = await openWorld(options.in)
    const refusals = world.refusals(experiment)
    if (refusals.length > 0)
      throw usageFailure(
        `${experiment.name} can't run in ${world.name}: ${refusals.join('; ')}`,
        'choose another --in, or leave those entries out',
      )
    const report = await runOnce(context, world, withSeed(experiment, options.seed ?? experiment.network.seed))
    if (shared.json) {
      const { runDocument } = await import('../../scenario/run-report.ts')
      terminal.document({ v: 1, name: experiment.name, met: report.isMet, runs: [runDocument(report)] })
    } else terminal.out(verdictText(report))
    if (report.isMet) return 'done'
    const { missText } = await import('../../scenario/run-report.ts')
    const missed = report.judged.filter(({ verdict }) => verdict !== 'met').map(missText)
    throw new Failure('unmet', 'expectation-missed', missed.join('\n  '))
  },
})

async function runOnce(context: Context, world: World, experiment: Experiment): Promise<RunReport> {
  const { terminal, stop } = context
  const { reportOf } = await import('../../scenario/run-report.ts')
  const outcome = await world.run(experiment, {
    signal: stop,
    onProgress: (text) => {
      terminal.live(`${experiment.name} in ${world.name}, seed ${experiment.network.seed}: ${text}`)
    },
  })
  terminal.endLive()
  if (outcome.kind === 'aborted') throw new Failure('interrupted', 'interrupted', 'stopped before its end')
  if (outcome.kind === 'failed') throw new Failure('failed', 'run-failed', outcome.message, outcome.hint)
  return reportOf(world.name, experiment, outcome)
}

function withSeed(experiment: Experiment, seed: number): Experiment {
  return { ...experiment, network: { ...experiment.network, seed } }
}

function readWorld(text: string): Reading<WorldName> {
  const world = WORLDS.find((name) => name === text)
  return world === undefined
    ? { ok: false, message: `"${text}" is none of ${WORLDS.join(', ')}` }
    : { ok: true, value: world }
}
