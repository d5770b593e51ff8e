/** The trials of `hearsay sim`: figures near their formulae, and what must be true of any run. */
import { describe, expect, it } from 'vitest'
import { NAMES } from '../../../src/cli/commands/sim-example.ts'
import { antiEntropy } from '../../../src/lab/anti-entropy.ts'
import { detector } from '../../../src/lab/detector.ts'
import { EXAMPLES, example } from '../../../src/lab/examples.ts'
import { plotHtml } from '../../../src/lab/plot.ts'
import { sweepPoint } from '../../../src/lab/sweep.ts'
import { falseSuspicion, firstDetection } from '../../../src/lab/swim.ts'
import { createPrng } from '../../../src/lib/prng.ts'

const SEED = 1
const near = (deviation: number | null, bound: number, what: unknown): void =>
  expect(Math.abs(deviation ?? Number.NaN), JSON.stringify(what)).toBeLessThan(bound)

describe('anti-entropy', () => {
  it.each([1, 50])('of %d differences among 30 nodes ends after about the rounds of push-pull', (differences) => {
    const found = antiEntropy({ nodes: 30, items: 200, differences, runs: 5, random: createPrng(SEED) })
    near(found.rounds.deviation, 0.2, found.rounds)
    expect(found.missing.at(-1)).toBe(0)
    expect(found.missing.every((share, round) => round === 0 || share <= (found.missing[round - 1] ?? 0))).toBe(true)
  })

  it('costs what differs and not what is held: ten times the items cost less than twice as much', () => {
    const bytes = (items: number): number =>
      antiEntropy({ nodes: 10, items, differences: 1, runs: 1, random: createPrng(SEED) }).bytesPerNode
    expect(bytes(2_000)).toBeLessThan(2 * bytes(200))
    expect(
      antiEntropy({ nodes: 4, items: 500, differences: 1, runs: 1, random: createPrng(SEED) }).bytesAtRest,
    ).toBeLessThan(64)
  })
})

describe('a sweep over the interval', () => {
  it('costs less and mends later, the longer the interval', () => {
    const points = [2_000, 8_000].map((intervalMs) =>
      sweepPoint({ intervalMs, nodes: 12, lost: 0.2, itemsPerSecond: 2, random: createPrng(SEED) }),
    )
    const [short, long] = points
    expect(points.map(({ open }) => open)).toEqual([0, 0])
    expect(long?.bytesPerNode).toBeLessThan(short?.bytesPerNode ?? 0)
    expect(long?.windowP99Ms).toBeGreaterThan(2 * (short?.windowP99Ms ?? 0))
  })

  it('has nothing to mend where gossip misses nobody', () => {
    const point = sweepPoint({ intervalMs: 1_000, nodes: 5, lost: 0, itemsPerSecond: 5, random: createPrng(SEED) })
    expect(point).toMatchObject({ windowMaxMs: 0, open: 0 })
  })
})

describe('membership', () => {
  it('by the book is as its formulae say', () => {
    for (const nodes of [20, 200]) {
      const found = firstDetection(nodes, 2_000, createPrng(SEED))
      near(found.deviation, 0.08, found)
    }
    for (const helpers of [0, 1, 3]) {
      const found = falseSuspicion({ loss: 0.1, helpers, probes: 400_000, random: createPrng(SEED) })
      near(found.deviation, 0.1, found)
    }
  })

  it('of our own nodes sees a hung one dead everywhere, and nobody else', () => {
    const found = detector({ nodes: 12, loss: 0, runs: 2, seed: SEED })
    expect(found.suspectedMs).toBeLessThanOrEqual(3_000)
    expect(found.allDeadMs).toBeLessThanOrEqual(15_000)
    expect(found.falseDeaths).toBe(0)
  })
})

describe('examples', () => {
  it('are those that the command names', () => {
    expect([...NAMES]).toEqual([...EXAMPLES])
  })

  it('health: all suspect A before they hold it dead, and see it alive again', () => {
    const { steps, figures } = example('health', SEED)
    for (const letter of ['B', 'C', 'D']) {
      const [suspects, dead, alive] = ['suspects A', 'holds A dead', 'sees A alive'].map((what) =>
        steps.findIndex((step) => step.what === `${letter} ${what}`),
      )
      expect(suspects, letter).toBeGreaterThan(0)
      expect(dead, letter).toBeGreaterThan(suspects ?? 0)
      expect(alive, letter).toBeGreaterThan(dead ?? 0)
    }
    expect(figures.deadEverywhereMs).toBeLessThanOrEqual(10_000)
    expect(figures.aliveEverywhereMs).toBeLessThanOrEqual(5_000)
  })

  it('version, thousand and ring end with the figures of the literature', () => {
    expect(example('version', SEED).figures.rounds).toBeLessThanOrEqual(6)
    expect(example('thousand', SEED).figures).toMatchObject({ directSends: 999 })
    expect(example('thousand', SEED).figures.rounds).toBeCloseTo(10.6, 0)
    const { ringRounds = 0, randomRounds = 0 } = example('ring', SEED).figures
    expect(ringRounds).toBeGreaterThan(85)
    expect(randomRounds).toBeLessThan(15)
  })
})

it('a plot asks nobody for anything and shows names as text', () => {
  const html = plotHtml({
    title: 'a <b>',
    subtitle: '',
    charts: [
      {
        title: 't',
        caption: 'c',
        x: 'x',
        y: 'y',
        scale: 'log',
        lines: [
          {
            name: '<i>',
            points: [
              [0, 1],
              [1, 0],
            ],
          },
        ],
      },
    ],
    table: { head: ['h'], rows: [['&']] },
  })
  expect(html).not.toMatch(/<b>|<i>|<script|https?:/)
  expect(html).not.toContain('NaN')
})
