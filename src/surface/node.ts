/** `hearsay/node`: a node in this process. */
import { nodeFault } from '../node/fitting-node.ts'
import type { NodeConfig } from '../node/config.ts'
import type { NodeOpening } from '../node/compose.ts'

export type { NodeConfig, Profile } from '../node/config.ts'
export type { Node, NodeOpening } from '../node/compose.ts'
export type { EventSubscription, Lookup, NodeControl, SubmitResult } from '../ports/control.ts'

/**
 * Starts a node in this process. Never rejects for a taken port, a locked or broken directory, or a wrong address: the
 * value says what is wrong and what to do, also with the configuration or with a Node that is too old. Its code is
 * loaded with the first call: who only signs or asks does without libp2p.
 *
 * @example
 * const { params } = must(parseNetwork(JSON.parse(readFileSync('network.json', 'utf8'))))
 * const { node } = must(
 *   await openNode({
 *     name: 'embedded',
 *     network: params,
 *     profile: 'node',
 *     dataDir: 'data', // null: all in memory
 *     listen: ['/ip4/0.0.0.0/tcp/4601'],
 *     bootstrap: [],
 *     api: null,
 *     apiHosts: [],
 *     validator: null,
 *     logLevel: 'warn',
 *     connectionsMax: 64,
 *   }),
 * )
 * console.log(node.peerId, node.control.status().peers)
 * await node.stop()
 */
export async function openNode(config: NodeConfig): Promise<NodeOpening> {
  // Before the rest is loaded: it asks for what an old Node has not.
  const fault = nodeFault()
  if (fault !== null) return { ok: false, ...fault }
  const { openNode: open } = await import('../node/compose.ts')
  return open(config)
}
