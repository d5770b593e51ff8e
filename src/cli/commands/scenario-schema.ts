import { defineCommand } from '../command.ts'

export const command = defineCommand({
  details:
    'Editors take it for completion and checks: write it to a file, and name that in the "$schema" of a scenario.',
  args: [],
  options: {},
  examples: [['scenario schema > scenario.schema.json', 'for your editor']],
  without: ['home', 'api', 'token-file'],
  async run(context) {
    const { scenarioSchema } = await import('../../scenario/document.ts')
    const schema = scenarioSchema()
    if (context.shared.json) context.terminal.document(schema)
    else context.terminal.out(JSON.stringify(schema, null, 2))
    return 'done'
  },
})
