import { expect, it } from 'vitest'
import { runInChild } from '../../src/sim/child.ts'
import { scenario } from '../../src/sim/scenario.ts'

it('a network that has stood begins with everybody known, and hears of a death all the same', async () => {
  const nodes = 12
  const { repair, greeted } = await runInChild(
    scenario({
      ...{ seed: 3, nodes, degree: 4, member: 'relay', stands: true, watchesNetwork: true, warmUpMs: 5_000 },
      faults: [{ atMs: 0, kind: 'leave', node: 5 }],
      settleMs: 1_500,
    }),
  )
  // Nobody told a record before: but for what they were handed, they would know their neighbours alone.
  expect(repair).toMatchObject({ viewAgreement: 1, smallestView: nodes, wronglyDead: 0, suspected: 0 })
  expect(repair?.noticed).toEqual([{ kind: 'left', node: 5, afterMs: expect.any(Number) as number }])
  expect(greeted).toBeGreaterThan(nodes)
})
