import { defineCommand } from '../command.ts'
import { nodeNamesOf, reportNodes, steer } from '../testnet-control.ts'

export const command = defineCommand({
  details: 'Running nodes stop in good order first. Waits until they are ready again.',
  args: [{ name: 'node', summary: 'node-3, 3, 0-4, or several of them', variadic: true, completes: 'nodes' }],
  options: {},
  examples: [
    ['testnet restart node-3', 'one node'],
    ['testnet restart 2-4', 'three nodes'],
  ],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    context.terminal.note('waiting until they are ready')
    reportNodes(context, 'restarted', await steer(context, 'restart', { nodes: nodeNamesOf(args) }))
    return 'done'
  },
})
