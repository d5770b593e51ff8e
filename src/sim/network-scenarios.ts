/** Scenarios in which repair and membership are put to the test, each from a seed, and what each must show. */
import { assertNever } from '../lib/assert.ts'
import { createPrng, type Prng } from '../lib/prng.ts'
import type { NetworkReport } from './network-report.ts'
import type { Report } from './report.ts'
import { scenario, type Fault, type Publication, type Scenario } from './scenario.ts'
import type { Edge } from './topology.ts'

export const REPAIR_SCENARIOS = ['loss', 'heal', 'amnesia', 'cut-off', 'islands', 'apart', 'bootstraps'] as const
export const MEMBERSHIP_SCENARIOS = ['deaths', 'pauses', 'reset', 'crowd'] as const
export type NetworkScenario = (typeof REPAIR_SCENARIOS)[number] | (typeof MEMBERSHIP_SCENARIOS)[number]

/** Two intervals of reconciliation, each 10 s and up to a fifth more. */
export const TWO_INTERVALS_MS = 24_000
const N = 50

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

/** @param seed gives the nodes, the times and the transactions */
export function networkScenario(kind: NetworkScenario, seed: number): Scenario {
  const random = createPrng(seed).child(`network/${kind}`)
  const build = (given: Partial<Scenario> & { readonly nodes: number }): Scenario =>
    scenario({ seed, member: 'relay', degree: 6, watchesNetwork: true, ...given })
  switch (kind) {
    case 'loss':
      // Without IHAVE, so that repair alone has to find what is lost.
      return build({
        nodes: 12,
        publications: traffic(random, range(0, 12), 20, 0, 2_000),
        faults: [{ atMs: 0, kind: 'lose-messages', rate: 0.3 }],
        eagerOnly: true,
        settleMs: TWO_INTERVALS_MS,
      })
    case 'heal': {
      const [left, right] = [range(0, 5), range(5, 10)]
      return build({
        nodes: 10,
        publications: traffic(random, range(0, 10), 500, 6_000, 58_000),
        faults: [
          { atMs: 0, kind: 'partition', groups: [left, right] },
          { atMs: 60_000, kind: 'heal' },
        ],
        settleMs: TWO_INTERVALS_MS,
      })
    }
    case 'amnesia': {
      const node = random.below(10)
      const others = range(0, 10).filter((other) => other !== node)
      return build({
        nodes: 10,
        publications: traffic(random, others, 300, 0, 10_000),
        faults: [
          { atMs: 15_000, kind: 'kill', node },
          { atMs: 15_500, kind: 'forget-pool', node, count: 100 },
          { atMs: 16_000, kind: 'restart', node },
        ],
        settleMs: TWO_INTERVALS_MS,
      })
    }
    case 'cut-off': {
      const node = random.below(10)
      return build({
        nodes: 10,
        publications: traffic(random, [node], 20, 6_000, 25_000),
        faults: [
          { atMs: 0, kind: 'partition', groups: [[node]] },
          { atMs: 30_000, kind: 'heal' },
        ],
        settleMs: TWO_INTERVALS_MS,
      })
    }
    case 'islands':
    case 'apart': {
      // Two rings of five. Node 10, the seed, is known to one node of each; it dies when they have met.
      const isJoined = kind === 'islands'
      const bridges: readonly Edge[] = [
        [0, 10],
        [5, 10],
      ]
      return build({
        nodes: isJoined ? 11 : 10,
        edges: [...ring(range(0, 5)), ...ring(range(5, 10)), ...(isJoined ? bridges : [])],
        discovers: true,
        publications: traffic(random, range(0, 10), 20, 25_000, 30_000),
        faults: [
          { atMs: 20_000, kind: 'heal' },
          ...(isJoined ? [{ atMs: 20_000, kind: 'kill', node: 10 } as const] : []),
        ],
        settleMs: TWO_INTERVALS_MS,
      })
    }
    case 'bootstraps': {
      const bootstraps = range(0, 3)
      return build({
        nodes: 15,
        edges: range(1, 15).flatMap((node) => bootstraps.filter((to) => to < node).map((to) => [node, to] as const)),
        discovers: true,
        publications: traffic(random, range(3, 15), 100, 25_000, 35_000),
        faults: bootstraps.map((node) => ({ atMs: 20_000, kind: 'kill', node }) as const),
        settleMs: TWO_INTERVALS_MS,
      })
    }
    case 'deaths': {
      const [killed, leaving] = random.shuffled(range(0, N)) as [number, number]
      return build({
        nodes: N,
        degree: 8,
        warmUpMs: 20_000,
        faults: [
          { atMs: 0, kind: 'kill', node: killed },
          { atMs: 15_000, kind: 'restart', node: killed },
          { atMs: 25_000, kind: 'leave', node: leaving },
        ],
        settleMs: 10_000,
      })
    }
    case 'pauses': {
      const faults: Fault[] = random
        .shuffled(range(0, N))
        .slice(0, 20)
        .flatMap((node, index) => [
          { atMs: index * 2_000, kind: 'pause', node },
          { atMs: index * 2_000 + 3_000, kind: 'resume', node },
        ])
      return build({ nodes: N, degree: 8, warmUpMs: 20_000, faults, settleMs: 25_000 })
    }
    case 'reset': {
      const faults: Fault[] = [{ atMs: 0, kind: 'reset-view', node: random.below(N) }]
      return build({ nodes: N, degree: 8, warmUpMs: 20_000, faults, settleMs: 15_000 })
    }
    case 'crowd':
      return build({
        nodes: 200,
        degree: 8,
        warmUpMs: 30_000,
        faults: [{ atMs: 0, kind: 'kill', node: random.below(200) }],
        settleMs: 30_000,
      })
    default:
      return assertNever(kind)
  }
}

