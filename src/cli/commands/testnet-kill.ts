import { defineCommand } from '../command.ts'
import { nodeNamesOf, reportNodes, steer } from '../testnet-control.ts'

export const command = defineCommand({
  details: 'They lose what was not on disk. `testnet restart` brings them back with their data.',
  args: [{ name: 'node', summary: 'node-3, 3, 0-4, or several of them', variadic: true, completes: 'nodes' }],
  options: {},
  examples: [
    ['testnet kill node-3', 'one node'],
    ['testnet kill 2-4', 'three nodes'],
  ],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    reportNodes(context, 'killed', await steer(context, 'kill', { nodes: nodeNamesOf(args) }))
    return 'done'
  },
})
