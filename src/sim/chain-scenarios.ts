/** Scenarios in which the chain is put to the test, each from a seed. */
import { createPrng, type Prng } from '../lib/prng.ts'
import { scenario, type Fault, type Publication, type Scenario } from './scenario.ts'

export const CHAIN_SCENARIOS = ['partition', 'cut-off', 'crashes', 'disorder', 'withheld'] as const
export type ChainScenario = (typeof CHAIN_SCENARIOS)[number]

const NODES = 10
const VALIDATORS = 4
const SLOT_MS = 2_000
/** Users, each of whom hands in to one node, nonce after nonce. */
const USERS = 20
/** Time for what was handed in last to be settled: a round of slots, and some that were missed. */
const SETTLE_MS = 24_000

/** @param seed gives the split, the times, the validators and the transactions */
export function chainScenario(kind: ChainScenario, seed: number): Scenario {
  const random = createPrng(seed).child(`chain/${kind}`)
  const order = random.child('nodes').shuffled(Array.from({ length: NODES }, (_, node) => node))
  switch (kind) {
    case 'partition': {
      // Two validators on either side: both go on, and neither settles anything.
      const [left, right] = [order.slice(0, NODES / 2), order.slice(NODES / 2)]
      const validators = random.child('validators').shuffled([...left.slice(0, 2), ...right.slice(0, 2)])
      return build(seed, random, validators, 50_000, [
        { atMs: 10_000, kind: 'partition', groups: [left, right] },
        { atMs: 40_000, kind: 'heal' },
      ])
    }
    case 'cut-off': {
      const validators = order.slice(0, VALIDATORS)
      const forMs = 10_000 + random.below(50_001)
      return build(seed, random, validators, 15_000 + forMs, [
        { atMs: 5_000, kind: 'partition', groups: [[validators[0] as number]] },
        { atMs: 5_000 + forMs, kind: 'heal' },
      ])
    }
    case 'disorder':
      return disorder(seed, random, order.slice(0, VALIDATORS))
    case 'crashes':
      return build(seed, random, order.slice(0, VALIDATORS), 60_000, crashes(random, order))
    case 'withheld':
      return withheld(seed, random, order)
  }
}

function build(
  seed: number,
  random: Prng,
  validators: readonly number[],
  lengthMs: number,
  faults: readonly Fault[],
): Scenario {
  return scenario({
    seed,
    nodes: NODES,
    degree: 6,
    member: 'relay',
    chain: { validators, slotMs: SLOT_MS },
    publications: traffic(random.child('traffic'), lengthMs, faults),
    faults,
    settleMs: SETTLE_MS,
  })
}

/** Four transactions a second, at nodes that run then. `isUsed` leaves out times and nodes. */
function traffic(
  random: Prng,
  lengthMs: number,
  faults: readonly Fault[],
  isUsed: (atMs: number, node: number) => boolean = () => true,
): readonly Publication[] {
  const nonces = new Map<number, number>()
  const publications: Publication[] = []
  for (let atMs = 0; atMs < lengthMs; atMs += 1 + random.below(500)) {
    const account = random.below(USERS)
    const node = account % NODES
    if (isDown(node, atMs, faults) || !isUsed(atMs, node)) continue
    const nonce = nonces.get(account) ?? 0
    nonces.set(account, nonce + 1)
    publications.push({ atMs, node, transfer: { account, nonce } })
  }
  return publications
}

/** Whether a node is down, or was handed something so shortly before that the answer may not have come. */
function isDown(node: number, atMs: number, faults: readonly Fault[]): boolean {
  let isUp = true
  for (const fault of faults) {
    if (!('node' in fault) || fault.node !== node) continue
    if ((fault.kind === 'kill' || fault.kind === 'power-cut') && fault.atMs <= atMs + 1_000) isUp = false
    if (fault.kind === 'restart' && fault.atMs + 1_000 <= atMs) isUp = true
  }
  return !isUp
}

/** Ten nodes die, one after the other, some at once again; at most one is down. */
function crashes(random: Prng, order: readonly number[]): readonly Fault[] {
  const faults: Fault[] = []
  for (let atMs = 2_000; faults.length < 20;) {
    const node = order[random.below(order.length)] as number
    const kind = random.below(2) === 0 ? 'kill' : 'power-cut'
    const downMs = 200 + random.below(5_000)
    faults.push({ atMs, kind, node }, { atMs: atMs + downMs, kind: 'restart', node })
    atMs += downMs + random.below(2_000)
  }
  return faults
}

/** Life of a transaction where many are handed in at the end of theirs, ms. */
const SHORT_LIFE_MS = 40_000
/** Consecutive nonces of a user, in any order: fewer than a gap that is taken. */
const RUN = 12

