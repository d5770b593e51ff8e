/** What a simulation says of a run. */
import type { ChainReport } from './chain-report.ts'
import type { NetworkReport } from './network-report.ts'
import type { NetworkTotals } from './network.ts'
import type { SpreadFigures } from './spread.ts'

export interface Report extends SpreadFigures {
  /** SHA-256 of the whole trace. */
  readonly digest: string
  readonly traceLines: number
  /** At the end of the warm-up. */
  readonly mesh: MeshFigures
  /** All bytes sent since the warm-up, control included. */
  readonly bytesPerMessagePerNode: number
  readonly network: NetworkTotals
  /** Which nodes have each honest message, in order of publication. */
  readonly holders: readonly (readonly number[])[]
  readonly forgeries: ForgeryFigures
  /** Of relays that run: how many different pools there are, and the smallest and largest. Null among bare routers. */
  readonly pools: { readonly different: number; readonly smallest: number; readonly largest: number } | null
  /** (relay, connected peer) pairs whose hello has been exchanged. */
  readonly greeted: number
  /** Refusals by reason. */
  readonly refused: Readonly<Record<string, number>>
  /** Connections of each node at the end. */
  readonly connections: readonly number[]
  /** Null where nobody makes blocks. */
  readonly chain: ChainReport | null
  /** Null where the scenario does not watch it. */
  readonly repair: NetworkReport | null
  readonly virtualMs: number
  readonly tasks: number
}

export interface MeshFigures {
  /** Mesh peers of a node, mean. */
  readonly degree: number
  /** One-way delay of the mesh's links, mean, ms. */
  readonly latencyMs: number
  /** p50 of the spread by the formula of theory.ts for this mesh; null where a mesh is too thin for it. */
  readonly predictedP50Ms: number | null
}

export interface ForgeryFigures {
  readonly published: number
  /** (forgery, honest node) pairs where it was taken as valid, or lies in the pool. */
  readonly taken: number
  /** Honest nodes that met and refused one. */
  readonly refusers: number
  /** Refusals of a forgery that came from an honest node: it handed it on. */
  readonly handedOn: number
}
