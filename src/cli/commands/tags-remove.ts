import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { Failure } from '../failure.ts'
import { tagsText } from '../network-text.ts'
import { readText } from '../parse.ts'
import { didYouMean } from '../../lib/suggest.ts'

export const command = defineCommand({
  args: [{ name: 'key', summary: 'name of the tag' }],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['tags remove service_version', 'no node shows it any more']],
  async run(context, { args, options }) {
    const [key = ''] = args
    const api = openApi(context, findTarget(context, options.node))
    const { tags } = await api.tags()
    if (!Object.hasOwn(tags, key)) {
      const names = Object.keys(tags)
      throw new Failure(
        'not-found',
        'no-tag',
        `the node has no tag "${key}"`,
        didYouMean(key, names) || (names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`),
      )
    }
    const left = await api.setTag(key, null)
    if (context.shared.json) context.terminal.document(left)
    else context.terminal.out(tagsText(left.tags))
    return 'done'
  },
})
