/**
 * Our own failure detector (src/membership) among many nodes: how soon a hung node is suspected, and how soon its death
 * is known to all.
 */
import { MembershipWorld } from './membership-world.ts'

export interface DetectorRun {
  readonly nodes: number
  /** Share of published records and suspicions that a node misses. */
  readonly loss: number
  /** From the stop until the first suspects it; means over the runs, ms. */
  readonly suspectedMs: number
  /** Until the first holds it dead, and until all do; null where not all did within a minute. */
  readonly firstDeadMs: number | null
  readonly allDeadMs: number | null
  /** Live nodes that somebody held dead, over all runs. */
  readonly falseDeaths: number
  readonly runs: number
}

const DEGREE = 8
/** Until everybody knows everybody, ms. */
const WARM_MS = 20_000
const STEP_MS = 50
const LIMIT_MS = 60_000

export function detector(options: { nodes: number; loss: number; runs: number; seed: number }): DetectorRun {
  const { nodes, loss, runs, seed } = options
  const suspected: number[] = []
  const first: number[] = []
  const all: number[] = []
  let falseDeaths = 0
  for (let run = 0; run < runs; run++) {
    const world = new MembershipWorld(nodes, DEGREE, seed + run)
    world.run(WARM_MS)
    world.loss = loss
    const before = world.changes.length
    const victim = world.pick()
    const startMs = world.nowMs
    world.pause(victim, null)
    while (world.seenAs(victim.peer, 'dead') < nodes - 1 && world.nowMs - startMs < LIMIT_MS) world.run(STEP_MS)
    const changes = world.changes.slice(before)
    const firstOf = (state: 'suspect' | 'dead'): number | undefined =>
      changes.find(({ peer, to }) => peer === victim.peer && to === state)?.atMs
    suspected.push((firstOf('suspect') ?? Number.POSITIVE_INFINITY) - startMs)
    const firstDead = firstOf('dead')
    if (firstDead !== undefined) first.push(firstDead - startMs)
    if (world.seenAs(victim.peer, 'dead') === nodes - 1) all.push(world.nowMs - startMs)
    falseDeaths += changes.filter(({ peer, to }) => peer !== victim.peer && to === 'dead').length
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    nodes,
    loss,
    suspectedMs: mean(suspected),
    firstDeadMs: first.length < runs ? null : mean(first),
    allDeadMs: all.length < runs ? null : mean(all),
    falseDeaths,
    runs,
  }
}
