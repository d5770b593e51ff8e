/**
 * Asks nodes what readiness and status need; a node that does not answer in time is one that says nothing, never an
 * error.
 */
import type { MeshView, PeersView, StatusView } from '../src/domain/views.ts'
import { NODE_ANSWER_MS_MAX } from './limits.ts'
import type { ObservedNode } from './readiness.ts'

/** What readiness asks of one node. */
export async function observeNode(node: { name: string; peerId: string; apiUrl: string }): Promise<ObservedNode> {
  const [peers, mesh] = await Promise.all([
    ask<PeersView>(node.apiUrl, '/v1/peers'),
    ask<MeshView>(node.apiUrl, '/v1/mesh'),
  ])
  const { name, peerId } = node
  if (peers === null || mesh === null) return { name, peerId, peers: null, topics: [] }
  return { name, peerId, peers: peers.peers.map((peer) => peer.peerId), topics: mesh.topics }
}

/** The status of one node, or null where it does not answer. */
export async function nodeStatus(apiUrl: string): Promise<StatusView | null> {
  return ask<StatusView>(apiUrl, '/v1/node/status')
}

async function ask<T>(apiUrl: string, path: string): Promise<T | null> {
  try {
    const answer = await fetch(new URL(path, apiUrl), { signal: AbortSignal.timeout(NODE_ANSWER_MS_MAX) })
    return answer.ok ? ((await answer.json()) as T) : null
  } catch {
    return null
  }
}
