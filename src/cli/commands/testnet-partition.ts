import { defineCommand, value } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readDuration, readNodeNames } from '../parse.ts'
import { durationText } from '../table-text.ts'
import { steer } from '../testnet-control.ts'

export const command = defineCommand({
  details:
    'Links between nodes of different groups pass nothing until they are healed. Nodes that stand in no group form one of their own.',
  args: [
    { name: 'group', summary: 'nodes that stay together: 0-4, node-7, 0,2,5', variadic: true, completes: 'nodes' },
  ],
  options: { for: value('--for <duration>', 'heal by itself after this time', readDuration) },
  examples: [
    ['testnet partition 0-4 5-9 --for 20s', 'two halves, for twenty seconds'],
    ['testnet partition node-7', 'one node alone, all others together'],
  ],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const groups = args.map((text) => {
      const reading = readNodeNames(text)
      if (!reading.ok) throw usageFailure(`group: ${reading.message}`)
      return reading.value
    })
    const forMs = options.for ?? null
    const partition = await steer(context, 'partition', { groups, forMs })
    if (context.shared.json) context.terminal.document({ v: 1, ...partition })
    else {
      const end = forMs === null ? 'until `hearsay testnet heal`' : `for ${durationText(forMs)}`
      context.terminal.out(
        `cut ${partition.cutLinks} links ${end}: ${partition.groups.map((group) => group.join(' ')).join(' | ')}`,
      )
    }
    return 'done'
  },
})
