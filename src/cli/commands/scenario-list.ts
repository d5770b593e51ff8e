import { defineCommand } from '../command.ts'
import { namedScenario } from '../scenario-file.ts'
import { durationText, tableText } from '../table-text.ts'

export const command = defineCommand({
  args: [],
  options: {},
  examples: [['scenario list', 'what there is to run']],
  without: ['home', 'api', 'token-file'],
  async run(context) {
    const { SHIPPED_NAMES } = await import('../../scenario/library.ts')
    const all = await Promise.all(SHIPPED_NAMES.map((name) => namedScenario(context, name)))
    const scenarios = all.map(({ experiment: { name, about, network, endMs } }) => ({
      ...{ name, nodes: network.nodes, lastsMs: endMs, about },
    }))
    if (context.shared.json) context.terminal.document({ v: 1, scenarios })
    else
      context.terminal.out(
        tableText(
          [
            { title: 'NAME' },
            { title: 'NODES', align: 'right' },
            { title: 'LASTS', align: 'right' },
            { title: 'WHAT' },
          ],
          scenarios.map(({ name, nodes, lastsMs, about }) => [name, String(nodes), durationText(lastsMs), about]),
        ),
      )
    return 'done'
  },
})
