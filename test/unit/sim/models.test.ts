import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { summariseModel, type ModelMode } from '../../../src/sim/models.ts'
import { fanoutReachesAll, fanoutResidue, pushRounds } from '../../../src/sim/theory.ts'

const SEED = 1
const NODES = 1_000

function summary(mode: ModelMode, k: number, runs: number, nodes = NODES) {
  return summariseModel({ mode, nodes, k, runs, random: createPrng(SEED) })
}

/** Whether a figure is within a share of what it should be. */
function expectNear(actual: number | null, expected: number, share: number, what: string): void {
  expect(actual, what).not.toBeNull()
  expect(
    Math.abs((actual ?? 0) / expected - 1),
    `${what}: ${actual} should be ${expected} (seed ${SEED})`,
  ).toBeLessThan(share)
}

describe('rounds until 99.9 % and all of 1,000 know', () => {
  it.each([
    ['push', 1, 16.9, 17.8],
    ['push', 2, 10.1, 10.6],
    ['push', 3, 7.9, 8.2],
    ['push', 4, 6.7, 6.9],
    ['pull', 1, 13.4, 13.6],
    ['pushpull', 1, 9.1, 9.3],
    ['pushpull', 2, 6.0, 6.1],
  ] as const)('%s to %d others: %d and %d', (mode, k, to999, toAll) => {
    const { roundsTo999, roundsToAll } = summary(mode, k, 30)
    expectNear(roundsTo999, to999, 0.1, 'rounds to 99.9 %')
    expectNear(roundsToAll, toAll, 0.1, 'rounds to all')
  })

  it('grow as the formula says', () => {
    const growth = (summary('push', 1, 20, 8_000).roundsToAll ?? 0) - (summary('push', 1, 20, 500).roundsToAll ?? 0)
    expectNear(growth, pushRounds(8_000, 1) - pushRounds(500, 1), 0.15, 'growth from 500 to 8,000')
  })
})

describe('rumours, which end by themselves', () => {
  it.each([
    [1, 0.175, 1.7, 16.8],
    [2, 0.037, 3.3, 16.9],
    [3, 0.011, 4.5, 17.4],
    [4, 0.0036, 5.6, 17.7],
    [5, 0.0013, 6.7, 17.9],
  ])('after %d useless contacts leave %d behind, at %d messages a node, by round %d', (k, residue, messages, last) => {
    const found = summary('rumor', k, k < 4 ? 60 : 200)
    expectNear(found.residue, residue, k < 4 ? 0.15 : 0.25, 'residue')
    expectNear(found.messagesPerNode, messages, 0.05, 'messages a node')
    expectNear(found.lastRound, last, 0.05, 'last round')
  })

  it.each([
    [2, 0.21, 1.6],
    [3, 0.06, 2.8],
    [4, 0.02, 3.9],
    [5, 0.007, 5.0],
  ])('by a blind coin of 1/%d leave %d behind, at %d messages a node', (k, residue, messages) => {
    const found = summary('rumor-coin', k, 100)
    expectNear(found.residue, residue, 0.25, 'residue')
    expectNear(found.messagesPerNode, messages, 0.06, 'messages a node')
  })

  it.each([
    [1, 3.3e-2, 2.7],
    [2, 5.9e-4, 4.5],
  ])('that are asked for, with %d useless rounds, leave %d behind, at %d messages a node', (k, residue, messages) => {
    const found = summary('rumor-pull', k, 60)
    expectNear(found.residue, residue, 0.35, 'residue')
    expectNear(found.messagesPerNode, messages, 0.05, 'messages a node')
  })
})

describe('telling a few others once', () => {
  it.each([2, 3, 4, 5, 6])('to %d others leaves behind what the formula says', (fanout) => {
    expectNear(summary('fanout', fanout, 100).residue, fanoutResidue(fanout), 0.15, 'residue')
  })

  it.each([
    [8, 0.71],
    [10, 0.956],
  ])('to %d others reaches all in a share of %d of the runs', (fanout, share) => {
    expect(fanoutReachesAll(NODES, fanout)).toBeCloseTo(share, 1)
    expect(Math.abs(summary('fanout', fanout, 200).reachedAll - share)).toBeLessThan(0.1)
  })
})

describe('the source itself telling everybody', () => {
  it('sends N - 1 messages, where gossip sends a handful', () => {
    expect(summary('direct', 1, 1)).toMatchObject({ sourceSends: 999, roundsToAll: 1, residue: 0 })
    expect(summary('fanout', 8, 20).sourceSends).toBe(8)
  })
})
