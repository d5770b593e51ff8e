import { openApi } from '../api.ts'
import { blockListText } from '../block-text.ts'
import { defineCommand, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readCount, readText } from '../parse.ts'

/** The most that a node lists at once. */
const LIMIT_MAX = 1_000

export const command = defineCommand({
  details: 'Highest first. A settled block has more than two thirds of the validators behind it.',
  args: [],
  options: {
    limit: valueOr('--limit <count>', 'how many', readCount(1, LIMIT_MAX), '20'),
    before: value('--before <height>', 'only blocks below this height', readCount(0, Number.MAX_SAFE_INTEGER)),
    node: value('--node <name>', 'a node of the testnet', readText),
  },
  examples: [['block list --limit 5', 'the last five blocks']],
  async run(context, { options }) {
    const { limit, before } = options
    const api = openApi(context, findTarget(context, options.node))
    const list = await api.blocks({ limit, ...(before === undefined ? {} : { before }) })
    if (context.shared.json) context.terminal.document(list)
    else context.terminal.out(blockListText(list))
    return 'done'
  },
})
