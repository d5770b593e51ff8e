/** An experiment as the simulator takes it. Pure. */
import { assertNever } from '../../lib/assert.ts'
import { createPrng } from '../../lib/prng.ts'
import type { LinkProfile } from '../../sim/network.ts'
import { scenario, type Fault, type Publication, type Scenario } from '../../sim/scenario.ts'
import type { Edge } from '../../sim/topology.ts'
import { planJoin, planLinks } from '../../../testnet/topology.ts'
import { nodesAtEnd, type Action, type Experiment, type LinkPlan } from '../experiment.ts'
import { STANDS_FROM_NODES, WARM_UP_MS } from '../limits.ts'

/**
 * How long before it sends its forgery a hostile peer connects, ms: its neighbours know by then what it subscribes
 * to, and do not miss its hello yet.
 */
const HOSTILE_BEFORE_MS = 2_000
/** From a node's goodbye to its next start, ms: a process takes about as long. */
const RESTART_MS = 1_000

/** Whose number is past those of all honest nodes: one hostile peer for each forgery, since it is banned after it. */
export function simScenario(experiment: Experiment): Scenario {
  const { network, actions, calmMs, endMs } = experiment
  const { nodes, topology, degree, seed, validators, slotMs, regionOf, links } = network
  const total = nodesAtEnd(experiment)
  const random = createPrng(seed)
  const edges: Edge[] = planLinks(topology, nodes, degree, random.child('topology')).map(({ from, to }) => [from, to])
  const publications: Publication[] = []
  const faults: Fault[] = []
  const absent: number[] = []
  const hostile: number[] = []
  const down = new Set<number>()
  // A hostile peer stands on the side of the node that it comes to: across a cut its forgery would come to nobody.
  const targets = actions.flatMap((action) => (action.kind === 'forge' ? [action.nodes[0]] : []))
  const sides = (groups: readonly (readonly number[])[]): number[][] =>
    groups.map((group) => [
      ...group,
      ...targets.flatMap((target, index) => (target !== undefined && group.includes(target) ? [total + index] : [])),
    ])
  for (const action of actions) {
    const { atMs } = action
    switch (action.kind) {
      case 'hand-in':
        publications.push({ atMs, node: action.node, orNext: true, payloadBytes: action.payloadBytes })
        break
      case 'forge': {
        const node = total + hostile.length
        hostile.push(node)
        absent.push(node)
        edges.push(...action.nodes.map((to): Edge => [node, to]))
        faults.push({ atMs: Math.max(0, atMs - HOSTILE_BEFORE_MS), kind: 'join', node })
        publications.push({ atMs: Math.max(HOSTILE_BEFORE_MS, atMs), node, forged: action.how })
        break
      }
      case 'add':
        for (const node of action.nodes) {
          const before = Array.from({ length: node }, (_, index) => index).filter((index) => !down.has(index))
          edges.push(
            ...planJoin(node, before, degree, random.child(`join ${node}`)).map(({ from, to }): Edge => [from, to]),
          )
          absent.push(node)
          faults.push({ atMs, kind: 'join', node })
        }
        break
      case 'restart':
        for (const node of action.nodes) {
          if (!down.delete(node)) faults.push({ atMs, kind: 'leave', node })
          faults.push({ atMs: atMs + RESTART_MS, kind: 'restart', node })
        }
        break
      case 'kill':
      case 'power-cut':
      case 'leave':
        for (const node of action.nodes) down.add(node)
        faults.push(...faultsOf(action))
        break
      case 'partition':
        faults.push({ atMs, kind: 'partition', groups: sides(action.groups) })
        break
      case 'pause':
      case 'resume':
      case 'heal':
      case 'slow':
      case 'skew':
      case 'lose-messages':
      case 'tag':
        faults.push(...faultsOf(action))
        break
      default:
        assertNever(action)
    }
  }
  const [[first] = []] = links
  return scenario({
    seed,
    nodes: total + hostile.length,
    member: 'relay',
    edges,
    discovers: network.discovery,
    stands: nodes >= STANDS_FROM_NODES,
    links: profileOf(first ?? NO_DELAY),
    regions: links.length === 1 ? null : { of: regionOf, links: links.map((row) => row.map(profileOf)) },
    absent,
    hostile,
    warmUpMs: WARM_UP_MS,
    publications,
    faults,
    settleMs: endMs - lastOf(calmMs, faults, publications),
    chain: { validators: Array.from({ length: validators }, (_, index) => index), slotMs },
  })
}

const NO_DELAY: LinkPlan = { delayMs: 0, jitterMs: 0, bytesPerSecond: null, lossRate: 0 }

/** The simulator counts its settling from what happens last. */
function lastOf(calmMs: number, faults: readonly Fault[], publications: readonly Publication[]): number {
  return Math.max(
    0,
    ...[...faults, ...publications].map(({ atMs }) => atMs),
    faults.length + publications.length === 0 ? calmMs : 0,
  )
}

type Simple = Exclude<Action, { readonly kind: 'hand-in' | 'forge' | 'add' | 'restart' | 'partition' }>

function faultsOf(action: Simple): readonly Fault[] {
  const { atMs } = action
  switch (action.kind) {
    case 'heal':
      return [{ atMs, kind: 'heal' }]
    case 'lose-messages':
      return [{ atMs, kind: 'lose-messages', rate: action.rate }]
    case 'slow':
      return action.nodes.map((node) => ({ atMs, kind: 'slow', node, extraMs: action.extraMs }))
    case 'skew':
      return action.nodes.map((node) => ({ atMs, kind: 'skew', node, skewMs: action.skewMs }))
    case 'tag':
      return action.nodes.flatMap((node) =>
        Object.entries(action.set).map(([key, value]) => ({ atMs, kind: 'tag' as const, node, key, value })),
      )
    case 'kill':
    case 'power-cut':
    case 'leave':
    case 'pause':
    case 'resume':
    case 'restart': {
      const { kind } = action
      return action.nodes.map((node) => ({ atMs, kind, node }))
    }
    default:
      return assertNever(action)
  }
}

/** The same spread: `delay ± jitter`, drawn for each frame. */
function profileOf({ delayMs, jitterMs, bytesPerSecond, lossRate }: LinkPlan): LinkProfile {
  const latencyMs = delayMs - jitterMs
  return {
    latencyMinMs: latencyMs,
    latencyMaxMs: latencyMs,
    jitterMs: 2 * jitterMs,
    lossRate,
    bytesPerMs: null,
    ...(bytesPerSecond === null ? {} : { channelBytesPerMs: bytesPerSecond / 1_000 }),
  }
}
