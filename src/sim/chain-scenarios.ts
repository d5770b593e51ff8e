/** Scenarios in which the chain is put to the test, each from a seed. */
import { createPrng, type Prng } from '../lib/prng.ts'
import { scenario, type Fault, type Publication, type Scenario } from './scenario.ts'

export const CHAIN_SCENARIOS = ['partition', 'cut-off', 'crashes'] as const
export type ChainScenario = (typeof CHAIN_SCENARIOS)[number]

const NODES = 10
const VALIDATORS = 4
const SLOT_MS = 2_000
/** Users, each of whom hands in to one node, nonce after nonce. */
const USERS = 20
/** Time for what was handed in last to be settled: a round of slots, and some that were missed. */
const SETTLE_MS = 30_000

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
    case 'crashes':
      return build(seed, random, order.slice(0, VALIDATORS), 60_000, crashes(random, order))
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

/** Four transactions a second, at nodes that run then. */
function traffic(random: Prng, lengthMs: number, faults: readonly Fault[]): readonly Publication[] {
  const nonces = new Map<number, number>()
  const publications: Publication[] = []
  for (let atMs = 0; atMs < lengthMs; atMs += 1 + random.below(500)) {
    const account = random.below(USERS)
    const node = account % NODES
    if (isDown(node, atMs, faults)) continue
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
