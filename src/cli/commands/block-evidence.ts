import { openApi } from '../api.ts'
import { evidenceText } from '../block-text.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details: 'The document of --json holds the signed headers, so that anybody can check them.',
  args: [],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [['block evidence', 'what this node has seen']],
  async run(context, { options }) {
    const evidence = await openApi(context, findTarget(context, options.node)).evidence()
    if (context.shared.json) context.terminal.document(evidence)
    else context.terminal.out(evidenceText(evidence))
    return 'done'
  },
})
