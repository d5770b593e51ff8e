import { openApi } from '../api.ts'
import { blockListText } from '../block-text.ts'
import { followBlocks } from '../block-follow.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { readCount, readHeightAbove, readText } from '../parse.ts'

/** The most that a node lists at once. */
const LIMIT_MAX = 1_000

export const command = defineCommand({
  details:
    'Highest first. A settled block has more than two thirds of the validators behind it. With --follow lowest first, then each block as it comes; what a reorganisation puts in the place of a block is shown again at its height.',
  args: [],
  options: {
    limit: valueOr('--limit <count>', 'how many', readCount(1, LIMIT_MAX), '20'),
    before: value('--before <height>', 'only blocks below this height', readHeightAbove),
    follow: flag('-f, --follow', 'go on with the blocks that come, until stopped'),
    node: value('--node <node>', 'a node of the testnet', readText),
  },
  examples: [
    ['block list --limit 5', 'the last five blocks'],
    ['block list --follow', 'a line a block, as they come'],
  ],
  follows: true,
  async run(context, { options }) {
    const { limit, before } = options
    if (options.follow && before !== undefined)
      throw usageFailure('--follow and --before exclude one another', 'new blocks come above all others')
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    if (options.follow) {
      await followBlocks(context, api, limit)
      return 'done'
    }
    const list = await api.blocks({ limit, ...(before === undefined ? {} : { before }) })
    if (context.shared.json) context.terminal.document(list)
    else context.terminal.out(blockListText(list))
    return 'done'
  },
})
