/**
 * What a scenario comes to when it is compiled: plain data that every world carries out, and that passes to child
 * processes as it is.
 */
import type { FORGERIES, TOPOLOGIES } from './document.ts'
import type { FigureName } from './figures.ts'

/** A link, one way each. */
export interface LinkPlan {
  readonly delayMs: number
  /** Half of the even spread around the delay, ms. */
  readonly jitterMs: number
  /** Null: unbounded. */
  readonly bytesPerSecond: number | null
  /** Share of packets that TCP has to send again. */
  readonly lossRate: number
}

export interface NetworkPlan {
  readonly nodes: number
  readonly topology: (typeof TOPOLOGIES)[number]
  readonly degree: number
  readonly discovery: boolean
  readonly validators: number
  readonly slotMs: number
  readonly seed: number
  /** Number of each node's region; nodes that are added later are in the first. */
  readonly regionOf: readonly number[]
  /** Links between two regions, by their numbers. */
  readonly links: readonly (readonly LinkPlan[])[]
}

/** Something to be done at a time, ms from the moment the network is ready. */
export type Action = { readonly atMs: number } & (
  | { readonly kind: 'hand-in'; readonly node: number; readonly payloadBytes: number }
  | { readonly kind: 'forge'; readonly how: (typeof FORGERIES)[number]; readonly nodes: readonly number[] }
  | {
      readonly kind: 'kill' | 'power-cut' | 'leave' | 'restart' | 'pause' | 'resume'
      readonly nodes: readonly number[]
    }
  | { readonly kind: 'add'; readonly nodes: readonly number[] }
  /** Every node is in one of the groups. */
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: 'heal' }
  | { readonly kind: 'slow'; readonly nodes: readonly number[]; readonly extraMs: number }
  | { readonly kind: 'skew'; readonly nodes: readonly number[]; readonly skewMs: number }
  | { readonly kind: 'lose-messages'; readonly rate: number }
  | { readonly kind: 'tag'; readonly nodes: readonly number[]; readonly set: Readonly<Record<string, string>> }
)

/** When an expectation must hold. */
export type When =
  { readonly kind: 'throughout' } | { readonly kind: 'end' } | { readonly kind: 'at'; readonly atMs: number }

export interface Expectation {
  readonly figure: FigureName
  readonly atLeast: number | null
  readonly atMost: number | null
  readonly when: When
}

export interface Experiment {
  readonly name: string
  readonly about: string
  readonly network: NetworkPlan
  /** By time. */
  readonly actions: readonly Action[]
  /** When the last of them happens. */
  readonly calmMs: number
  /** When the last one happens that is not a transaction: from then on all have to agree. */
  readonly lastFaultMs: number
  /** Nodes that run after it. */
  readonly runningAtEnd: number
  /** When the run ends. */
  readonly endMs: number
  readonly expectations: readonly Expectation[]
}

/** Nodes that there are at the end. */
export function nodesAtEnd({ network, actions }: Experiment): number {
  return actions.reduce((sum, action) => sum + (action.kind === 'add' ? action.nodes.length : 0), network.nodes)
}
