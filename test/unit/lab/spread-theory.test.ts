import { describe, expect, it } from 'vitest'
import { MODES } from '../../../src/cli/commands/sim-spread.ts'
import { spreadModel } from '../../../src/lab/spread-theory.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { MODEL_MODES } from '../../../src/sim/models.ts'
import { drawn } from '../../toolkit/api/depth.ts'

const SEED = 1

/** Rounds within 10 % of their formula, shares left behind within 15 %. */
function boundOf(what: string): number {
  return what === 'share left behind' ? 0.15 : 0.1
}

describe('every model beside its formula', () => {
  it.each([
    ['push', 1],
    ['push', 2],
    ['push', 3],
    ['push', 4],
    ['pull', 1],
    ['pushpull', 1],
    ['direct', 1],
    ['rumor', 1],
    ['rumor', 2],
    ['rumor', 3],
    ['rumor-coin', 2],
    ['rumor-coin', 3],
    ['fanout', 3],
    ['fanout', 4],
  ] as const)('%s k %d, with 1,000 nodes and with 10,000', (mode, k) => {
    for (const [nodes, runs] of [
      [1_000, drawn(60, 100)],
      [10_000, drawn(6, 12)],
    ] as const) {
      const { figure } = spreadModel({ mode, nodes, k, runs, topology: 'random', random: createPrng(SEED) })
      expect(
        Math.abs(figure.deviation ?? Number.NaN),
        `${JSON.stringify(figure)}, ${nodes} nodes, seed ${SEED}`,
      ).toBeLessThan(boundOf(figure.what))
    }
  })

  it('a ring of 100 takes about 99 rounds, and longer than twice 40', () => {
    const on = (nodes: number) =>
      spreadModel({ mode: 'push', nodes, k: 1, runs: 40, topology: 'ring', random: createPrng(SEED) })
    expect(Math.abs(on(100).figure.deviation ?? Number.NaN)).toBeLessThan(0.1)
    expect(on(100).summary.roundsToAll ?? 0).toBeGreaterThan(2 * (on(40).summary.roundsToAll ?? 0))
  })

  it('a curve begins with one node and never falls', () => {
    const { curve } = spreadModel({
      mode: 'rumor',
      nodes: 200,
      k: 2,
      runs: 20,
      topology: 'random',
      random: createPrng(SEED),
    }).summary
    expect(curve[0]).toBeCloseTo(1 / 200)
    expect(curve.every((share, round) => round === 0 || share >= (curve[round - 1] ?? 0))).toBe(true)
  })
})

it('the command names every model that there is', () => {
  expect([...MODES]).toEqual([...MODEL_MODES])
})