/** What of a run does not hold of what its kind promises; empty when all does. */
export function brokenNetworkPromises(kind: NetworkScenario, seed: number, report: Report): readonly string[] {
  const { repair } = report
  if (repair === null) return ['the network was not watched']
  const broken: string[] = []
  const must = (holds: boolean, what: string): unknown => holds || broken.push(what)
  const { faults, nodes } = networkScenario(kind, seed)
  const killed = new Set(faults.flatMap((fault) => (fault.kind === 'kill' && fault.atMs > 15_000 ? [fault.node] : [])))
  const living = range(0, nodes).filter((node) => !killed.has(node))
  const reached = report.holders.filter((holders) => living.every((node) => holders.includes(node))).length
  // Across a partition the other side is as good as dead, and is called so.
  const isParted = faults.some((fault) => fault.kind === 'partition')
  must(isParted || repair.wronglyDead === 0, `${repair.wronglyDead} dead marks on nodes that lived`)
  switch (kind) {
    case 'loss':
    case 'cut-off':
    case 'heal':
    case 'bootstraps':
    case 'islands':
      must(
        reached === report.holders.length,
        `${report.holders.length - reached} transactions have not come everywhere`,
      )
      must(repair.poolsEqualAfterMs !== null, 'the pools are not equal')
      if (kind === 'bootstraps' || kind === 'islands') must(repair.components === 1, `${repair.components} networks`)
      break
    case 'amnesia':
      must(repair.poolsEqualAfterMs !== null, 'the pools are not equal')
      must(repair.compared.transactions.largestDifference >= 100, 'nothing was missing')
      break
    case 'apart':
      must(repair.components === 2, `${repair.components} networks instead of two`)
      break
    case 'deaths':
    case 'reset':
    case 'crowd':
      for (const { kind: what, node, afterMs } of repair.noticed)
        must(afterMs !== null && afterMs <= LIMITS_MS[what], `node ${node}: ${what} after ${afterMs ?? 'no'} ms`)
      must(repair.viewAgreement >= 0.99, `views agree on ${repair.viewAgreement}`)
      break
    case 'pauses':
      must(repair.viewAgreement >= 0.99, `views agree on ${repair.viewAgreement}`)
      break
    default:
      assertNever(kind)
  }
  return broken
}

/** How soon everybody must know. */
const LIMITS_MS: Readonly<Record<NetworkReport['noticed'][number]['kind'], number>> = {
  dead: 12_000,
  alive: 5_000,
  left: 2_000,
  view: 10_000,
}

/** First transactions of accounts of their own, spread over the time, at nodes drawn by the seed. */
function traffic(random: Prng, nodes: readonly number[], count: number, fromMs: number, toMs: number): Publication[] {
  return Array.from({ length: count }, (_, index) => ({
    atMs: fromMs + Math.floor(((toMs - fromMs) * index) / count),
    node: nodes[random.below(nodes.length)] as number,
  }))
}

function ring(nodes: readonly number[]): Edge[] {
  return nodes.map((node, at) => [node, nodes[(at + 1) % nodes.length] as number] as const)
}
