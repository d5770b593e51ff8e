import { describe, expect, it } from 'vitest'
import { runInChild } from '../../src/sim/child.ts'
import { REFERENCE_LINKS } from '../../src/sim/network.ts'
import { everySecond, scenario, type Publication } from '../../src/sim/scenario.ts'
import { drawn } from '../toolkit/api/depth.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

describe('loss', () => {
  const LOSSY_NODES = drawn(36, 60)
  const lossy = (rate: number, eagerOnly: boolean, member: 'relay' | 'router') =>
    scenario({
      seed: 1,
      nodes: LOSSY_NODES,
      member,
      publications: everySecond(10, LOSSY_NODES, 1),
      faults: [{ atMs: 0, kind: 'lose-messages', rate }],
      // An id is offered for three heartbeats, and every step of the repair may be lost too.
      settleMs: 6_000,
      eagerOnly,
    })

  it('of a fifth of all gossip messages keeps nothing from anybody', async () => {
    const report = await runInChild(lossy(0.2, false, 'relay'))
    expect(report.network.lostMessages).toBeGreaterThan(500)
    expect(report.coverage).toBe(1)
    expect(report.pools?.different).toBe(1)
  })

  it('is repaired by IHAVE and IWANT: without them some never hear', async () => {
    // Bare routers: whole nodes compare their pools, and so hear of everything in any case.
    const eager = await runInChild(lossy(0.3, true, 'router'))
    const repaired = await runInChild(lossy(0.3, false, 'router'))
    expect(eager.coverage).toBeLessThan(1)
    expect(repaired.coverage).toBe(1)
  })

  it('of packets is a delay and no more', async () => {
    const links = { ...REFERENCE_LINKS, lossRate: 0.2 }
    const publications = everySecond(3, 50, 1)
    const clean = await runInChild(scenario({ seed: 1, nodes: 50, publications }))
    const lossyLinks = await runInChild(scenario({ seed: 1, nodes: 50, publications, links }))
    expect(lossyLinks.network.retransmissions).toBeGreaterThan(100)
    expect(lossyLinks.coverage).toBe(1)
    expect(lossyLinks.p50Ms).toBeGreaterThan(clean.p50Ms)
  })
})

describe('a partition', () => {
  const HALF = drawn(12, 20)
  const publications: readonly Publication[] = [
    { atMs: 500, node: 0 },
    { atMs: 600, node: HALF + 6 },
    // When both sides have noticed that the other one is gone.
    { atMs: 8_000, node: 1 },
    { atMs: 8_100, node: HALF + 3 },
    // Long after it has healed.
    { atMs: 30_000, node: 2 },
  ]
  const sides = [range(0, HALF), range(HALF, 2 * HALF)] as const

  it('lets each side go on alone, and after it everybody has what either side had', async () => {
    const report = await runInChild(
      scenario({
        seed: 1,
        nodes: 2 * HALF,
        degree: 8,
        member: 'relay',
        publications,
        faults: [
          { atMs: 0, kind: 'partition', groups: sides },
          { atMs: 15_000, kind: 'heal' },
        ],
      }),
    )
    expect(report.holders).toEqual(publications.map(() => range(0, 2 * HALF)))
    // What one side published the other had only after the heal.
    expect(report.maxMs).toBeGreaterThan(6_000)
  })
})

describe('a node that dies', () => {
  const NODES = drawn(16, 30)
  const run = (kind: 'kill' | 'power-cut') =>
    runInChild(
      scenario({
        seed: 1,
        nodes: NODES,
        degree: 8,
        member: 'relay',
        publications: [
          // Its own user's, so durable before it was accepted.
          { atMs: 0, node: 5 },
          { atMs: 4_000, node: 1 },
          { atMs: 20_000, node: 5 },
        ],
        faults: [
          { atMs: 2_000, kind, node: 5 },
          { atMs: 10_000, kind: 'restart', node: 5 },
        ],
      }),
    )

  it.each(['kill', 'power-cut'] as const)(
    'by %s comes back with what it accepted, and is heard again',
    async (kind) => {
      const report = await run(kind)
      const all = range(0, NODES)
      // What was sent while it was down it fetches: pools are compared at once when it is back.
      expect(report.holders).toEqual([all, all, all])
      expect(report.pools).toEqual({ different: 1, smallest: 3, largest: 3 })
    },
  )
})

describe('nodes that go silent with connections that look alive', () => {
  it('keep nothing from the others, whose routes had learnt them as the fastest', async () => {
    const silent = range(0, 8)
    const others = range(8, 40)
    const report = await runInChild(
      scenario({
        seed: 1,
        nodes: 40,
        degree: 10,
        member: 'relay',
        // Before it, in the five seconds in which nobody notices, and after.
        publications: range(0, 30).map((index) => ({ atMs: index * 500, node: 8 + ((index * 7) % 32) })),
        faults: silent.map((node) => ({ atMs: 6_000, kind: 'power-cut', node }) as const),
      }),
    )
    expect(report.copies).toBeLessThan(3.2)
    for (const holders of report.holders) expect(holders.filter((node) => node >= 8)).toEqual(others)
    // By gossip and its announcements, not by the next comparison of pools.
    expect(report.maxMs).toBeLessThan(2_000)
  })
})

describe('a node that stops for a moment', () => {
  it('misses nothing', async () => {
    const report = await runInChild(
      scenario({
        seed: 1,
        nodes: drawn(16, 30),
        degree: 8,
        member: 'relay',
        publications: [{ atMs: 1_000, node: 1 }],
        faults: [
          { atMs: 500, kind: 'pause', node: 6 },
          { atMs: 3_500, kind: 'resume', node: 6 },
        ],
      }),
    )
    expect(report.coverage).toBe(1)
    expect(report.maxMs).toBeGreaterThanOrEqual(2_500)
    expect(report.p50Ms).toBeLessThan(200)
  })
})

describe('a wrong clock', () => {
  it('of a minute turns fresh transactions away until it is put right', async () => {
    const report = await runInChild(
      scenario({
        seed: 1,
        nodes: 20,
        degree: 6,
        member: 'relay',
        publications: [
          { atMs: 1_000, node: 1 },
          { atMs: 5_000, node: 2 },
        ],
        faults: [
          { atMs: 0, kind: 'skew', node: 7, skewMs: -60_000 },
          { atMs: 3_000, kind: 'skew', node: 7, skewMs: 0 },
        ],
      }),
    )
    const all = range(0, 20)
    // Refused while it is early, and brought up again by the next comparison.
    expect(report.holders).toEqual([all, all])
    expect(Object.keys(report.refused)).toEqual(['too-early'])
    // Being out of step is no offence: it keeps its neighbours.
    expect(report.connections[7]).toBeGreaterThanOrEqual(5)
  })
})
