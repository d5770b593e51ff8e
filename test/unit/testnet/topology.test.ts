import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { planJoin, planLinks, TOPOLOGIES, type PlannedLink, type Topology } from '../../../testnet/topology.ts'

const SIZES = [1, 2, 3, 4, 5, 7, 10, 11, 20, 33, 50]

function degrees(links: readonly PlannedLink[], count: number): number[] {
  const found = new Array<number>(count).fill(0)
  for (const { from, to } of links) {
    found[from] = (found[from] ?? 0) + 1
    found[to] = (found[to] ?? 0) + 1
  }
  return found
}

function isConnected(links: readonly PlannedLink[], count: number): boolean {
  const reached = new Set([0])
  for (let before = 0; before < reached.size;) {
    before = reached.size
    for (const { from, to } of links) if (reached.has(from) || reached.has(to)) reached.add(from).add(to)
  }
  return reached.size === count
}

function expectSimple(links: readonly PlannedLink[], count: number): void {
  const names = links.map(({ from, to }) => [from, to].sort((a, b) => a - b).join('-'))
  expect(new Set(names).size, 'no link twice').toBe(names.length)
  for (const { from, to } of links) {
    expect(from).not.toBe(to)
    expect(Math.min(from, to)).toBeGreaterThanOrEqual(0)
    expect(Math.max(from, to)).toBeLessThan(count)
  }
}

describe('every topology', () => {
  it.each(TOPOLOGIES.map((topology) => [topology]))(
    '%s is connected and has no link twice, at every size',
    (topology: Topology) => {
      for (const count of SIZES) {
        for (let seed = 0; seed < 20; seed++) {
          const links = planLinks(topology, count, 6, createPrng(seed))
          expectSimple(links, count)
          expect(isConnected(links, count), `${topology} of ${count}, seed ${seed}`).toBe(true)
        }
      }
    },
  )

  it('is the same for the same seed, and random differs for another', () => {
    const plan = (seed: number): PlannedLink[] => planLinks('random', 20, 6, createPrng(seed))
    expect(plan(7)).toEqual(plan(7))
    expect(plan(7)).not.toEqual(plan(8))
  })
})

describe('random', () => {
  it('gives every node its degree, one fewer at one node when both numbers are odd, over 300 seeds a case', () => {
    for (const [count, degree] of [
      [10, 6],
      [10, 4],
      [10, 3],
      [11, 5],
      [20, 6],
      [20, 8],
      [50, 6],
      [8, 6],
      [12, 9],
    ] as const) {
      let irregular = 0
      let smallest = Infinity
      for (let seed = 0; seed < 300; seed++) {
        const found = degrees(planLinks('random', count, degree, createPrng(seed)), count)
        smallest = Math.min(smallest, ...found)
        expect(Math.max(...found), `${count} nodes, degree ${degree}, seed ${seed}`).toBeLessThanOrEqual(degree)
        const short = found.reduce((sum, each) => sum + degree - each, 0)
        if (short > (count * degree) % 2) irregular++
      }
      console.log(
        `random ${count} × ${degree}: 300 seeds (0 to 299), ${irregular} not regular, smallest degree ${smallest}`,
      )
      // Dense graphs may leave two nodes one link short; sparse ones, which is what networks are, must not.
      expect(smallest).toBeGreaterThanOrEqual(degree - 2)
      expect(irregular).toBeLessThanOrEqual(degree * 2 > count ? 15 : 0)
    }
  })

  it('lets everybody dial about as often as it is dialled', () => {
    for (let seed = 0; seed < 50; seed++) {
      const dials = new Array<number>(20).fill(0)
      for (const { from } of planLinks('random', 20, 6, createPrng(seed))) dials[from] = (dials[from] ?? 0) + 1
      expect(Math.max(...dials) - Math.min(...dials), `seed ${seed}`).toBeLessThanOrEqual(1)
    }
  })

  it('is the full graph where there are too few nodes for the degree', () => {
    expect(planLinks('random', 5, 6, createPrng(1))).toHaveLength(10)
  })
})

describe('the shapes with a name', () => {
  it('have the links that their names promise', () => {
    const prng = createPrng(1)
    expect(degrees(planLinks('line', 5, 6, prng), 5)).toEqual([1, 2, 2, 2, 1])
    expect(degrees(planLinks('ring', 5, 6, prng), 5)).toEqual([2, 2, 2, 2, 2])
    expect(degrees(planLinks('star', 5, 6, prng), 5)).toEqual([4, 1, 1, 1, 1])
    expect(degrees(planLinks('full', 5, 6, prng), 5)).toEqual([4, 4, 4, 4, 4])
  })

  it('let a star be dialled by its leaves, and nobody dial everybody in full', () => {
    const prng = createPrng(1)
    expect(planLinks('star', 10, 6, prng).every(({ to }) => to === 0)).toBe(true)
    const dials = new Array<number>(10).fill(0)
    for (const { from } of planLinks('full', 10, 6, prng)) dials[from] = (dials[from] ?? 0) + 1
    expect(Math.max(...dials)).toBeLessThanOrEqual(5)
  })
})

describe('a node that joins', () => {
  it('dials as many different others as it should, or all there are', () => {
    const links = planJoin(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 6, createPrng(3))
    expect(links).toHaveLength(6)
    expectSimple(links, 11)
    expect(planJoin(2, [0, 1], 6, createPrng(3))).toHaveLength(2)
  })
})
