/** Experiments in virtual time: what every world does, and that the same seed is the same run. */
import { describe, expect, it } from 'vitest'
import { VirtualWorld } from '../../src/scenario/virtual/world.ts'
import { runIn, smallExperiment } from '../toolkit/scenario/small-network.ts'
import { worldContract } from '../toolkit/scenario/world-contract.ts'

const world = new VirtualWorld()

describe('virtual time', () => {
  worldContract(world, { timeoutMs: 120_000 })

  it('gives the same digest from the same seed, and misses what does not hold', async () => {
    const strict = (seed: number) =>
      smallExperiment((document) => ({
        ...document,
        network: { ...document.network, seed },
        settle: '0s',
        expect: [{ figure: 'coverage', atLeast: 1, when: '1s' }],
      }))
    const [first, second, other] = await Promise.all([1, 1, 2].map((seed) => runIn(world, strict(seed))))
    expect(first?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(second?.digest).toBe(first?.digest)
    expect(other?.digest).not.toBe(first?.digest)
    // Cut in two since half a second.
    expect(first?.judged[0]).toMatchObject({ verdict: 'missed', atMs: 1_000 })
    expect(first?.judged[0]?.where).toMatch(/node-\d lacks \d of \d/)
  })
})
