/**
 * Anti-entropy in rounds: in each, every node compares its set with that of one other by chance, and both take what
 * they lack. How many rounds until all have one set, and what that costs. Rounds are simultaneous: everybody compares
 * what it had when the round began.
 *
 * Theory: what one node has spreads by push-pull, log3 N rounds; then the share that is missing squares with each,
 * until none of the N d pairs is (Karp et al. 2000).
 */
import type { ItemKey } from '../domain/item-key.ts'
import type { Prng } from '../lib/prng.ts'
import { measured, type Measured } from './measured.ts'
import { itemOf, otherThan, SetHolders } from './set-holders.ts'

export interface AntiEntropy {
  readonly nodes: number
  /** Items that all have. */
  readonly items: number
  /** Items that one node has, each another one by chance. */
  readonly differences: number
  readonly runs: number
  readonly rounds: Measured
  /**
   * Of the first run: share of the (node, item) pairs of the differences that is missing before each round, and 0 at
   * the end.
   */
  readonly missing: readonly number[]
  readonly bytesPerNode: number
  /** Of two equal sets, both ways. */
  readonly bytesAtRest: number
}

interface Run {
  readonly missing: readonly number[]
  readonly bytesPerNode: number
  readonly bytesAtRest: number
}

/** Rounds after which something is wrong: twice what a million nodes need. */
const ROUNDS_MAX = 64
/** Apart from one another as transactions at fifty a second, ms. */
const ITEM_MS = 20

/** Means over the runs. @param options.runs at least 1 */
export function antiEntropy(options: {
  nodes: number
  items: number
  differences: number
  runs: number
  random: Prng
}): AntiEntropy {
  const { nodes, items, differences, runs, random } = options
  const all = Array.from({ length: runs }, (_, run) =>
    oneRun({ nodes, items, differences, random: random.child(String(run)) }),
  )
  const mean = (pick: (run: Run) => number): number => all.reduce((sum, run) => sum + pick(run), 0) / runs
  const theory = Math.log(nodes) / Math.log(3) + Math.log2(Math.log(nodes * differences))
  return {
    nodes,
    items,
    differences,
    runs,
    rounds: measured(
      'rounds to one set',
      mean(({ missing }) => missing.length - 1),
      theory,
      'log3 N + log2 ln(N d)',
    ),
    missing: all[0]?.missing ?? [],
    bytesPerNode: mean(({ bytesPerNode }) => bytesPerNode),
    bytesAtRest: all[0]?.bytesAtRest ?? 0,
  }
}

function oneRun(options: { nodes: number; items: number; differences: number; random: Prng }): Run {
  const { nodes, items, differences, random } = options
  const holders = new SetHolders(nodes)
  for (let at = 0; at < items; at++) {
    const item = itemOf(at * ITEM_MS, random)
    for (let node = 0; node < nodes; node++) holders.give(node, item)
  }
  const bytesAtRest = holders.compare(0, 1).bytes
  let missingPairs = differences * (nodes - 1)
  for (let count = 0; count < differences; count++)
    holders.give(random.below(nodes), itemOf(random.below(Math.max(1, items)) * ITEM_MS, random))
  const missing = [1 - 1 / nodes]
  let bytes = 0
  while (missingPairs > 0 && missing.length <= ROUNDS_MAX) {
    const learnt = Array.from({ length: nodes }, () => new Set<ItemKey>())
    for (let node = 0; node < nodes; node++) {
      const partner = otherThan(node, nodes, random)
      const compared = holders.compare(node, partner)
      bytes += compared.bytes
      for (const key of compared.need) learnt[node]?.add(key)
      for (const key of compared.have) learnt[partner]?.add(key)
    }
    learnt.forEach((keys, node) => {
      for (const key of keys) holders.take(node, key)
      missingPairs -= keys.size
    })
    missing.push(missingPairs / (differences * nodes))
  }
  return { missing, bytesPerNode: bytes / nodes, bytesAtRest }
}
