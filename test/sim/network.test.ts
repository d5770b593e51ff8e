import { describe, expect, it } from 'vitest'
import { runInChild } from '../../src/sim/child.ts'
import {
  brokenNetworkPromises,
  networkScenario,
  TWO_INTERVALS_MS,
  type NetworkScenario,
} from '../../src/sim/network-scenarios.ts'
import type { Scenario } from '../../src/sim/scenario.ts'
import { drawn } from '../toolkit/api/depth.ts'

/**
 * One run; every seed stands in what fails. `npm run sim -- repair` and `-- membership` run hundreds, and the large
 * ones.
 */
async function run(kind: NetworkScenario, seed: number, smaller: Partial<Scenario> = {}) {
  const report = await runInChild({ ...networkScenario(kind, seed), ...smaller })
  if (report.repair === null) throw new Error('the scenario watches the network')
  return { ...report, repair: report.repair, broken: brokenNetworkPromises(kind, seed, report) }
}

describe('repair in virtual time', { timeout: 300_000 }, () => {
  it.each(drawn([1], [1, 2, 3]))(
    'finds what 30 % loss kept back, without IHAVE, within two intervals: seed %i',
    async (seed) => {
      const { broken, coverage, repair, network } = await run('loss', seed)
      expect(network.lostMessages).toBeGreaterThan(100)
      expect(broken).toEqual([])
      expect(coverage).toBe(1)
      expect(repair.poolsEqualAfterMs).toBeLessThanOrEqual(TWO_INTERVALS_MS)
    },
  )

  it('makes one pool of two halves that were parted for a minute', async () => {
    const { broken, pools, repair } = await run('heal', 1)
    expect(broken).toEqual([])
    expect(pools).toEqual({ different: 1, smallest: 500, largest: 500 })
    expect(repair.compared.transactions.largestDifference).toBeGreaterThan(100)
    // 32 B for each name of one side, a fifth more for what finds them, and offers of the others.
    const { largestBytes, largestDifference } = repair.compared.transactions
    console.log(`healed after ${repair.poolsEqualAfterMs} ms, ${largestBytes} B for ${largestDifference} differences`)
    expect(largestBytes).toBeLessThan(1.5 * 32 * largestDifference)
  })

  it('gives back a hundred transactions that vanished behind a node', async () => {
    const { broken, repair } = await run('amnesia', 1)
    expect(broken).toEqual([])
    expect(repair.poolsEqualAfterMs).toBeLessThanOrEqual(TWO_INTERVALS_MS)
  })

  it('delivers after a cut what a node was handed in the meantime', async () => {
    const { broken, coverage } = await run('cut-off', 1)
    expect(broken).toEqual([])
    expect(coverage).toBe(1)
  })
})

describe('discovery in virtual time', { timeout: 300_000 }, () => {
  it('makes one network of two islands by one seed node, and the seed may die then', async () => {
    expect((await run('islands', 1)).broken).toEqual([])
  })

  it('has nothing to find without one: the islands stay apart', async () => {
    const { broken, repair } = await run('apart', 1)
    expect(broken).toEqual([])
    expect(repair.components).toBe(2)
  })

  it('holds a network together whose bootstraps have all died', async () => {
    expect((await run('bootstraps', 1)).broken).toEqual([])
  })
})
