/** How far each node is behind the network, as far as the nodes that answer tell. */
import type { NodeStatus } from './control.ts'

/** Adds to each node how many blocks its head is below the highest one; null where the node says nothing. */
export function withLag(nodes: readonly Omit<NodeStatus, 'lag'>[]): NodeStatus[] {
  const highest = Math.max(0, ...nodes.map(({ head }) => head?.height ?? 0))
  return nodes.map((node) => ({ ...node, lag: node.head === null ? null : highest - node.head.height }))
}
