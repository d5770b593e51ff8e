import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { tagsText } from '../network-text.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  args: [{ name: 'key', summary: 'name of the tag' }],
  options: { node: value('--node <name>', 'a node of the testnet', readText) },
  examples: [['tags remove service_version', 'no node shows it any more']],
  async run(context, { args, options }) {
    const [key = ''] = args
    const left = await openApi(context, findTarget(context, options.node)).setTag(key, null)
    if (context.shared.json) context.terminal.document(left)
    else context.terminal.out(tagsText(left.tags))
    return 'done'
  },
})
