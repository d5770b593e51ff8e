import { describe, expect, it } from 'vitest'
import { runInChild } from '../../src/sim/child.ts'
import { everySecond, scenario } from '../../src/sim/scenario.ts'

/**
 * Everything that can happen, at once: whatever in it follows the real clock, real chance or the order of threads shows
 * here.
 */
const eventful = (seed: number) =>
  scenario({
    seed,
    nodes: 24,
    degree: 6,
    member: 'relay',
    hostile: [4],
    links: { latencyMinMs: 5, latencyMaxMs: 200, jitterMs: 30, lossRate: 0.05, bytesPerMs: 125 },
    publications: [
      ...everySecond(12, 24, seed).filter(({ node }) => node !== 4),
      { atMs: 100, node: 4, forged: 'amount' },
    ],
    faults: [
      { atMs: 0, kind: 'lose-messages', rate: 0.1 },
      { atMs: 500, kind: 'slow', node: 3, extraMs: 100 },
      { atMs: 1_000, kind: 'partition', groups: [[0, 1, 2, 3, 4, 5, 6, 7]] },
      { atMs: 2_000, kind: 'kill', node: 9 },
      { atMs: 3_000, kind: 'pause', node: 10 },
      { atMs: 4_000, kind: 'power-cut', node: 11 },
      { atMs: 5_000, kind: 'skew', node: 12, skewMs: 7_000 },
      { atMs: 8_000, kind: 'heal' },
      { atMs: 9_000, kind: 'resume', node: 10 },
      { atMs: 10_000, kind: 'restart', node: 9 },
      { atMs: 11_000, kind: 'restart', node: 11 },
      { atMs: 12_000, kind: 'cut', a: 1, b: 2 },
    ],
    settleMs: 10_000,
  })

describe('a simulation', () => {
  it('is the same for the same seed, whatever happens in it', async () => {
    const [first, again, other] = [
      await runInChild(eventful(7)),
      await runInChild(eventful(7)),
      await runInChild(eventful(8)),
    ]
    // All but what the real machine adds.
    const sameness = { wallMs: 0, cpuMs: 0, rssMb: 0 }
    expect({ ...again, ...sameness }).toEqual({ ...first, ...sameness })
    expect(other.digest).not.toBe(first.digest)
    expect(first.forgeries).toMatchObject({ taken: 0, handedOn: 0 })
  })

  it('that fails says its seed and the command that repeats it', async () => {
    const broken = scenario({ seed: 42, nodes: 3, faults: [{ atMs: 10, kind: 'kill', node: 99 }] })
    const failure = await runInChild(broken).then(
      () => 'it did not fail',
      (error: unknown) => String(error),
    )
    expect(failure).toContain('seed 42, virtual time 10010 ms: Error: there is no node 99')
    const command = /repeat it with: echo '(.+)' \| npm run sim -- run/.exec(failure)
    expect(JSON.parse(command?.[1] ?? 'null')).toEqual(broken)
  })
})
