import type { NodeStatus } from '../../../testnet/control.ts'
import { defineCommand } from '../command.ts'
import { steer } from '../testnet-control.ts'
import { testnetStatusText } from '../testnet-status-text.ts'

export const command = defineCommand({
  details:
    'LAG is how many blocks a node is behind the highest head. Exits with 7 while a node is starting, has failed, does not answer or says itself that it fails (the line below the table says why). Nodes that you killed or paused are as you wanted them.',
  args: [],
  options: {},
  examples: [['testnet status', 'one line a node']],
  without: ['api', 'token-file'],
  async run(context) {
    const status = await steer(context, 'status', {})
    if (context.shared.json) context.terminal.document(status)
    else context.terminal.out(testnetStatusText(status, Date.now()))
    return status.nodes.some(isUnwell) ? 'not-ready' : 'done'
  },
})

function isUnwell({ state }: NodeStatus): boolean {
  return state === 'starting' || state === 'failed' || state === 'unresponsive' || state === 'failing'
}
