import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { tagsText } from '../network-text.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  args: [],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['tags list', 'what this node says of itself; `hearsay network` shows those of all']],
  async run(context, { options }) {
    const { tags } = await openApi(context, findTarget(context, options.node)).tags()
    if (context.shared.json) context.terminal.document({ v: 1, tags })
    else context.terminal.out(tagsText(tags))
    return 'done'
  },
})
