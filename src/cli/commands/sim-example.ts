import type { ExampleName } from '../../lab/examples.ts'
import { defineCommand, valueOr } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readCount } from '../parse.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { tableText } from '../table-text.ts'

/** The names of lab/examples, which is loaded only when it is asked for; a test holds both together. */
export const NAMES = ['health', 'version', 'thousand', 'ring'] as const satisfies readonly ExampleName[]

export const command = defineCommand({
  details:
    'health: A dies, B suspects it, C and D learn. version: service_version v1.2.3 becomes v1.2.4 by exchanges of two. thousand: 1,000 nodes beside direct mail. ring: who may talk to whom.',
  args: [{ name: 'name', summary: NAMES.join(', '), words: NAMES }],
  options: { seed: valueOr('--seed <number>', 'of all chance', readCount(0, 2 ** 32 - 1), '1') },
  examples: [
    ['sim example health', 'how four nodes agree that one is dead'],
    ['sim example thousand', 'why gossip, and not mail'],
  ],
  without: ['api', 'token-file', 'home'],
  async run({ shared, terminal }, { args, options }) {
    const [given = ''] = args
    const name = NAMES.find((candidate) => candidate === given)
    if (name === undefined)
      throw usageFailure(
        `there is no example "${given}"`,
        `${didYouMean(given, NAMES)} There are ${NAMES.join(', ')}.`.trim(),
      )
    const { example } = await import('../../lab/examples.ts')
    const shown = example(name, options.seed)
    if (shared.json) terminal.document({ v: 1, seed: options.seed, ...shown })
    else {
      terminal.out([{ style: 'bold', text: shown.title }])
      terminal.out('')
      terminal.out(
        tableText(
          [{ title: 'WHEN' }, { title: 'WHAT' }],
          shown.steps.map(({ when, what }) => [when, what]),
        ),
      )
      terminal.out('')
      terminal.out(shown.conclusion)
    }
    return 'done'
  },
})
