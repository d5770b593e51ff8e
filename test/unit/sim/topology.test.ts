import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { edgesOf, TOPOLOGIES, type Edge } from '../../../src/sim/topology.ts'

function degrees(edges: readonly Edge[], nodes: number): number[] {
  const found = new Array<number>(nodes).fill(0)
  for (const edge of edges) for (const node of edge) found[node] = (found[node] ?? 0) + 1
  return found
}

function reached(edges: readonly Edge[], from: number): Set<number> {
  const found = new Set([from])
  for (const node of found) {
    for (const [a, b] of edges) {
      if (a === node) found.add(b)
      if (b === node) found.add(a)
    }
  }
  return found
}

describe('every topology', () => {
  it.each(TOPOLOGIES)('%s connects all, no pair twice and nobody with itself', (kind) => {
    for (const nodes of [2, 3, 10, 25]) {
      const edges = edgesOf(kind, nodes, 4, createPrng(1))
      expect(reached(edges, 0).size).toBe(nodes)
      expect(edges.every(([a, b]) => a !== b)).toBe(true)
      expect(new Set(edges.map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)).size).toBe(edges.length)
    }
  })

  it('has the degrees of its name', () => {
    const of = (kind: (typeof TOPOLOGIES)[number]) => degrees(edgesOf(kind, 10, 4, createPrng(1)), 10)
    expect(of('ring')).toEqual(new Array(10).fill(2))
    expect(of('line')).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 1])
    expect(of('star')).toEqual([9, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    expect(of('full')).toEqual(new Array(10).fill(9))
    const random = degrees(edgesOf('random', 200, 12, createPrng(1)), 200)
    expect(Math.max(...random)).toBe(12)
    expect(random.reduce((sum, degree) => sum + degree, 0) / 200).toBeGreaterThan(11.5)
  })

  it('is the same for the same seed and another for another', () => {
    const drawn = [1, 1, 2].map((seed) => JSON.stringify(edgesOf('random', 50, 6, createPrng(seed))))
    expect(drawn[0]).toBe(drawn[1])
    expect(drawn[0]).not.toBe(drawn[2])
  })
})
