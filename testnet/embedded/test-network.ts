/** What somebody's test sees of a testnet. */
import type { Client } from '../../src/client/connect.ts'
import type { NetworkParams } from '../../src/domain/params.ts'
import type { NodeState } from '../../src/home/manifest.ts'
import type { Topology } from '../topology.ts'
import type { Submitted, Transfer } from './transfers.ts'

/** A node by its number or its name: 3 or `node-3`. */
export type NodeRef = number | string

export interface TestNode {
  /** `node-0`, `node-1`, … */
  readonly name: string
  readonly peerId: string
  readonly state: NodeState
  /** `http://127.0.0.1:<port>` */
  readonly apiUrl: string
  /** Its API; may write. */
  readonly client: Client
}

export interface Expectation {
  /** Share of the nodes that run which must have each transaction, above 0 and at most 1. */
  readonly coverage?: number
  /** Whether each transaction must also stand in a settled block there. */
  readonly settled?: boolean
  /** Ids of the transactions that are meant; without it, all that were handed in through `submit`. */
  readonly ids?: readonly string[]
  /** How long to wait, ms; 30,000 unless given. */
  readonly timeoutMs?: number
}

export interface TestnetOptions {
  /** How many nodes; 5 unless given. */
  readonly nodes?: number
  /** Whether each node is a process of its own, which can be killed without warning; else all run in this one. */
  readonly processes?: boolean
  /** Who dials whom: `random` unless given. */
  readonly topology?: Topology
  /** Links a node, for `random`; 4 unless given. */
  readonly degree?: number
  /** What links do to bytes, such as `40ms±20ms` or `40ms@1MiB/s`; `0`, nothing, unless given. */
  readonly link?: string
  /** Length of a slot, ms; 1,000 unless given. */
  readonly slotMs?: number
  /** How many of the first nodes make blocks; up to 4 unless given, 0: none. */
  readonly validators?: number
  /** 32 bits that fix who dials whom and the jitter; drawn unless given. */
  readonly seed?: number
}

export interface TestNetwork extends AsyncDisposable {
  /** Fixes who dials whom and the jitter of links. */
  readonly seed: number
  readonly params: NetworkParams
  /** Every node that ever was, in order of its number. */
  readonly nodes: readonly TestNode[]
  /** @throws RangeError where there is none */
  node(which: NodeRef): TestNode
  /**
   * Signs a payment between named accounts of development networks, or takes a signed transaction, and hands it to a
   * node: on its disk when this resolves.
   * @throws Error when the node refuses it, with the reason
   */
  submit(given?: Transfer | Uint8Array): Promise<Submitted>
  /**
   * Waits until what is expected holds.
   * @throws Error after `timeoutMs`, naming a transaction and a node that lacks it
   */
  until(expected: Expectation): Promise<void>
  /** Cuts every link between groups of nodes, until `heal`; nodes in no group form one with each other. */
  partition(...groups: readonly (readonly NodeRef[])[]): Promise<void>
  /** Mends all cut links. Nodes dial again by themselves, within seconds. */
  heal(): Promise<void>
  /** Ends nodes without warning; in this process, in good order. */
  kill(...nodes: readonly NodeRef[]): Promise<void>
  /** Starts nodes again with their data, and waits until they are ready. */
  restart(...nodes: readonly NodeRef[]): Promise<void>
  /** Adds nodes, and waits until they are ready; their names. */
  add(count?: number): Promise<readonly string[]>
  /** Ends every node and removes what they wrote. May be called again. */
  stop(): Promise<void>
}
