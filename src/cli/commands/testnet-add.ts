import { defineCommand } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readCount } from '../parse.ts'
import { reportNodes, steer } from '../testnet-control.ts'

const readNodeCount = readCount(1, 100)

export const command = defineCommand({
  details: 'New nodes join the network as strangers would: they dial a few of the others. Waits until they are ready.',
  args: [{ name: 'count', summary: 'how many (default: 1)', optional: true }],
  options: {},
  examples: [['testnet add 3', 'three more nodes']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const count = readNodeCount(args[0] ?? '1')
    if (!count.ok) throw usageFailure(`count: ${count.message}`)
    context.terminal.note('waiting until they are ready')
    reportNodes(context, 'added', await steer(context, 'add', { count: count.value }))
    return 'done'
  },
})
