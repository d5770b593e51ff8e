import { openApi } from '../api.ts'
import { blockText } from '../block-text.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { readBlockName, readText } from '../parse.ts'

export const command = defineCommand({
  details: 'Digits alone are a height; for a hash that begins with digits, give more of it.',
  args: [
    {
      name: 'which',
      summary: 'head, settled, a height, or the hash of a block or its first digits',
      words: ['head', 'settled'],
    },
  ],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [
    ['block show head', 'the last block of the best chain'],
    ['block show 12 --node node-3', 'what node-3 has at height 12'],
  ],
  async run(context, { args, options }) {
    const which = readBlockName(args[0] ?? '')
    if (!which.ok) throw usageFailure(`which: ${which.message}`)
    const block = await openApi(context, findTarget(context, options.node)).block(which.value)
    if (context.shared.json) context.terminal.document(block)
    else context.terminal.out(blockText(block))
    return 'done'
  },
})
