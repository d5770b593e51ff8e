/** Named demonstrations, each small enough to be read line by line. */
import { createPrng } from '../lib/prng.ts'
import type { MemberState } from '../membership/view.ts'
import { summariseModel } from '../sim/models.ts'
import { MembershipWorld } from './membership-world.ts'
import { otherThan } from './set-holders.ts'

export const EXAMPLES = ['health', 'version', 'thousand', 'ring'] as const
export type ExampleName = (typeof EXAMPLES)[number]

export interface Step {
  /** When: `+1.2 s`, `round 3`. */
  readonly when: string
  readonly what: string
}

export interface Example {
  readonly name: ExampleName
  readonly title: string
  readonly steps: readonly Step[]
  /** What it shows. */
  readonly conclusion: string
  readonly figures: Readonly<Record<string, number>>
}

const EXAMPLE_TITLES: Readonly<Record<ExampleName, string>> = {
  health: 'A dies; B suspects it; C and D learn, and A comes back',
  version: 'service_version v1.2.3 becomes v1.2.4 by exchanges of two',
  thousand: 'one rumour among 1,000 nodes, beside direct mail',
  ring: 'the same rumour on a ring: who may talk to whom decides',
}

export function example(name: ExampleName, seed: number): Example {
  switch (name) {
    case 'health':
      return health(seed)
    case 'version':
      return version(seed)
    case 'thousand':
      return thousand(seed)
    case 'ring':
      return ring(seed)
  }
}

const LETTERS = ['A', 'B', 'C', 'D'] as const
const DOWN_MS = 12_000
const BACK_MS = 5_000

const SEEN_AS: Readonly<Record<MemberState, string>> = {
  alive: 'sees {} alive',
  suspect: 'suspects {}',
  dead: 'holds {} dead',
  unreachable: 'cannot reach {}',
  left: 'knows that {} left',
  unknown: 'does not know how {} is',
}

/** Four nodes with the membership that every node runs, in virtual time. */
function health(seed: number): Example {
  const world = new MembershipWorld(LETTERS.length, LETTERS.length - 1, seed)
  world.run(20_000)
  const [victim] = world.nodes
  if (victim === undefined) throw new Error('the world has nodes')
  const letterOf = new Map(world.nodes.map(({ peer }, index) => [peer, LETTERS[index] ?? '?']))
  const startMs = world.nowMs
  const before = world.changes.length
  const steps: (Step & { readonly atMs: number })[] = []
  const say = (atMs: number, what: string): void => {
    steps.push({ atMs, when: `+${((atMs - startMs) / 1_000).toFixed(2)} s`, what })
  }
  say(world.nowMs, 'A is killed: its sockets close, and it says nothing more')
  world.kill(victim)
  world.run(DOWN_MS)
  const restartedMs = world.nowMs
  say(restartedMs, 'A starts again, with a newer incarnation')
  world.restart(victim)
  world.run(BACK_MS)
  const about = world.changes.slice(before).filter(({ peer, by }) => peer === victim.peer && by !== victim.peer)
  for (const { atMs, by, to } of about) {
    if (to !== null) say(atMs, `${letterOf.get(by) ?? '?'} ${SEEN_AS[to].replace('{}', 'A')}`)
  }
  steps.sort((a, b) => a.atMs - b.atMs)
  const lastOf = (state: MemberState, sinceMs: number): number =>
    Math.max(...about.filter(({ to, atMs }) => to === state && atMs >= sinceMs).map(({ atMs }) => atMs)) - sinceMs
  const deadMs = lastOf('dead', startMs)
  const aliveMs = lastOf('alive', restartedMs)
  return {
    name: 'health',
    title: EXAMPLE_TITLES.health,
    steps,
    conclusion: `A was held dead by all after ${seconds(deadMs)}, and alive by all ${aliveMs < 100 ? 'at once' : `${seconds(aliveMs)}`} after its restart. One node's word is a suspicion; a death needs others who say so.`,
    figures: { deadEverywhereMs: deadMs, aliveEverywhereMs: aliveMs },
  }
}

const FLEET = 8

