import { defineCommand } from '../command.ts'
import { nodeNamesOf, reportNodes, steer } from '../testnet-control.ts'

export const command = defineCommand({
  details: 'Nodes that `testnet pause` has stopped go on where they were.',
  args: [{ name: 'node', summary: 'node-3, 3, 0-4, or several of them', variadic: true, completes: 'nodes' }],
  options: {},
  examples: [
    ['testnet resume node-3', 'one node'],
    ['testnet resume 2-4', 'three nodes'],
  ],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    reportNodes(context, 'resumed', await steer(context, 'resume', { nodes: nodeNamesOf(args) }))
    return 'done'
  },
})
