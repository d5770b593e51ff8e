/**
 * Who dials whom: every topology is connected, has no link twice, and spreads dialling evenly. A link is used both ways
 * once it stands; its direction only says who opens it.
 */
import { assert, assertNever } from '../src/lib/assert.ts'
import type { Prng } from '../src/lib/prng.ts'

export const TOPOLOGIES = ['random', 'ring', 'line', 'star', 'full'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** A planned link between two nodes, by their numbers from 0: `from` dials `to`. */
export interface PlannedLink {
  readonly from: number
  readonly to: number
}

/**
 * Plans the links of `count` nodes, at least 1. `degree`, at least 2, is the number of links a node has in `random`;
 * the other topologies have their own. In `random` every node has exactly `degree` links (one has one fewer when both
 * numbers are odd) except where there are too few nodes, which is the full graph.
 */
export function planLinks(topology: Topology, count: number, degree: number, prng: Prng): PlannedLink[] {
  assert(count >= 1, 'a network has a node')
  switch (topology) {
    case 'line':
      return range(count - 1).map((from) => ({ from, to: from + 1 }))
    case 'ring':
      return count <= 2
        ? planLinks('line', count, degree, prng)
        : range(count).map((from) => ({ from, to: (from + 1) % count }))
    case 'star':
      return range(count - 1).map((leaf) => ({ from: leaf + 1, to: 0 }))
    case 'full':
      return fullGraph(count)
    case 'random':
      assert(degree >= 2, 'with fewer than two links a node the network may fall apart')
      return degree >= count - 1 ? fullGraph(count) : randomGraph(count, degree, prng)
    default:
      return assertNever(topology)
  }
}

/** Links of one node that joins: it dials `degree` of the others at random, or all when there are fewer. */
export function planJoin(joining: number, others: readonly number[], degree: number, prng: Prng): PlannedLink[] {
  return prng
    .shuffled(others)
    .slice(0, degree)
    .map((to) => ({ from: joining, to }))
}

function fullGraph(count: number): PlannedLink[] {
  return range(count).flatMap((a) =>
    range(count)
      .filter((b) => b > a)
      // By turns, so that node 0 does not dial everybody.
      .map((b) => ((a + b) % 2 === 1 ? { from: a, to: b } : { from: b, to: a })),
  )
}

/**
 * A union of random Hamiltonian cycles, which is connected after the first one and an expander after the second; an odd
 * degree adds every other link of one more cycle. A cycle's links all point one way round, so that everybody dials as
 * often as it is dialled.
 */
function randomGraph(count: number, degree: number, prng: Prng): PlannedLink[] {
  const taken = new Set<number>()
  const links: PlannedLink[] = []
  const isTaken = (a: number, b: number): boolean => taken.has(edgeKey(a, b, count))
  const add = (from: number, to: number): void => {
    if (isTaken(from, to)) return
    taken.add(edgeKey(from, to, count))
    links.push({ from, to })
  }
  for (let round = 0; round < Math.ceil(degree / 2); round++) {
    const isHalf = degree % 2 === 1 && round === Math.floor(degree / 2)
    const cycle = freshCycle(count, prng, isTaken)
    for (let i = 0; i < (isHalf ? count - 1 : count); i += isHalf ? 2 : 1) add(at(cycle, i), at(cycle, i + 1))
  }
  fill(count, degree, links, isTaken, add, prng)
  return links
}

/**
 * A random cycle that uses no taken link: links that are taken are swapped away by reversing the stretch between two of
 * them (2-opt). In very dense graphs there may be none; what remains taken is then left out by the caller.
 */
function freshCycle(count: number, prng: Prng, isTaken: (a: number, b: number) => boolean): number[] {
  const cycle = prng.shuffled(range(count))
  const taken = (i: number, j: number): number => (isTaken(at(cycle, i), at(cycle, j)) ? 1 : 0)
  for (let attempt = 0; attempt < 200 * count; attempt++) {
    const broken = range(count).filter((i) => taken(i, i + 1) === 1)
    const i = broken[prng.below(Math.max(1, broken.length))]
    if (i === undefined) break
    const j = prng.below(count)
    const [low, high] = i < j ? [i, j] : [j, i]
    if (high - low < 2) continue
    const before = taken(low, low + 1) + taken(high, high + 1)
    const after = taken(low, high) + taken(low + 1, high + 1)
    if (after > before) continue
    cycle.splice(low + 1, high - low, ...cycle.slice(low + 1, high + 1).reverse())
  }
  return cycle
}

/** Gives nodes that are short of links the ones that can still be added between two such nodes. */
function fill(
  count: number,
  degree: number,
  links: readonly PlannedLink[],
  isTaken: (a: number, b: number) => boolean,
  add: (from: number, to: number) => void,
  prng: Prng,
): void {
  const missing = new Map<number, number>(range(count).map((node) => [node, degree]))
  const lack = (node: number): number => missing.get(node) ?? 0
  const count1 = (node: number): unknown => missing.set(node, lack(node) - 1)
  for (const { from, to } of links) {
    count1(from)
    count1(to)
  }
  for (const a of prng.shuffled(range(count))) {
    for (const b of prng.shuffled(range(count))) {
      if (a === b || lack(a) <= 0 || lack(b) <= 0 || isTaken(a, b)) continue
      add(a, b)
      count1(a)
      count1(b)
    }
  }
}

function edgeKey(a: number, b: number, count: number): number {
  return Math.min(a, b) * count + Math.max(a, b)
}

function at(cycle: readonly number[], index: number): number {
  const node = cycle[index % cycle.length]
  assert(node !== undefined, 'a cycle has every node')
  return node
}

function range(count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, index) => index)
}
