import { describe, expect, it } from 'vitest'
import { brokenPromises, type ChainReport } from '../../src/sim/chain-report.ts'
import { chainScenario, type ChainScenario } from '../../src/sim/chain-scenarios.ts'
import { runInChild } from '../../src/sim/child.ts'
import { drawn } from '../toolkit/api/depth.ts'

/** Ten runs take 60 s of a core, and longer beside other work. */
const RUNS_MS_MAX = 300_000

/** Runs seeds, two at a time; every report with its seed. `npm run sim -- chain` runs hundreds. */
async function runs(kind: ChainScenario, seeds: number): Promise<readonly (ChainReport & { readonly seed: number })[]> {
  const left = Array.from({ length: seeds }, (_, index) => index + 1)
  const reports: (ChainReport & { readonly seed: number })[] = []
  const work = async (): Promise<void> => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const { chain } = await runInChild(chainScenario(kind, seed))
      if (chain === null) throw new Error('the scenario has no chain')
      reports.push({ ...chain, seed })
    }
  }
  await Promise.all([work(), work()])
  return reports
}

describe('ten nodes with four validators in virtual time', { timeout: RUNS_MS_MAX }, () => {
  it('parted for 30 s, two validators on either side, agree within 15 s and lose nothing, for every seed', async () => {
    for (const report of await runs('partition', drawn(2, 10))) {
      const { seed } = report
      expect(brokenPromises(report), `seed ${seed}`).toEqual([])
      expect(report.accepted, `seed ${seed}`).toBeGreaterThan(150)
      expect(report.included, `seed ${seed}`).toBe(report.accepted)
      // Both sides went on, and one of them had to give its blocks up; neither had called any of them settled.
      expect(report.deepestReorg, `seed ${seed}`).toBeGreaterThanOrEqual(2)
      expect(report.settledReorgs, `seed ${seed}`).toBe(0)
    }
  })

  it('of which one validator is alone for 10 to 60 s agree with it, and lose nothing that its users handed in', async () => {
    for (const report of await runs('cut-off', 1)) {
      expect(brokenPromises(report), `seed ${report.seed}`).toEqual([])
      expect(report.included, `seed ${report.seed}`).toBe(report.accepted)
      expect(report.deepestReorg, `seed ${report.seed}`).toBeGreaterThanOrEqual(1)
      expect(report.settledReorgs, `seed ${report.seed}`).toBe(0)
    }
  })

  it('that die ten times at random, some by a power cut, lose nothing, sign no slot twice and never step back', async () => {
    for (const report of await runs('crashes', 1)) {
      expect(report.restarts, `seed ${report.seed}`).toBe(10)
      expect(brokenPromises(report), `seed ${report.seed}`).toEqual([])
      expect(report.included, `seed ${report.seed}`).toBe(report.accepted)
    }
  })

  it('keep every promise to users who hand in out of order, twice for a nonce, or at the last moment', async () => {
    for (const report of await runs('disorder', 1)) {
      const { seed, included, expired, replaced, accepted } = report
      expect(brokenPromises(report), `seed ${seed}`).toEqual([])
      expect(included + expired + replaced, `seed ${seed}`).toBe(accepted)
      for (const count of [included, expired, replaced]) expect(count, `seed ${seed}`).toBeGreaterThan(20)
      // A late copy of what has lost its nonce is told, and costs its sender nothing; anything else would be a charge.
      expect(
        Object.keys(report.offences).filter((code) => code !== 'nonce-too-low'),
        `seed ${seed}`,
      ).toEqual([])
    }
  })
})
