import { defineCommand } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readDuration } from '../parse.ts'
import { nodeNamesOf, reportNodes, steer } from '../testnet-control.ts'

export const command = defineCommand({
  details:
    'A paused node keeps its connections and answers nothing, as a machine does that swaps or hangs. Without a duration it stays so until `testnet resume`.',
  args: [
    { name: 'nodes', summary: 'node-3, 3, 0-4 or 0,2,5', completes: 'nodes' },
    { name: 'duration', summary: 'how long, such as 10s', optional: true },
  ],
  options: {},
  examples: [['testnet pause node-3 10s', 'it hangs for ten seconds']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const [nodes = '', duration] = args
    const reading = duration === undefined ? null : readDuration(duration)
    if (reading?.ok === false) throw usageFailure(`duration: ${reading.message}`)
    const forMs = reading === null ? null : reading.value
    reportNodes(
      context,
      duration === undefined ? 'paused' : `paused for ${duration}:`,
      await steer(context, 'pause', { nodes: nodeNamesOf([nodes]), forMs }),
    )
    return 'done'
  },
})
