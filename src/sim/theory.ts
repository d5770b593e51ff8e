/**
 * Closed formulae of epidemic spread, to hold simulations and real runs against. A measured figure far from its formula
 * has a reason worth finding: that the mesh prefers fast links was noticed so.
 */

/** Precision of the numeric solutions: far finer than any run. */
const PRECISION = 1e-9
/** Halvings of an interval: from 10^3 down to 10^-12. */
const BISECTIONS = 50

/**
 * Rounds until all of `nodes` know, when everyone who knows tells `contacts` others a round (Frieze and Grimmett;
 * Pittel).
 */
export function pushRounds(nodes: number, contacts: number): number {
  return Math.log(nodes) / Math.log(contacts + 1) + Math.log(nodes) / contacts
}

/**
 * The same when everyone who does not know asks one other a round: doubling, then the share of the ignorant squares.
 */
export function pullRounds(nodes: number): number {
  return Math.log2(nodes) + Math.log2(Math.log(nodes))
}

/** The same when both happen in one exchange with one other (Karp et al.), up to a constant. */
export function pushPullRounds(nodes: number): number {
  return Math.log(nodes) / Math.log(3) + Math.log2(Math.log(nodes))
}

/** Share that never hears when everyone tells `fanout` others once: s = e^(-f(1-s)). */
export function fanoutResidue(fanout: number): number {
  return fixedPoint((s) => Math.exp(-fanout * (1 - s)))
}

/** Chance that everyone hears when everyone tells `fanout` others once: e^(-N e^(-f)). */
export function fanoutReachesAll(nodes: number, fanout: number): number {
  return Math.exp(-nodes * Math.exp(-fanout))
}

/**
 * Share that never hears a rumour whose tellers lose interest with chance 1/k at each useless contact (Demers et al.).
 */
export function rumorResidue(k: number): number {
  return fixedPoint((s) => Math.exp(-(k + 1) * (1 - s)))
}

/** Hops within which half of the nodes of a mesh are: log of N to the base D-1. */
export function meshHops(nodes: number, degree: number): number {
  return Math.log(nodes) / Math.log(degree - 1)
}

/** A distribution of delays by its Laplace transform: E[e^(-rate·delay)]. */
export type Delays = (rate: number) => number

/** Delays uniform between two bounds, ms, and a fixed time of processing after each. */
export function uniformDelays(minMs: number, maxMs: number, processingMs = 0): Delays {
  return (rate) =>
    (Math.exp(-rate * processingMs) * (Math.exp(-rate * minMs) - Math.exp(-rate * maxMs))) / (rate * (maxMs - minMs))
}

/** Delays as measured, ms. */
export function sampledDelays(delaysMs: readonly number[]): Delays {
  return (rate) => delaysMs.reduce((sum, delay) => sum + Math.exp(-rate * delay), 0) / delaysMs.length
}

/**
 * Time by which half of the nodes have a flooded message, ms: (ln N)/λ where λ solves branching · E[e^(-λ·delay)] = 1,
 * the growth rate of the branching process.
 * @param options.branching to how many others each hands on: mesh degree - 1; more than 1
 */
export function floodMedianMs(options: { nodes: number; branching: number; delays: Delays }): number {
  // The product falls with the rate, from the branching number at 0 to nothing.
  let low = PRECISION
  let high = 1
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2
    if (options.branching * options.delays(middle) > 1) low = middle
    else high = middle
  }
  return Math.log(options.nodes) / low
}

/** Share of nodes that a flood misses when each copy is lost by chance: all `neighbours` copies are. */
export function eagerMiss(lossRate: number, neighbours: number): number {
  return lossRate ** neighbours
}

/** The fixed point below 1, reached from 0. */
function fixedPoint(next: (s: number) => number): number {
  let s = 0
  for (;;) {
    const following = next(s)
    if (Math.abs(following - s) < PRECISION) return following
    s = following
  }
}
