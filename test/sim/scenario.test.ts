/**
 * Experiments: what every world does, and that in virtual time the same seed is the same run. Real processes take their
 * time: `DEEP=1` runs them too.
 */
import { describe, expect, it } from 'vitest'
import { VirtualWorld } from '../../src/scenario/virtual/world.ts'
import { WORLDS } from '../../src/scenario/world.ts'
import { openWorld } from '../../src/scenario/worlds.ts'
import { isDeep } from '../toolkit/api/depth.ts'
import { runIn, smallExperiment } from '../toolkit/scenario/small-network.ts'
import { worldContract } from '../toolkit/scenario/world-contract.ts'

const world = new VirtualWorld()

describe.each(isDeep ? WORLDS : (['virtual'] as const))('%s', (name) => {
  worldContract(() => openWorld(name), { timeoutMs: 120_000 })
})

describe('virtual time', () => {
  it('gives the same digest from the same seed, and misses what does not hold', async () => {
    const strict = (seed: number) =>
      smallExperiment((document) => ({
        ...document,
        network: { ...document.network, seed },
        settle: '0s',
        expect: [{ figure: 'coverage', atLeast: 1, when: '1s' }],
      }))
    const [first, second] = await Promise.all([1, 1].map((seed) => runIn(world, strict(seed))))
    expect(first?.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(second?.digest).toBe(first?.digest)
    // Cut in two since half a second.
    expect(first?.judged[0]).toMatchObject({ verdict: 'missed', atMs: 1_000 })
    expect(first?.judged[0]?.where).toMatch(/node-\d lacks \d of \d/)
  })

  it('does not know that a forgery is withstood that came to nobody, and does where it came to a side of a cut', async () => {
    const forging = (...before: readonly object[]) =>
      smallExperiment((document) => ({
        ...document,
        timeline: [...before, { at: '3s', do: 'forge' }] as typeof document.timeline,
        settle: '4s',
        expect: [{ figure: 'forged', atMost: 0 }],
      }))
    const [unheard, parted] = await Promise.all([
      // Nothing comes through: neither the forgery nor a word of it.
      runIn(world, forging({ at: '1s', do: 'lose-messages', rate: 1 })),
      runIn(world, forging({ at: '1s', do: 'partition', groups: ['0', '1-3'] })),
    ])
    expect(unheard.judged[0]).toMatchObject({
      verdict: 'unmeasured',
      where: expect.stringContaining('came to no node'),
    })
    expect(parted.judged[0]).toMatchObject({ verdict: 'met', found: 0 })
  })
})
