/**
 * What a home remembers of its network when that is down, for `testnet up --resume`: the plan, and of every node its
 * links, its process and its ports. Keys and chain are in the nodes' own folders, the genesis in network.json. Written
 * with the manifest and left there when that goes.
 */
import { join } from 'node:path'
import { MANIFEST_BYTES_MAX, MANIFEST_NODES_MAX, MANIFEST_TEXT_MAX } from '../src/home/limits.ts'
import { replaceFile } from '../src/home/own-file.ts'
import { RESUME_FILE } from '../src/home/testnet-home.ts'
import { malformed, readTrusted, realHome, type Distrust } from '../src/home/trusted-file.ts'
import type { TestnetPlan } from './control.ts'
import { parseLinkShape, formatLinkShape } from './shaper/shape.ts'
import { TOPOLOGIES } from './topology.ts'

/** The part of a plan that is the network's own. */
export type NetworkPlan = Omit<TestnetPlan, 'home' | 'record' | 'detach' | 'resume'>

export interface SavedNode {
  readonly name: string
  /** Number of the first node of its process: packed nodes share one. */
  readonly host: number
  readonly dials: readonly string[]
  /** 0 where it never had one. */
  readonly apiPort: number
  readonly p2pPort: number
}

export interface SavedNetwork {
  readonly v: 1
  readonly network: string
  /** When its first slot began, ms since the Unix epoch. */
  readonly createdAt: number
  readonly plan: NetworkPlan
  /** Port of its page. */
  readonly pagePort: number
  /** In order: node-0 first. */
  readonly nodes: readonly SavedNode[]
}

export type SavedRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly saved: SavedNetwork }
  | { readonly kind: 'distrusted'; readonly distrust: Distrust }

/** Replaces what is remembered in `folder`. Throws the system's error. */
export function writeSaved(folder: string, saved: SavedNetwork): void {
  const { plan, ...rest } = saved
  const document = { ...rest, plan: { ...plan, link: formatLinkShape(plan.link) } }
  replaceFile(join(folder, RESUME_FILE), `${JSON.stringify(document, null, 2)}\n`)
}

/** The network that a home, or a folder below it, remembers. */
export function readSaved(home: string, folder = '.'): SavedRead {
  const root = realHome(home)
  const path = join(root, folder, RESUME_FILE)
  const text = readTrusted(root, path, MANIFEST_BYTES_MAX, { secret: false })
  if (!text.ok)
    return text.distrust.kind === 'missing' ? { kind: 'none' } : { kind: 'distrusted', distrust: text.distrust }
  let document: unknown
  try {
    document = JSON.parse(text.value)
  } catch {
    return { kind: 'distrusted', distrust: malformed(path, 'is damaged: it is not a JSON document') }
  }
  const saved = parseSaved(document)
  return saved === null
    ? { kind: 'distrusted', distrust: malformed(path, 'does not describe a network of version 1') }
    : { kind: 'found', saved }
}

function parseSaved(document: unknown): SavedNetwork | null {
  const { v, network, createdAt, plan, pagePort, nodes } = fieldsOf(document)
  const own = planOf(plan)
  if (v !== 1 || own === null || !isText(network) || !isWhole(createdAt) || !isPort(pagePort)) return null
  if (!Array.isArray(nodes) || nodes.length < 1 || nodes.length > MANIFEST_NODES_MAX) return null
  const known = new Set(nodes.map((_, index) => `node-${index}`))
  const parsed = nodes.map((node: unknown, index): SavedNode | null => {
    const { name, host, dials, apiPort, p2pPort } = fieldsOf(node)
    const isGood =
      name === `node-${index}` &&
      isWhole(host) &&
      host <= index &&
      isPort(apiPort) &&
      isPort(p2pPort) &&
      Array.isArray(dials) &&
      dials.every((each: unknown) => typeof each === 'string' && known.has(each) && each !== name)
    return isGood ? { name, host, dials: dials as readonly string[], apiPort, p2pPort } : null
  })
  const whole = parsed.filter((node) => node !== null)
  // A process begins with the node that names it.
  if (whole.length < parsed.length || whole.some(({ host }) => whole[host]?.host !== host)) return null
  return { v: 1, network, createdAt, plan: own, pagePort, nodes: whole }
}

function planOf(value: unknown): NetworkPlan | null {
  const { count, degree, topology, link, direct, slotMs, validators, seed, perProcess, discovery, portBase } =
    fieldsOf(value)
  const shape = typeof link === 'string' ? parseLinkShape(link) : null
  const shaped = TOPOLOGIES.find((each) => each === topology)
  const isGood =
    [count, degree, slotMs, validators, seed, perProcess].every(isWhole) &&
    typeof direct === 'boolean' &&
    (discovery === undefined || typeof discovery === 'boolean') &&
    (portBase === undefined || isPort(portBase))
  if (!isGood || shape?.ok !== true || shaped === undefined) return null
  const numbers = { count, degree, slotMs, validators, seed, perProcess } as Pick<
    NetworkPlan,
    'count' | 'degree' | 'slotMs' | 'validators' | 'seed' | 'perProcess'
  >
  return {
    ...numbers,
    topology: shaped,
    link: shape.shape,
    direct,
    ...(discovery === undefined ? {} : { discovery }),
    ...(portBase === undefined ? {} : { portBase }),
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isPort(value: unknown): value is number {
  return isWhole(value) && value <= 65_535
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MANIFEST_TEXT_MAX
}
