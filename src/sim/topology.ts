/** Who is connected with whom. */
import type { Prng } from '../lib/prng.ts'
import { assertNever } from '../lib/assert.ts'

export const TOPOLOGIES = ['random', 'ring', 'line', 'star', 'full'] as const
export type TopologyKind = (typeof TOPOLOGIES)[number]

/** A connection as (dialler, listener). */
export type Edge = readonly [number, number]

/**
 * The edges of a connected network of `nodes` nodes. `random` is the union of degree/2 random rings: every node has
 * `degree` connections, save where rings share an edge; an odd degree is rounded up.
 */
export function edgesOf(kind: TopologyKind, nodes: number, degree: number, random: Prng): readonly Edge[] {
  const all = Array.from({ length: nodes }, (_, index) => index)
  switch (kind) {
    case 'random':
      return randomRings(all, Math.ceil(degree / 2), random)
    case 'ring':
      return distinct(ringOf(all))
    case 'line':
      return all.slice(1).map((node) => [node - 1, node] as const)
    case 'star':
      return all.slice(1).map((node) => [node, 0] as const)
    case 'full':
      return all.flatMap((a) => all.slice(a + 1).map((b) => [a, b] as const))
    default:
      return assertNever(kind)
  }
}

function randomRings(all: readonly number[], rings: number, random: Prng): readonly Edge[] {
  return distinct(Array.from({ length: rings }, () => ringOf(random.shuffled(all))).flat())
}

function ringOf(order: readonly number[]): Edge[] {
  return order.map((node, at) => [node, order[(at + 1) % order.length] as number] as const)
}

function distinct(edges: readonly Edge[]): readonly Edge[] {
  const seen = new Map<string, Edge>()
  for (const [a, b] of edges) {
    const key = `${Math.min(a, b)}-${Math.max(a, b)}`
    if (a !== b && !seen.has(key)) seen.set(key, [a, b])
  }
  return [...seen.values()]
}
