/**
 * Textbook models of gossip in synchronous rounds, as the literature defines them: no router, no network. They are the
 * baseline that the real router is compared with, and are themselves compared with theory.ts.
 *
 * Convention: rounds are simultaneous. Whether a contact is useful is judged by the state at the start of the round;
 * within-round updates would give other figures (rumour residue 0.20 instead of 0.175).
 */
import { assertNever } from '../lib/assert.ts'
import type { Prng } from '../lib/prng.ts'

export const MODEL_MODES = [
  'push',
  'pull',
  'pushpull',
  'direct',
  'rumor',
  'rumor-coin',
  'rumor-pull',
  'fanout',
] as const
export type ModelMode = (typeof MODEL_MODES)[number]

export interface ModelRun {
  /** Rounds until 99.9 % know; null when that never happened. */
  readonly roundsTo999: number | null
  /** Rounds until all know; null when that never happened. */
  readonly roundsToAll: number | null
  /** Round in which the last of those who know heard it. */
  readonly lastRound: number
  /** Share that does not know in the end. */
  readonly residue: number
  readonly messagesPerNode: number
  /** Messages that the first node sent itself. */
  readonly sourceSends: number
  /** Share that knows after each round; the first is before any. */
  readonly curve: readonly number[]
}

/** Whom a node may tell or ask: everybody, or the two beside it. */
export type ModelTopology = 'random' | 'ring'

/** More rounds than any of these needs for a million nodes; a model that goes on is wrong. */
const ROUNDS_MAX = 10_000

/** State of one spread: who knows, and since which round. */
class Population {
  readonly size: number
  readonly knows: Uint8Array
  readonly #random: Prng
  readonly #topology: ModelTopology
  readonly #curve: number[] = []
  informed = 1
  round = 0
  lastRound = 0
  messages = 0
  sourceSends = 0
  roundsTo999: number | null = null
  roundsToAll: number | null = null

  constructor(size: number, random: Prng, topology: ModelTopology) {
    this.size = size
    this.#random = random
    this.#topology = topology
    this.knows = new Uint8Array(size)
    this.knows[0] = 1
    this.#curve.push(1 / size)
  }

