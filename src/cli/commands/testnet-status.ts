import type { NodeStatus, TestnetStatus } from '../../../testnet/control.ts'
import { defineCommand } from '../command.ts'
import { durationText, plain, sizeText, tableText } from '../table-text.ts'
import { steer } from '../testnet-control.ts'

export const command = defineCommand({
  details:
    'Exits with 7 while a node is starting, has failed or does not answer. Nodes that you killed or paused are as you wanted them.',
  args: [],
  options: {},
  examples: [['testnet status', 'one line a node']],
  without: ['api', 'token-file'],
  async run(context) {
    const status = await steer(context, 'status', {})
    if (context.shared.json) context.terminal.document(status)
    else context.terminal.out(statusText(status))
    return status.nodes.some(isUnwell) ? 'not-ready' : 'done'
  },
})

function isUnwell({ state }: NodeStatus): boolean {
  return state === 'starting' || state === 'failed' || state === 'unresponsive'
}

function statusText(status: TestnetStatus): string {
  const head = `${plain(status.network)}  up ${durationText(status.uptimeMs)}  ${status.topology}, degree ${status.degree}, links ${status.link}, seed ${status.seed}  ${status.home}`
  const table = tableText(
    [
      { title: 'NODE' },
      { title: 'STATE' },
      { title: 'PEERS', align: 'right' },
      { title: 'MESH', align: 'right' },
      { title: 'POOL', align: 'right' },
      { title: 'HEAD', align: 'right' },
      { title: 'MEMORY', align: 'right' },
      { title: 'PID', align: 'right' },
      { title: 'API' },
    ],
    status.nodes.map((node) => [
      node.name,
      node.state,
      numberText(node.peers),
      numberText(node.mesh),
      numberText(node.mempool?.count ?? null),
      numberText(node.head?.height ?? null),
      node.rssBytes === null ? '' : sizeText(node.rssBytes),
      numberText(node.pid),
      node.apiUrl,
    ]),
  )
  const reasons = status.nodes
    .filter((node) => node.reason !== null)
    .map((node) => `${node.name}: ${node.reason ?? ''}`)
  return [head, ...partitionLines(status), '', table, ...reasons].join('\n')
}

function partitionLines({ partition }: TestnetStatus): readonly string[] {
  if (partition === null) return []
  const end =
    partition.healsAt === null
      ? 'until healed'
      : `for ${durationText(Math.max(0, partition.healsAt - Date.now()))} more`
  return [
    `partitioned ${end}: ${partition.groups.map((group) => group.join(' ')).join(' | ')} (${partition.cutLinks} links cut)`,
  ]
}

/** Unknown is blank: 0 would be a claim. */
function numberText(value: number | null): string {
  return value === null ? '' : String(value)
}
