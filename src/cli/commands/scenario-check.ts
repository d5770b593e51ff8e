import { defineCommand } from '../command.ts'
import { namedScenario, SCENARIO_ARGUMENT } from '../scenario-file.ts'
import { durationText } from '../table-text.ts'

export const command = defineCommand({
  details:
    'Says for each mistake its line and column, why it is wrong, and what was probably meant. Exit code 2: it is wrong.',
  args: [SCENARIO_ARGUMENT],
  options: {},
  examples: [['scenario check my.json', 'is it in order, and what does it come to?']],
  without: ['home', 'api', 'token-file'],
  async run(context, { args }) {
    const { experiment } = await namedScenario(context, args[0] ?? '')
    const { name, network, actions, endMs, expectations } = experiment
    const transactions = actions.filter(({ kind }) => kind === 'hand-in').length
    const figures = {
      nodes: network.nodes,
      entries: actions.length - transactions,
      transactions,
      expectations: expectations.length,
    }
    if (context.shared.json) context.terminal.document({ v: 1, name, ok: true, ...figures, lastsMs: endMs })
    else
      context.terminal.out(
        `${name} is in order: ${network.nodes} nodes, ${transactions} transactions, ${figures.entries} other happenings, ` +
          `${expectations.length} expectations, ${durationText(endMs)}`,
      )
    return 'done'
  },
})
