import { isTagKey } from '../../domain/codec/record-codec.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { tagsText } from '../network-text.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details: 'Only the node itself can change its tags: they stand in the record that it signs. They survive a restart.',
  args: [{ name: 'tag', summary: 'KEY=VALUE, such as service_version=v1.2.4' }],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['tags set service_version=v1.2.4', 'seen at every node by `hearsay network`']],
  async run(context, { args, options }) {
    const [given = ''] = args
    const at = given.indexOf('=')
    if (at < 1) throw usageFailure(`tag: "${given}" is not KEY=VALUE`, 'for example service_version=v1.2.4')
    const key = given.slice(0, at)
    if (!isTagKey(key))
      throw usageFailure(
        `tag: "${key.slice(0, 80)}" cannot be the name of a tag`,
        'use a-z, 0-9, "_", "." and "-", a letter or digit first, such as service_version=v1.2.4',
      )
    const api = openApi(context, findTarget(context, options.node))
    const changed = await api.setTag(key, given.slice(at + 1))
    if (context.shared.json) context.terminal.document(changed)
    else context.terminal.out(tagsText(changed.tags))
    return 'done'
  },
})
