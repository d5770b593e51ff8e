import { defineCommand } from '../command.ts'
import { runningTestnet } from '../discovery.ts'
import { namedScenario, SCENARIO_ARGUMENT } from '../scenario-file.ts'
import { finishRuns, refuseWhatCannotBe, REPORT_OPTIONS, runOnce } from '../scenario-runs.ts'
import { verdictText } from '../scenario-text.ts'

export const command = defineCommand({
  details:
    'The timeline and the expectations are those of the scenario; links, topology and validators stay those of the network that is up, which must have as ' +
    'many nodes. It stays up, as the timeline leaves it. Exit code 8: an expectation was missed.',
  args: [SCENARIO_ARGUMENT],
  options: REPORT_OPTIONS,
  examples: [['testnet run partition-and-heal', 'on the ten nodes that are up']],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const { experiment } = await namedScenario(context, args[0] ?? '')
    const manifest = runningTestnet(context)
    const { AttachedWorld } = await import('../../scenario/real/attached.ts')
    const world = new AttachedWorld(manifest)
    refuseWhatCannotBe(world, experiment, 'start a network that it is for, or let `hearsay run --in processes` do that')
    const report = await runOnce(context, world, experiment)
    if (!context.shared.json) context.terminal.out(verdictText(report))
    return finishRuns(context, experiment, [report], options)
  },
})
