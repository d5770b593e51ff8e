import { describe, expect, it } from 'vitest'
import {
  eagerMiss,
  fanoutReachesAll,
  fanoutResidue,
  floodMedianMs,
  meshHops,
  pullRounds,
  pushPullRounds,
  pushRounds,
  rumorResidue,
  sampledDelays,
  uniformDelays,
} from '../../../src/sim/theory.ts'

describe('the formulae of epidemic spread', () => {
  it('give rounds', () => {
    expect(pushRounds(1_000, 1)).toBeCloseTo(16.9, 1)
    expect(pushRounds(1_000, 2)).toBeCloseTo(9.7, 1)
    expect(pushRounds(10_000, 4)).toBeCloseTo(8.0, 1)
    expect(pullRounds(1_000)).toBeCloseTo(12.8, 1)
    expect(pushPullRounds(10_000)).toBeCloseTo(11.6, 1)
  })

  it('give what is left behind', () => {
    for (const [k, residue] of [0.203, 0.0595, 0.0198, 0.007, 0.0025].entries()) {
      expect(rumorResidue(k + 1)).toBeCloseTo(residue, 3)
      // The same fixed point: k useless contacts are k + 1 messages.
      expect(fanoutResidue(k + 2)).toBe(rumorResidue(k + 1))
    }
    expect(fanoutReachesAll(1_000, 6)).toBeCloseTo(0.084, 2)
    expect(eagerMiss(0.2, 6)).toBeCloseTo(6.4e-5, 6)
  })

  it('give the hops of a mesh', () => {
    expect(meshHops(1_000, 6)).toBeCloseTo(4.3, 1)
    expect(meshHops(10_000, 8)).toBeCloseTo(4.7, 1)
  })

  it.each([
    [50, 109],
    [200, 147],
    [300, 159],
    [1_000, 192],
  ])('give %d nodes of a mesh of fast links half after %d ms', (nodes, ms) => {
    const found = floodMedianMs({ nodes, branching: 4.2, delays: uniformDelays(20, 66) })
    expect(Math.abs(found - ms)).toBeLessThan(1)
  })

  it('take processing into account, and delays as measured', () => {
    const uniform = floodMedianMs({ nodes: 1_000, branching: 5, delays: uniformDelays(20, 120, 5) })
    expect(Math.abs(uniform - 280)).toBeLessThan(1)
    const samples = Array.from({ length: 10_000 }, (_, index) => 25 + (index + 0.5) / 100)
    expect(floodMedianMs({ nodes: 1_000, branching: 5, delays: sampledDelays(samples) })).toBeCloseTo(uniform, 2)
  })
})
