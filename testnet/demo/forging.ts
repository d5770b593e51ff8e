/** Lets a hostile peer send forged transactions to its neighbours, and looks for them on every node. */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { connect } from '../../src/client/connect.ts'
import { assert } from '../../src/lib/assert.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import type { Manifest, ManifestNode } from '../../src/home/manifest.ts'
import { until } from '../until.ts'
import { FORGERIES, type Forged, type Forgery } from './forgeries.ts'
import type { Attempt, ForgerMessage, ForgerPlan } from './forger.ts'
import type { Records } from './records.ts'

/** How long the witness may take to hear an honest transaction, ms. */
const HEARING_MS_MAX = 10_000

export interface ForgeryRow {
  readonly kind: Forgery
  readonly sent: number
  /** Names of the nodes that refused one. */
  readonly refusedBy: readonly string[]
  readonly stored: number
  readonly forwarded: number
}

export interface ForgingFigures {
  readonly rows: readonly ForgeryRow[]
  readonly sent: number
  /** Forged ones that some node received and refused. */
  readonly refused: number
  readonly stored: number
  readonly forwarded: number
  readonly attempts: readonly Attempt[]
  /** Nodes that have banned the forger. */
  readonly bannedBy: readonly string[]
  /** Honest transactions that the witness heard: with none, its silence about forged ones would prove nothing. */
  readonly witnessed: number
}

/**
 * Runs the hostile peer against `neighbours`, with its witness at `witnessed`.
 * @param sendProof sends an honest transaction at the witnessed node and returns when every node has it: whatever was
 *   forwarded before has then come to the witness too
 */
export async function forging(options: {
  manifest: Manifest
  neighbours: readonly ManifestNode[]
  witnessed: ManifestNode
  forged: readonly Forged[]
  records: Records
  sendProof: () => Promise<void>
}): Promise<ForgingFigures> {
  const { manifest, neighbours, witnessed, forged, records } = options
  const child = fork(forgerEntry(), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    const plan: ForgerPlan = {
      networkId: manifest.networkId,
      neighbours: neighbours.map((node) => ({ name: node.name, address: addressOf(node) })),
      witnessed: { name: witnessed.name, address: addressOf(witnessed) },
      forged: forged.map(({ bytes }) => toHex(bytes)),
    }
    const joining = next(child, 'joined')
    child.send(plan)
    const { forger } = await joining
    const { attempts } = await next(child, 'sent')
    await options.sendProof()
    const heard = await heardByWitness(child)
    const stored = await storedAnywhere(manifest.nodes, forged)
    const rows = FORGERIES.map((kind) => rowOf(kind, forged, records, stored, heard))
    const sum = (of: 'stored' | 'forwarded'): number => rows.reduce((total, row) => total + row[of], 0)
    const refusedIds = idsWith(records, ['REJECT'])
    return {
      rows,
      sent: forged.length,
      refused: forged.filter(({ id }) => refusedIds.has(id)).length,
      stored: sum('stored'),
      forwarded: sum('forwarded'),
      attempts,
      bannedBy: await bansOf(manifest.nodes, forger),
      witnessed: heard.size,
    }
  } finally {
    child.kill()
  }
}

function rowOf(
  kind: Forgery,
  forged: readonly Forged[],
  records: Records,
  stored: ReadonlySet<string>,
  heard: ReadonlySet<string>,
): ForgeryRow {
  const ones = forged.filter((each) => each.kind === kind)
  const ids = new Set(ones.map(({ id }) => id))
  const refusals = records.all.filter(({ record }) => record.event === 'REJECT' && ids.has(record.id))
  const spread = idsWith(records, ['PUBLISH', 'DELIVER', 'FORWARD', 'RECOVERED'])
  return {
    kind,
    sent: ones.length,
    refusedBy: [...new Set(refusals.map(({ node }) => node))].sort(),
    stored: ones.filter(({ id }) => stored.has(id)).length,
    forwarded: ones.filter(({ id, bytes }) => spread.has(id) || heard.has(sha256Hex(bytes))).length,
  }
}

function idsWith(records: Records, events: readonly string[]): ReadonlySet<string> {
  return new Set(records.all.filter(({ record }) => events.includes(record.event)).map(({ record }) => record.id))
}

/** Hashes of what the witness has heard, once that is anything. */
async function heardByWitness(child: ChildProcess): Promise<ReadonlySet<string>> {
  let heard = new Set<string>()
  const look = async (): Promise<boolean> => {
    const answer = next(child, 'heard')
    child.send('heard')
    heard = new Set((await answer).hashes)
    return heard.size > 0
  }
  await until(look, { timeoutMs: HEARING_MS_MAX, everyMs: 20 })
  return heard
}

function addressOf(node: ManifestNode): string {
  return `/ip4/127.0.0.1/tcp/${node.p2pPort}/p2p/${node.peerId}`
}

/** Ids among the forged ones that some node has or had; a node that cannot be asked counts as having them. */
async function storedAnywhere(nodes: readonly ManifestNode[], forged: readonly Forged[]): Promise<ReadonlySet<string>> {
  const stored = new Set<string>()
  for (const { apiUrl } of nodes) {
    const client = connect(apiUrl)
    for (const { id } of forged) {
      const answer = await client.transaction(id)
      if (answer.ok || answer.kind !== 'problem' || answer.status !== 404) stored.add(id)
    }
    client.close()
  }
  return stored
}

async function bansOf(nodes: readonly ManifestNode[], peerId: string): Promise<string[]> {
  const banning: string[] = []
  for (const { name, apiUrl } of nodes) {
    const client = connect(apiUrl)
    const answer = await client.peers()
    if (answer.ok && answer.value.bans.some(({ subject }) => subject.endsWith(peerId))) banning.push(name)
    client.close()
  }
  return banning
}

async function next<K extends ForgerMessage['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<ForgerMessage, { kind: K }>> {
  assert(child.connected, 'the hostile peer runs')
  return new Promise((resolve, reject) => {
    const onExit = (): void => {
      reject(new Error('the hostile peer ended too early'))
    }
    const onMessage = (message: ForgerMessage): void => {
      if (message.kind !== kind) return
      child.off('message', onMessage).off('exit', onExit)
      resolve(message as Extract<ForgerMessage, { kind: K }>)
    }
    child.on('message', onMessage).once('exit', onExit)
  })
}

/** Beside the bundle's files, or the source when run from sources. */
export function forgerEntry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'forger.ts' : 'forger.js', import.meta.url))
}