/** Newest wins: both of a pair have the newer version afterwards, whoever asked. */
function version(seed: number): Example {
  const random = createPrng(seed)
  const versions = Array.from({ length: FLEET }, () => 3)
  versions[0] = 4
  const text = (patch: number): string => `v1.2.${patch}`
  const steps: Step[] = [
    { when: 'round 0', what: `node-0 sets service_version ${text(4)}; all others have ${text(3)}` },
  ]
  let round = 0
  while (versions.some((patch) => patch < 4)) {
    round++
    const at = [...versions]
    const told: string[] = []
    for (let node = 0; node < FLEET; node++) {
      const other = otherThan(node, FLEET, random)
      const newest = Math.max(at[node] ?? 0, at[other] ?? 0)
      for (const [one, by] of [
        [node, other],
        [other, node],
      ] as const) {
        if ((versions[one] ?? 0) >= newest) continue
        versions[one] = newest
        told.push(`node-${one} from node-${by}`)
      }
    }
    const have = versions.filter((patch) => patch === 4).length
    steps.push({
      when: `round ${round}`,
      what: `${have} of ${FLEET} have ${text(4)}${told.length === 0 ? '' : `: ${told.join(', ')}`}`,
    })
  }
  return {
    name: 'version',
    title: EXAMPLE_TITLES.version,
    steps,
    conclusion: `All ${FLEET} have ${text(4)} after ${round} rounds, and nobody was in charge. A version decides, not who spoke last: the old one can't come back.`,
    figures: { rounds: round },
  }
}

const CROWD = 1_000
const RUNS = 20

function thousand(seed: number): Example {
  const random = createPrng(seed)
  const push = summariseModel({ mode: 'push', nodes: CROWD, k: 2, runs: RUNS, random })
  const mail = summariseModel({ mode: 'direct', nodes: CROWD, k: 1, runs: 1, random })
  const rounds = push.roundsToAll ?? 0
  return {
    name: 'thousand',
    title: EXAMPLE_TITLES.thousand,
    steps: push.curve.slice(0, Math.ceil(rounds) + 1).map((share, round) => ({
      when: `round ${round}`,
      what: `${bar(share)} ${Math.round(share * CROWD)} know`,
    })),
    conclusion: `Telling two others a round reaches all 1,000 in ${rounds.toFixed(1)} rounds (mean of ${RUNS}); the source sends ${push.sourceSends.toFixed(0)} messages. By direct mail the source sends ${mail.sourceSends} itself, and whoever was away never hears.`,
    figures: { rounds, sourceSends: push.sourceSends, directSends: mail.sourceSends },
  }
}

const RING = 100

function ring(seed: number): Example {
  const random = createPrng(seed)
  const on = (topology: 'ring' | 'random') =>
    summariseModel({ mode: 'push', nodes: RING, k: 1, runs: RUNS, random, topology })
  const [slow, fast] = [on('ring'), on('random')]
  const rows = [0, 5, 10, 15, 20, 40, 60, 80, 100]
  const shareAt = (curve: readonly number[], round: number): number => curve[round] ?? curve.at(-1) ?? 0
  return {
    name: 'ring',
    title: EXAMPLE_TITLES.ring,
    steps: rows.map((round) => ({
      when: `round ${round}`,
      what: `ring ${bar(shareAt(slow.curve, round))} ${percent(shareAt(slow.curve, round))}   anybody ${bar(shareAt(fast.curve, round))} ${percent(shareAt(fast.curve, round))}`,
    })),
    conclusion: `On a ring of ${RING} it takes ${(slow.roundsToAll ?? 0).toFixed(0)} rounds, about N. Where everybody may tell anybody it takes ${(fast.roundsToAll ?? 0).toFixed(1)}, about log N.`,
    figures: { ringRounds: slow.roundsToAll ?? 0, randomRounds: fast.roundsToAll ?? 0 },
  }
}

const BAR = 20

function bar(share: number): string {
  const full = Math.round(share * BAR)
  return '█'.repeat(full) + '·'.repeat(BAR - full)
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`.padStart(5)
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
