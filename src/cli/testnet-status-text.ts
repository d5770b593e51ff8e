/** The state of a testnet as people read it. */
import type { NodeStatus, TestnetStatus } from '../../testnet/control.ts'
import { durationText, sizeText, tableText } from './table-text.ts'
import { plain } from '../lib/printable.ts'

/** Shape and age of the network, then a line a node. `nowMs` is the wall clock. */
export function testnetStatusText(status: TestnetStatus, nowMs: number): string {
  const head = `${plain(status.network)}  up ${durationText(status.uptimeMs)}  ${status.topology}, degree ${status.degree}, links ${status.link}, seed ${status.seed}  ${status.home}`
  const table = tableText(
    [
      { title: 'NODE' },
      { title: 'STATE' },
      { title: 'MAKES' },
      { title: 'PEERS', align: 'right' },
      { title: 'MESH', align: 'right' },
      { title: 'POOL', align: 'right' },
      { title: 'HEAD', align: 'right' },
      { title: 'SETTLED', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'MEMORY', align: 'right' },
      { title: 'PID', align: 'right' },
      { title: 'API' },
    ],
    status.nodes.map((node) => [
      node.name,
      node.state,
      node.validator === null ? '' : 'blocks',
      numberText(node.peers),
      numberText(node.mesh),
      numberText(node.mempool?.count ?? null),
      numberText(node.head?.height ?? null),
      numberText(node.settled?.height ?? null),
      numberText(node.lag),
      node.rssBytes === null ? '' : sizeText(node.rssBytes),
      numberText(node.pid),
      node.apiUrl,
    ]),
  )
  const reasons = status.nodes
    .filter((node) => node.reason !== null)
    .map((node) => `${node.name}: ${node.reason ?? ''}`)
  const page = status.pageUrl === null ? [] : [`page  ${status.pageUrl}`]
  return [
    head,
    ...page,
    ...partitionLines(status, nowMs),
    ...onDemandLines(status),
    ...forkLines(status.nodes),
    '',
    table,
    ...reasons,
  ].join('\n')
}

/** Nodes at one height with different blocks there are on different branches: no column shows that. */
function forkLines(nodes: readonly NodeStatus[]): readonly string[] {
  const hashesAt = new Map<number, Map<string, string[]>>()
  for (const { name, head } of nodes) {
    if (head === null) continue
    const hashes = hashesAt.get(head.height) ?? new Map<string, string[]>()
    hashes.set(head.hash, [...(hashes.get(head.hash) ?? []), name])
    hashesAt.set(head.height, hashes)
  }
  return [...hashesAt]
    .filter(([, hashes]) => hashes.size > 1)
    .map(
      ([height, hashes]) =>
        `different blocks at height ${height}: ${[...hashes].map(([hash, names]) => `${hash.slice(0, 8)} on ${names.join(' ')}`).join(' | ')}`,
    )
}

function partitionLines({ partition }: TestnetStatus, nowMs: number): readonly string[] {
  if (partition === null) return []
  const end =
    partition.healsAt === null ? 'until healed' : `for ${durationText(Math.max(0, partition.healsAt - nowMs))} more`
  return [
    `partitioned ${end}: ${partition.groups.map((group) => group.join(' ')).join(' | ')} (${partition.cutLinks} links cut)`,
  ]
}

function onDemandLines({ blocksOnDemand }: TestnetStatus): readonly string[] {
  return blocksOnDemand
    ? ['slots pass unused: `testnet mine` makes a block, `testnet mine --release` lets slots do so again']
    : []
}

/** Unknown is blank: 0 would be a claim. */
function numberText(value: number | null): string {
  return value === null ? '' : String(value)
}
