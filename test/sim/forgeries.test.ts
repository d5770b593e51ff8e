import { describe, expect, it } from 'vitest'
import { runInChild } from '../../src/sim/child.ts'
import { scenario, type Forgery, type Publication } from '../../src/sim/scenario.ts'

const FORGER = 3
const KINDS: readonly Forgery[] = ['amount', 'signature', 'high-s', 'other-network']

describe('a forger among 30 whole nodes', () => {
  const forged: Publication[] = Array.from({ length: 20 }, (_, index) => ({
    atMs: 100 * index,
    node: FORGER,
    forged: KINDS[index % KINDS.length] as Forgery,
  }))
  const honest: Publication[] = [
    { atMs: 50, node: 8 },
    { atMs: 5_000, node: 9 },
  ]

  it('is believed by nobody, passed on by nobody, and cut off by those whom it told', async () => {
    const report = await runInChild(
      scenario({ seed: 1, nodes: 30, member: 'relay', hostile: [FORGER], publications: [...forged, ...honest] }),
    )
    expect(report.forgeries).toMatchObject({ published: 20, taken: 0, handedOn: 0 })
    expect(report.forgeries.refusers).toBeGreaterThanOrEqual(4)
    expect(Object.keys(report.refused)).toEqual(['invalid-signature'])
    // Ten of the same peer are a ban; nobody who met that many keeps it.
    expect(report.connections[FORGER]).toBeLessThanOrEqual(12 - report.forgeries.refusers)
    // The honest traffic does not notice.
    expect(report.coverage).toBe(1)
    expect(report.pools).toEqual({ different: 1, smallest: 2, largest: 2 })
  })

  it.each(KINDS)('%s is recognised alone', async (kind) => {
    const publications: Publication[] = [{ atMs: 0, node: FORGER, forged: kind }, ...honest]
    const report = await runInChild(
      scenario({ seed: 1, nodes: 12, degree: 6, member: 'relay', hostile: [FORGER], publications }),
    )
    expect(report.forgeries).toMatchObject({ published: 1, taken: 0, handedOn: 0 })
    expect(report.forgeries.refusers).toBeGreaterThanOrEqual(1)
    expect(report.coverage).toBe(1)
  })
})
