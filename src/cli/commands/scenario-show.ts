import { defineCommand } from '../command.ts'
import { Failure } from '../failure.ts'

export const command = defineCommand({
  details: 'Its file is a start for one of your own: `hearsay scenario show partition-and-heal > mine.json`.',
  args: [{ name: 'name', summary: 'a name that `hearsay scenario list` shows', completes: 'scenarios' }],
  options: {},
  examples: [['scenario show partition-and-heal', 'the file']],
  without: ['home', 'api', 'token-file'],
  async run(context, { args }) {
    const [{ shippedText, SHIPPED_NAMES }, { didYouMean }] = await Promise.all([
      import('../../scenario/library.ts'),
      import('../../lib/suggest.ts'),
    ])
    const name = args[0] ?? ''
    const text = shippedText(name)
    if (text === undefined)
      throw new Failure(
        'not-found',
        'unknown-scenario',
        `no scenario of the package is called "${name}"`,
        didYouMean(name, SHIPPED_NAMES) || `there are ${SHIPPED_NAMES.join(', ')}`,
      )
    if (context.shared.json) context.terminal.document(JSON.parse(text) as object)
    else context.terminal.out(text.trimEnd())
    return 'done'
  },
})