/**
 * Users who are hard to follow: nonces in any order at any node, so that gaps are filled later; two transactions for
 * one nonce at two nodes at the same time; some a moment before their end or from a clock that is fast. Links are slow
 * and lose messages.
 */
function disorder(seed: number, random: Prng, validators: readonly number[]): Scenario {
  const draw = random.child('traffic')
  const publications: Publication[] = []
  for (let account = 0; account < USERS; account++) {
    const startMs = draw.below(20_000)
    const nonces = draw.shuffled(Array.from({ length: RUN }, (_, nonce) => nonce))
    nonces.forEach((nonce, at) => {
      const atMs = startMs + at * 300 + draw.below(1_000)
      const ageMs = account % 4 === 0 ? SHORT_LIFE_MS - 500 - draw.below(8_000) : account % 4 === 1 ? -29_000 : 0
      publications.push({ atMs, node: draw.below(NODES), transfer: { account, nonce, ageMs, fee: 100 } })
      // By 12 %, which replaces, where it comes second.
      if (draw.below(4) === 0)
        publications.push({ atMs, node: draw.below(NODES), transfer: { account, nonce, ageMs, fee: 112 } })
    })
  }
  return scenario({
    seed,
    nodes: NODES,
    degree: 6,
    member: 'relay',
    chain: { validators, slotMs: SLOT_MS, txLifetimeMs: SHORT_LIFE_MS },
    links: { latencyMinMs: 20, latencyMaxMs: 400, jitterMs: 200, lossRate: 0.05, bytesPerMs: null },
    publications: publications.sort((a, b) => a.atMs - b.atMs),
    faults: [
      { atMs: 0, kind: 'lose-messages', rate: 0.1 },
      { atMs: 30_000, kind: 'lose-messages', rate: 0 },
    ],
    // All that has found no block by then is at its end: the clock of whoever made it was 29 s fast at most.
    settleMs: SHORT_LIFE_MS + 40_000,
  })
}

/**
 * How long the network of withheld bodies has stood still when it starts, ms: half an hour of slots that their owners
 * may fill.
 */
const IDLE_MS = 1_800_000
/** How long its users hand in, with breaks, ms. */
const USED_MS = 50_000
/** Of each ten seconds this long: what is settled then leaves slots that nobody uses. */
const BUSY_MS = 4_000

/**
 * One validator of four, or one to three of seven, who show branches of headers in their own past slots and keep the
 * bodies back, or back for a while. Meanwhile the network is cut in two, a node joins, and honest validators pause;
 * links are as ever.
 */
function withheld(seed: number, random: Prng, order: readonly number[]): Scenario {
  const draw = random.child('withheld')
  const isSmall = draw.below(4) === 0
  const validators = order.slice(0, isSmall ? 4 : 7)
  const nodes = validators.slice(0, isSmall ? 1 : 1 + draw.below(3))
  const honest = order.filter((node) => !nodes.includes(node))
  const joiner = order.at(-1) as number
  const faults: Fault[] = [
    { atMs: 0, kind: 'kill', node: joiner },
    { atMs: 8_000 + draw.below(12_000), kind: 'restart', node: joiner },
  ]
  if (draw.below(2) === 0) {
    const atMs = 22_000 + draw.below(4_000)
    const sides = draw.shuffled(order)
    const at = 3 + draw.below(5)
    faults.push(
      { atMs, kind: 'partition', groups: [sides.slice(0, at), sides.slice(at)] },
      { atMs: atMs + 4_000 + draw.below(16_000), kind: 'heal' },
    )
  }
  const paused = honest[draw.below(honest.length - 1)] as number
  const pausedMs = 5_000 + draw.below(35_000)
  faults.push(
    { atMs: pausedMs, kind: 'pause', node: paused },
    { atMs: pausedMs + 1_000 + draw.below(10_000), kind: 'resume', node: paused },
  )
  faults.sort((a, b) => a.atMs - b.atMs)
  const isUsed = (atMs: number, node: number): boolean => atMs % 10_000 < BUSY_MS && !nodes.includes(node)
  return scenario({
    seed,
    nodes: NODES,
    degree: 6,
    member: 'relay',
    chain: {
      validators: draw.shuffled(validators),
      slotMs: SLOT_MS,
      ageMs: IDLE_MS,
      withholding: {
        nodes,
        works: draw.below(2) === 0,
        siblings: draw.below(3) === 0 ? 0 : 4 + draw.below(60),
        isSilent: draw.below(2) === 0,
        comesLate: draw.below(4) === 0,
        lateMs: 30_000 + draw.below(30_000),
      },
    },
    publications: traffic(random.child('traffic'), USED_MS, faults, isUsed),
    faults,
    settleMs: SETTLE_MS,
  })
}
