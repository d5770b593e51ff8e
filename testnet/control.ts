/** The documents that a testnet's supervisor exchanges with whoever starts and steers it. */
import type { HeadView } from '../src/domain/views.ts'
import type { NodeState } from '../src/home/manifest.ts'
import type { LinkShape, RegionShapes } from './shaper/shape.ts'
import type { Topology } from './topology.ts'

/**
 * What a network shall be; complete, so that the same plan gives the same network but for ports, times and keys of
 * nodes.
 */
export interface TestnetPlan {
  /** Absolute path of the network's folder. */
  readonly home: string
  /** How many nodes, at least 1. */
  readonly count: number
  /** Links a node, for the topologies that ask. */
  readonly degree: number
  readonly topology: Topology
  readonly link: LinkShape
  /** Instead of it, where links differ by place; nowhere unless given. */
  readonly regions?: RegionShapes
  /** Nodes dial one another without the shaper: no delay, no partition, a little faster. */
  readonly direct: boolean
  readonly slotMs: number
  /** How many validators the genesis lists: the first nodes, one each. */
  readonly validators: number
  /** 32 bits; fixes the topology and the jitter. */
  readonly seed: number
  /** Nodes in one process; more than 1 shares its fate and pauses among them. */
  readonly perProcess: number
  /** Nodes also look for peers in records and dial them directly; not unless given. */
  readonly discovery?: boolean
  /**
   * Fixes all ports: the page has this one, node-i's API the one 1 + 2i above it, and what it listens on for peers the
   * next; by chance unless given.
   */
  readonly portBase?: number
  /**
   * Goes on with the network that the home remembers (resume-file.ts), which then is what the plan says; not unless
   * given.
   */
  readonly resume?: boolean
  /** File of the recording; none unless given. */
  readonly record?: string
  /** Stays when its starter goes. */
  readonly detach: boolean
}

/** What the supervisor tells its starter, over the channel between them. */
export type SupervisorMessage =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'ready'; readonly elapsedMs: number }
  /** Another supervisor holds the home. */
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'failed'; readonly message: string; readonly gaps: readonly Gap[] }

/** A node that is not ready, what it waits for, and where to look. */
export interface Gap {
  readonly node: string
  readonly waitsFor: string
  readonly logFile: string
}

/** One node as `testnet status` shows it; what only the node knows is null while it does not answer. */
export interface NodeStatus {
  readonly name: string
  readonly peerId: string
  /**
   * As the supervisor knows it; `unresponsive`: its process runs and its API does not answer; `failing`: it says so
   * itself.
   */
  readonly state: NodeState | 'unresponsive' | 'failing'
  readonly pid: number | null
  /** Number of the validator whose blocks it makes; null: none. */
  readonly validator: number | null
  readonly apiUrl: string
  readonly peers: number | null
  /** Mesh peers on the transactions topic. */
  readonly mesh: number | null
  readonly head: HeadView | null
  readonly settled: { readonly height: number } | null
  /** How many blocks its head is below the highest head of the network. */
  readonly lag: number | null
  readonly mempool: { readonly count: number; readonly fingerprint: string } | null
  readonly rssBytes: number | null
  /** Why it is not ready, for failed and failing nodes; else null. */
  readonly reason: string | null
}

export interface PartitionStatus {
  readonly groups: readonly (readonly string[])[]
  readonly cutLinks: number
  /** Wall clock, ms; null: until somebody heals it. */
  readonly healsAt: number | null
}

export interface TestnetStatus {
  readonly v: 1
  readonly network: string
  readonly networkId: string
  readonly home: string
  readonly topology: string
  readonly degree: number
  readonly link: string
  readonly seed: number
  readonly uptimeMs: number
  readonly partition: PartitionStatus | null
  /** Whether slots pass unused, and only `mine` makes blocks. */
  readonly blocksOnDemand: boolean
  /** Address of the page, with the key to act in its fragment. */
  readonly pageUrl: string | null
  readonly nodes: readonly NodeStatus[]
}

