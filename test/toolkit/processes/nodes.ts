/** Real nodes in this process: libp2p over TCP on loopback, stores in memory or on disk. */
import type { NodeConfig } from '../../../src/node/config.ts'
import { openNode, type Node } from '../../../src/node/compose.ts'
import { TEST_NETWORK } from '../objects/transactions.ts'
import { until } from '../until.ts'

/** A transaction made now must lie within its window: the network of these nodes began when the tests did. */
export const LIVE_NETWORK = { ...TEST_NETWORK, genesisTimeMs: Date.now() }

export async function startNode(overrides: Partial<NodeConfig> = {}): Promise<Node> {
  const opening = await openNode({
    name: 'node',
    network: LIVE_NETWORK,
    profile: 'dev',
    dataDir: null,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    api: null,
    apiHosts: [],
    validator: null,
    logLevel: 'silent',
    connectionsMax: 64,
    ...overrides,
  })
  if (!opening.ok) throw new Error(`${opening.message} (${opening.hint})`)
  return opening.node
}

export const addressOf = (node: Node): string => {
  const [address] = node.listen
  if (address === undefined) throw new Error('the node does not listen')
  return address
}

/** Waits until every node has as many peers as there are others, and a mesh with them. */
export async function meshed(nodes: readonly Node[], peers = nodes.length - 1): Promise<void> {
  await until(() => nodes.every((node) => node.control.status().mesh >= peers), 'the mesh stands')
}
