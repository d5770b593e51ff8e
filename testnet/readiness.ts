/**
 * When a network is ready, as a condition on what its nodes say, and for each node that is not, what it waits for:
 * 1. every planned link between two running nodes stands, seen from both ends;
 * 2. on every topic each node has seen the subscription of every neighbour that its links give it;
 * 3. on every topic the mesh of each node has at least min(MESH_LOW, subscribers) peers;
 * 4. along mesh links on which both ends agree, every node can be reached from every other: the way that a message
 *    takes exists. No message is sent for it, since every object that nodes forward costs somebody a nonce or stays in
 *    the pools.
 */
import { MESH_LOW } from './limits.ts'

export interface ObservedNode {
  readonly name: string
  readonly peerId: string
  /** Peer ids of its connections; null while it does not answer. */
  readonly peers: readonly string[] | null
  readonly topics: readonly {
    readonly topic: string
    readonly subscribers: readonly string[]
    readonly mesh: readonly string[]
  }[]
}

export interface Wait {
  readonly node: string
  readonly waitsFor: string
  /** Its process lives and does not answer in time: the machine is too busy, which says nothing of the network. */
  readonly isUnanswered?: true
}

/**
 * The nodes that are not ready; empty when the network is. `links` are those between the observed nodes that shall
 * stand, by names.
 */
export function readinessWaits(
  nodes: readonly ObservedNode[],
  links: readonly { readonly from: string; readonly to: string }[],
  meshLow = MESH_LOW,
): Wait[] {
  const silent = nodes.filter((node) => node.peers === null)
  if (silent.length > 0)
    return silent.map(({ name }) => ({ node: name, waitsFor: 'its API to answer', isUnanswered: true }))
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const neighbours = new Map<string, ObservedNode[]>(nodes.map((node) => [node.name, []]))
  for (const { from, to } of links) {
    const [a, b] = [byName.get(from), byName.get(to)]
    if (a === undefined || b === undefined) continue
    neighbours.get(from)?.push(b)
    neighbours.get(to)?.push(a)
  }
  const waits = nodes.flatMap((node) => waitOf(node, neighbours.get(node.name) ?? [], meshLow))
  return waits.length > 0 ? waits : unreachedWaits(nodes, neighbours)
}

function waitOf(node: ObservedNode, neighbours: readonly ObservedNode[], meshLow: number): Wait[] {
  const wait = (waitsFor: string): Wait[] => [{ node: node.name, waitsFor }]
  const unconnected = neighbours.filter(({ peerId }) => node.peers?.includes(peerId) !== true)
  if (unconnected.length > 0) return wait(`a connection with ${names(unconnected)}`)
  if (neighbours.length > 0 && node.topics.length === 0) return wait('its topics')
  for (const { topic, subscribers, mesh } of node.topics) {
    const unheard = neighbours.filter(({ peerId }) => !subscribers.includes(peerId))
    if (unheard.length > 0) return wait(`the subscription of ${names(unheard)} to ${topic}`)
    const enough = Math.min(meshLow, subscribers.length)
    if (mesh.length < enough) return wait(`a mesh of ${enough} on ${topic}; it has ${mesh.length}`)
  }
  return []
}

/** Condition 4: it only makes sense where the links themselves connect everybody. */
function unreachedWaits(
  nodes: readonly ObservedNode[],
  neighbours: ReadonlyMap<string, readonly ObservedNode[]>,
): Wait[] {
  const first = nodes[0]
  if (first === undefined || reach(first, (node) => neighbours.get(node.name) ?? []).size < nodes.length) return []
  const byPeer = new Map(nodes.map((node) => [node.peerId, node]))
  for (const { topic } of first.topics) {
    const meshOf = (node: ObservedNode): readonly string[] =>
      node.topics.find((each) => each.topic === topic)?.mesh ?? []
    const reached = reach(first, (node) =>
      meshOf(node).flatMap((peerId) => {
        const other = byPeer.get(peerId)
        return other !== undefined && meshOf(other).includes(node.peerId) ? [other] : []
      }),
    )
    const unreached = nodes.filter((node) => !reached.has(node))
    if (unreached.length > 0) {
      return unreached.map(({ name }) => ({ node: name, waitsFor: `a way to ${first.name} over the mesh of ${topic}` }))
    }
  }
  return []
}

function reach(start: ObservedNode, next: (node: ObservedNode) => readonly ObservedNode[]): Set<ObservedNode> {
  const reached = new Set([start])
  // A set's iterator also visits what is added on the way.
  for (const node of reached) for (const other of next(node)) reached.add(other)
  return reached
}

function names(nodes: readonly ObservedNode[]): string {
  return nodes.map(({ name }) => name).join(', ')
}