/** A copy of a network (snapshots.ts). */
export interface Snapshot {
  readonly name: string
  readonly network: string
  readonly nodes: number
  /** When the network began, ms since the Unix epoch. */
  readonly createdAt: number
  /** When it was copied, ms since the Unix epoch. */
  readonly savedAt: number
  readonly sizeBytes: number
}

/** A block that was asked for. */
export interface MinedBlock {
  readonly height: number
  readonly hash: string
  readonly slot: number
  /** Whose slot it was. */
  readonly node: string
  readonly transactions: number
  /** Nodes that have it for a head by now, of those that run. */
  readonly nodes: number
  readonly nodesUp: number
}

/** What may be asked of a running network. */
export interface ControlRequests {
  readonly status: Record<never, never>
  /** The cut that stands, without asking any node. */
  readonly 'partition-status': Record<never, never>
  /** SIGKILL: as a power cut would, but for what the system's cache keeps. */
  readonly kill: { readonly nodes: readonly string[] }
  /** SIGSTOP; null: until resumed. */
  readonly pause: { readonly nodes: readonly string[]; readonly forMs: number | null }
  readonly resume: { readonly nodes: readonly string[] }
  /** Stops them in good order: they say goodbye. */
  readonly stop: { readonly nodes: readonly string[] }
  /** Makes every link of theirs slower by this much, one way; 0 ends it. */
  readonly slow: { readonly nodes: readonly string[]; readonly extraMs: number }
  /** How many bytes reached each node over its links. */
  readonly traffic: Record<never, never>
  /** Stops what runs in good order, starts it with its data and waits until it is ready again. */
  readonly restart: { readonly nodes: readonly string[] }
  readonly add: { readonly count: number }
  readonly partition: { readonly groups: readonly (readonly string[])[]; readonly forMs: number | null }
  readonly heal: Record<never, never>
  /** Blocks on demand from now on, or in slots again. */
  readonly 'on-demand': { readonly isOn: boolean }
  /** One block now, and on demand from then on. */
  readonly mine: Record<never, never>
  /** Copies what the nodes have on disk (snapshots.ts), which stand still meanwhile. */
  readonly snapshot: { readonly name: string }
  readonly down: { readonly force: boolean }
}

export interface ControlAnswers {
  readonly status: TestnetStatus
  readonly 'partition-status': { readonly partition: PartitionStatus | null }
  readonly kill: { readonly nodes: readonly string[] }
  readonly pause: { readonly nodes: readonly string[] }
  readonly resume: { readonly nodes: readonly string[] }
  readonly stop: { readonly nodes: readonly string[] }
  readonly slow: { readonly nodes: readonly string[] }
  readonly traffic: { readonly nodes: readonly { readonly name: string; readonly bytesReceived: number }[] }
  readonly restart: { readonly nodes: readonly string[]; readonly elapsedMs: number }
  readonly add: { readonly nodes: readonly string[]; readonly elapsedMs: number }
  readonly partition: PartitionStatus
  readonly heal: { readonly healedLinks: number }
  readonly 'on-demand': { readonly isOn: boolean; readonly wasOn: boolean }
  readonly mine: MinedBlock
  readonly snapshot: Snapshot
  readonly down: { readonly stopping: boolean }
}

export type Command = keyof ControlRequests
const IS_COMMAND: Readonly<Record<Command, true>> = {
  status: true,
  'partition-status': true,
  kill: true,
  pause: true,
  resume: true,
  stop: true,
  slow: true,
  traffic: true,
  restart: true,
  add: true,
  partition: true,
  heal: true,
  'on-demand': true,
  mine: true,
  snapshot: true,
  down: true,
}
export const COMMANDS = Object.keys(IS_COMMAND) as Command[]

/** Why a command was not carried out: what, and what to do next. */
export interface Refusal {
  readonly code: 'unknown-node' | 'wrong-state' | 'bad-request' | 'no-shaper' | 'not-ready' | 'failed'
  readonly message: string
  readonly hint: string
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }
