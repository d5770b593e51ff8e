/**
 * One node of a testnet as its supervisor knows it, and the host: the process that carries it, alone or packed with
 * others.
 */
import { join } from 'node:path'
import type { Carrier } from './carrier.ts'
import type { Pause } from './pause.ts'
import { STATES_MAX } from '../src/trace/limits.ts'
import type { ManifestNode, NodeState, NodeStateSince } from '../src/home/manifest.ts'

export interface NodeRecord {
  readonly name: string
  readonly index: number
  readonly dataDir: string
  readonly configFile: string
  readonly cookieFile: string
  readonly logFile: string
  /** Number of the validator whose blocks it makes; null: none. */
  readonly validator: number | null
  /** Names of the nodes that it dials. */
  readonly dials: string[]
  state: NodeState
  /** Its last states, oldest first. */
  readonly states: NodeStateSince[]
  /** Empty until it said so for the first time; stays the same after that. */
  peerId: string
  apiUrl: string
  /** 0 until known; kept over a restart. */
  apiPort: number
  p2pPort: number
  /** Why it failed; else null. */
  reason: string | null
}

export interface Host {
  readonly nodes: readonly NodeRecord[]
  /** Null before the first start and after its end. */
  process: Carrier | null
  /** While it is stopped; else null. */
  pause: Pause | null
}

/** The last port of a network of `count` nodes whose ports are fixed. */
export function portsEnd(portBase: number, count: number): number {
  return portBase + 2 * count
}

/** The ports of the node with this number in a network whose ports are fixed. */
export function fixedPorts(portBase: number, index: number): { readonly apiPort: number; readonly p2pPort: number } {
  return { apiPort: portBase + 1 + 2 * index, p2pPort: portBase + 2 + 2 * index }
}

/** A node that has not been started yet, with the places of its files. */
export function newNode(
  home: string,
  index: number,
  {
    logFile,
    validators,
    portBase,
  }: { readonly logFile: string; readonly validators: number; readonly portBase?: number | undefined },
): NodeRecord {
  const name = `node-${index}`
  const folder = join(home, 'nodes', name)
  return {
    name,
    index,
    dataDir: join(folder, 'data'),
    configFile: join(folder, 'config.json'),
    cookieFile: join(folder, 'data', '.cookie'),
    logFile,
    validator: index < validators ? index : null,
    dials: [],
    state: 'starting',
    states: [],
    peerId: '',
    apiUrl: '',
    ...(portBase === undefined ? { apiPort: 0, p2pPort: 0 } : fixedPorts(portBase, index)),
    reason: null,
  }
}

/** Notes that a node is in another state from now on. @param atMs wall clock */
export function enterState(node: NodeRecord, state: NodeState, atMs: number): void {
  node.state = state
  if (node.states.at(-1)?.state === state) return
  node.states.push({ atMs, state })
  if (node.states.length > STATES_MAX) node.states.shift()
}

/** The node's entry in the manifest. */
export function manifestNode(node: NodeRecord, host: Host): ManifestNode {
  return {
    name: node.name,
    peerId: node.peerId,
    pid: host.process?.isRunning === true ? host.process.pid : null,
    started: host.process?.isRunning === true ? host.process.startedAt : null,
    state: node.state,
    states: [...node.states],
    apiUrl: node.apiUrl,
    cookieFile: node.cookieFile,
    p2pPort: node.p2pPort,
    dataDir: node.dataDir,
    logFile: node.logFile,
    dials: [...node.dials],
  }
}