  /** Somebody else than `self`, uniformly. */
  other(self: number): number {
    if (this.#topology === 'ring') return (self + (this.#random.below(2) === 0 ? 1 : this.size - 1)) % this.size
    const drawn = this.#random.below(this.size - 1)
    return drawn >= self ? drawn + 1 : drawn
  }

  /** `count` different ones, none of them `self`. */
  others(self: number, count: number): readonly number[] {
    const drawn: number[] = []
    const within = this.#topology === 'ring' ? Math.min(2, this.size - 1) : this.size - 1
    while (drawn.length < Math.min(count, within)) {
      const one = this.other(self)
      if (!drawn.includes(one)) drawn.push(one)
    }
    return drawn
  }

  sent(by: number): void {
    this.messages++
    if (by === 0) this.sourceSends++
  }

  /** Ends a round: those who were told now know. Returns who is new. */
  learn(told: Iterable<number>): number[] {
    const fresh: number[] = []
    for (const node of told) {
      if (this.knows[node] === 1) continue
      this.knows[node] = 1
      fresh.push(node)
    }
    this.round++
    this.informed += fresh.length
    if (fresh.length > 0) this.lastRound = this.round
    if (this.informed >= 0.999 * this.size) this.roundsTo999 ??= this.round
    if (this.informed === this.size) this.roundsToAll ??= this.round
    this.#curve.push(this.informed / this.size)
    return fresh
  }

  chance(): number {
    return this.#random.next()
  }

  result(): ModelRun {
    return {
      roundsTo999: this.roundsTo999,
      roundsToAll: this.roundsToAll,
      lastRound: this.lastRound,
      residue: 1 - this.informed / this.size,
      messagesPerNode: this.messages / this.size,
      sourceSends: this.sourceSends,
      curve: this.#curve,
    }
  }
}

/**
 * One spread from node 0.
 * @param options.k contacts a round (push, pull, pushpull), useless contacts until interest is lost (rumor), or the
 *   fanout
 */
export function runModel(options: {
  mode: ModelMode
  nodes: number
  k: number
  random: Prng
  topology?: ModelTopology
}): ModelRun {
  const population = new Population(options.nodes, options.random, options.topology ?? 'random')
  switch (options.mode) {
    case 'push':
    case 'pull':
    case 'pushpull':
      return exchange(population, options.mode, options.k)
    case 'direct':
      return direct(population)
    case 'rumor':
      return rumor(population, (useless) => useless < options.k)
    case 'rumor-coin':
      return rumor(population, () => population.chance() >= 1 / options.k)
    case 'rumor-pull':
      return rumorPull(population, options.k)
    case 'fanout':
      return fanout(population, options.k)
    default:
      return assertNever(options.mode)
  }
}

/** Everyone contacts k others every round, for ever: whoever knows tells (push), asks (pull), or both. */
function exchange(population: Population, mode: 'push' | 'pull' | 'pushpull', k: number): ModelRun {
  while (population.roundsToAll === null && population.round < ROUNDS_MAX) {
    const told: number[] = []
    for (let node = 0; node < population.size; node++) {
      const knows = population.knows[node] === 1
      if (knows ? mode === 'pull' : mode === 'push') continue
      for (const other of population.others(node, k)) {
        if (knows) {
          population.sent(node)
          told.push(other)
        } else if (population.knows[other] === 1) {
          population.sent(other)
          told.push(node)
        }
      }
    }
    population.learn(told)
  }
  return population.result()
}

/** The baseline without gossip: the source tells everybody itself. */
function direct(population: Population): ModelRun {
  const all = Array.from({ length: population.size }, (_, node) => node)
  for (let sends = 1; sends < population.size; sends++) population.sent(0)
  population.learn(all)
  return population.result()
}

/**
 * Whoever has the rumour tells one other a round while `keeps`, asked with its useless contacts since the last useful
 * one, says so.
 */
function rumor(population: Population, keeps: (useless: number) => boolean): ModelRun {
  let active = new Map<number, number>([[0, 0]])
  while (active.size > 0 && population.round < ROUNDS_MAX) {
    const told: number[] = []
    const still = new Map<number, number>()
    for (const [node, before] of active) {
      const other = population.other(node)
      population.sent(node)
      told.push(other)
      const useless = population.knows[other] === 0 ? 0 : before + 1
      if (keeps(useless)) still.set(node, useless)
    }
    for (const node of population.learn(told)) still.set(node, 0)
    active = still
  }
  return population.result()
}

/** Everyone asks one other a round; a holder that only useless askers came to, k rounds long, loses interest. */
function rumorPull(population: Population, k: number): ModelRun {
  let active = new Map<number, number>([[0, 0]])
  while (active.size > 0 && population.round < ROUNDS_MAX) {
    const told: number[] = []
    const asked = new Map<number, boolean>()
    for (let node = 0; node < population.size; node++) {
      const other = population.other(node)
      if (!active.has(other)) continue
      population.sent(other)
      const useful = population.knows[node] === 0
      if (useful) told.push(node)
      asked.set(other, useful || asked.get(other) === true)
    }
    const still = new Map<number, number>()
    for (const [node, before] of active) {
      const useful = asked.get(node)
      const useless = useful === undefined ? before : useful ? 0 : before + 1
      if (useless < k) still.set(node, useless)
    }
    for (const node of population.learn(told)) still.set(node, 0)
    active = still
  }
  return population.result()
}

/** Infect and die: whoever hears tells `f` others in the next round, once. */
function fanout(population: Population, f: number): ModelRun {
  let fresh = [0]
  while (fresh.length > 0) {
    const told: number[] = []
    for (const node of fresh) {
      for (const other of population.others(node, f)) {
        population.sent(node)
        told.push(other)
      }
    }
    fresh = population.learn(told)
  }
  return population.result()
}

export interface ModelSummary {
  readonly mode: ModelMode
  readonly nodes: number
  readonly k: number
  readonly runs: number
  /** Means over the runs in which it happened; null when it never did. */
  readonly roundsTo999: number | null
  readonly roundsToAll: number | null
  readonly lastRound: number
  readonly residue: number
  readonly messagesPerNode: number
  readonly sourceSends: number
  /** Share of the runs in which all knew in the end. */
  readonly reachedAll: number
  /** Mean share that knows after each round; the first is before any. */
  readonly curve: readonly number[]
}

/** Many runs of one model, each with its own stream of chance. */
export function summariseModel(options: {
  mode: ModelMode
  nodes: number
  k: number
  runs: number
  random: Prng
  topology?: ModelTopology
}): ModelSummary {
  const { mode, nodes, k, runs, random, topology = 'random' } = options
  const results = Array.from({ length: runs }, (_, run) =>
    runModel({ mode, nodes, k, topology, random: random.child(`${mode}/${nodes}/${k}/${run}`) }),
  )
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const meanOf = (pick: (run: ModelRun) => number | null): number | null => {
    const known = results.map(pick).filter((value) => value !== null)
    return known.length === 0 ? null : mean(known)
  }
  return {
    mode,
    nodes,
    k,
    runs,
    roundsTo999: meanOf((run) => run.roundsTo999),
    roundsToAll: meanOf((run) => run.roundsToAll),
    lastRound: mean(results.map((run) => run.lastRound)),
    residue: mean(results.map((run) => run.residue)),
    messagesPerNode: mean(results.map((run) => run.messagesPerNode)),
    sourceSends: mean(results.map((run) => run.sourceSends)),
    reachedAll: results.filter((run) => run.roundsToAll !== null).length / runs,
    curve: meanCurve(results.map(({ curve }) => curve)),
  }
}

/** A spread that has ended stays where it is. */
function meanCurve(curves: readonly (readonly number[])[]): readonly number[] {
  const rounds = Math.max(...curves.map(({ length }) => length))
  return Array.from(
    { length: rounds },
    (_, round) => curves.reduce((sum, curve) => sum + (curve[round] ?? curve.at(-1) ?? 0), 0) / curves.length,
  )
}
