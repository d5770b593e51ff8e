/**
 * The manifest of a running testnet, `<home>/testnet.json`: everything that another command needs to find the nodes and
 * to steer the supervisor. Written atomically on every change; removed by `down`.
 *
 * A reader believes none of it before `parseManifest`: names have the form of names, addresses are loopback's, paths
 * lie in the home. And nobody is asked, sent a token or a signal before its supervisor is proven to run for this home
 * (proof.ts).
 */
import { isLoopbackUrl } from './loopback.ts'
import { MANIFEST_NODES_MAX, MANIFEST_PATH_MAX, MANIFEST_STATES_MAX, MANIFEST_TEXT_MAX } from './limits.ts'
import type { ProcessName } from './proof.ts'
import { insideOf } from './trusted-file.ts'

const NODE_STATES = ['starting', 'ready', 'paused', 'killed', 'stopped', 'failed'] as const
export type NodeState = (typeof NODE_STATES)[number]
const STATES: ReadonlySet<unknown> = new Set(NODE_STATES)

/** A node's state since a moment, ms since the Unix epoch. */
export interface NodeStateSince {
  readonly atMs: number
  readonly state: NodeState
}

export interface ManifestNode {
  /** `node-0`, `node-1`, … */
  readonly name: string
  readonly peerId: string
  readonly pid: number | null
  /** When its process began, in the system's words; null where there is none. */
  readonly started: string | null
  readonly state: NodeState
  /** Its last states, oldest first: who was there when. */
  readonly states?: readonly NodeStateSince[]
  /** `http://127.0.0.1:<port>`; empty until the node has said it. */
  readonly apiUrl: string
  /** File with the token that writes need. */
  readonly cookieFile: string
  readonly p2pPort: number
  readonly dataDir: string
  readonly logFile: string
  /** Names of the nodes it dials. */
  readonly dials: readonly string[]
}

export interface Manifest {
  readonly v: 1
  /** Without symbolic links: a copy of a home is none. */
  readonly home: string
  /** Drawn for this run: what proves its processes. */
  readonly nonce: string
  readonly network: string
  readonly networkId: string
  readonly networkFile: string
  readonly supervisor: ProcessName & {
    readonly url: string
    readonly cookieFile: string
    /** The page, with the key to act in its fragment: this file is for its owner alone (0600). */
    readonly pageUrl?: string
  }
  readonly seed: number
  readonly topology: string
  readonly degree: number
  readonly link: string
  readonly createdAt: number
  /** Where the network is being recorded to, if it is: the one path that may lie elsewhere, since the user named it. */
  readonly recording?: string
  /** Why the recording ended before the network; it is then no longer named. */
  readonly recordingFailed?: string
  readonly nodes: readonly ManifestNode[]
}

export type ManifestParse =
  | { readonly ok: true; readonly manifest: Manifest }
  /** What is wrong with it, to follow the name of the file. */
  | { readonly ok: false; readonly detail: string }

/**
 * The manifest in a document that was read from `home`.
 * @param home without symbolic links
 */
export function parseManifest(document: unknown, home: string): ManifestParse {
  const fields = objectOf(document)
  if (fields?.v !== 1 || !Array.isArray(fields.nodes)) return wrong("is not a testnet's manifest of version 1")
  if (fields.home !== home)
    return wrong(
      typeof fields.home === 'string'
        ? `was written for ${fields.home.slice(0, MANIFEST_PATH_MAX)}: a copy is no testnet`
        : "is not a testnet's manifest: it names no home",
    )
  if (fields.nodes.length > MANIFEST_NODES_MAX) return wrong(`names more than ${MANIFEST_NODES_MAX} nodes`)
  const bad = Object.entries(FIELDS).find(([name, isGood]) => !isGood(fields[name], home))
  if (bad !== undefined) return wrong(`is not a testnet's manifest: its "${bad[0]}" is not what it must be`)
  for (const node of fields.nodes as readonly unknown[]) {
    const own = objectOf(node)
    const badField = Object.entries(NODE_FIELDS).find(([name, isGood]) => own === null || !isGood(own[name], home))
    if (badField !== undefined)
      return wrong(`is not a testnet's manifest: "${badField[0]}" of one of its nodes is not what it must be`)
  }
  return { ok: true, manifest: document as Manifest }
}

type Check = (value: unknown, home: string) => boolean

const isText: Check = (value) => typeof value === 'string' && value.length <= MANIFEST_TEXT_MAX
const isPath: Check = (value) => typeof value === 'string' && value.length <= MANIFEST_PATH_MAX
const isInside: Check = (value, home) => isPath(value, home) && insideOf(home, value as string) !== null
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const isName: Check = (value) => typeof value === 'string' && /^node-(0|[1-9]\d{0,5})$/.test(value)
/** Zero and below are groups of processes to the system, one is the machine's own. */
const isPid: Check = (value) => Number.isSafeInteger(value) && (value as number) > 1
const isStart: Check = (value) => typeof value === 'string' && /^[\x21-\x7e][\x20-\x7e]{0,63}$/.test(value)
const isUrl: Check = (value) => typeof value === 'string' && isLoopbackUrl(value)
const isPageUrl: Check = (value) => {
  const [url = '', key = '', ...rest] = typeof value === 'string' ? value.split('/#key=') : []
  return isLoopbackUrl(url) && /^[0-9a-f]{64}$/.test(key) && rest.length === 0
}
const orMissing =
  (check: Check): Check =>
  (value, home) =>
    value === undefined || check(value, home)
const orNull =
  (check: Check): Check =>
  (value, home) =>
    value === null || check(value, home)

const FIELDS: Readonly<Record<Exclude<keyof Manifest, 'v' | 'home' | 'nodes'>, Check>> = {
  nonce: (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  network: isText,
  networkId: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  networkFile: isInside,
  supervisor: (value, home) => {
    const { pid, started, url, cookieFile, pageUrl } = objectOf(value) ?? {}
    return (
      isPid(pid, home) &&
      isStart(started, home) &&
      isUrl(url, home) &&
      isInside(cookieFile, home) &&
      orMissing(isPageUrl)(pageUrl, home)
    )
  },
  seed: isNumber,
  topology: isText,
  degree: isNumber,
  link: isText,
  createdAt: isNumber,
  recording: orMissing(isPath),
  recordingFailed: orMissing((value) => typeof value === 'string' && value.length <= MANIFEST_PATH_MAX),
}

const NODE_FIELDS: Readonly<Record<keyof ManifestNode, Check>> = {
  name: isName,
  peerId: (value) => typeof value === 'string' && /^[0-9A-Za-z]{0,128}$/.test(value),
  pid: orNull(isPid),
  started: orNull(isStart),
  state: (value) => STATES.has(value),
  states: orMissing(
    (value) => Array.isArray(value) && value.length <= MANIFEST_STATES_MAX && value.every(isStateSince),
  ),
  apiUrl: (value, home) => value === '' || isUrl(value, home),
  cookieFile: isInside,
  p2pPort: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535,
  dataDir: isInside,
  logFile: isInside,
  dials: (value, home) => Array.isArray(value) && value.every((name) => isName(name, home)),
}

function isStateSince(value: unknown): boolean {
  const { atMs, state } = objectOf(value) ?? {}
  return Number.isSafeInteger(atMs) && (atMs as number) >= 0 && STATES.has(state)
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

function wrong(detail: string): ManifestParse {
  return { ok: false, detail }
}
