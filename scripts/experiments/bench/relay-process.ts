/** One node of ours in a process of its own, as `hearsay node run` has it, with the profile `bench`. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openNode } from '../../../src/node/compose.ts'
import type { NodeConfig } from '../../../src/node/config.ts'
import { HeapWatch, type HeapFigures } from './heap-watch.ts'
import { taskOf } from './processes.ts'
import { benchNetwork, benchValidator } from './workload.ts'

export interface RelayTask {
  readonly index: number
  readonly nodes: number
  readonly dataDir: string
  readonly bootstrap: readonly string[]
  /** Null: no blocks; else the first node makes them. */
  readonly genesisTimeMs: number | null
}

/** A block with transactions that this node got from another one. */
export interface BlockFigures {
  readonly hash: string
  readonly txCount: number
  /** Of the gossip message that brought it. */
  readonly bytes: number
  readonly fullBytes: number
  /** Questions for its transactions. */
  readonly asked: number
}

export interface RelayFigures {
  readonly kind: 'figures'
  /** Transactions in the pool. */
  readonly pool: number
  readonly parked: number
  readonly fingerprint: string
  readonly verifications: number
  readonly mesh: number
  /** Connected peers. */
  readonly peers: number
  readonly delayP99Ms: number
  readonly rssMb: number
  /** User and system time of the process so far. */
  readonly cpuMs: number
}

export type RelayMessage =
  | { readonly kind: 'ready'; readonly address: string; readonly apiUrl: string; readonly cookieFile: string }
  | RelayFigures
  /** What the load goes by: transactions in the pool. Cheap, since it is asked twenty times a second. */
  | { readonly kind: 'pace'; readonly pool: number }
  | { readonly kind: 'metrics'; readonly text: string }
  | { readonly kind: 'watching' }
  | HeapFigures
  /** How late the loop was since the watch began. */
  | { readonly kind: 'delay'; readonly p99Ms: number; readonly maxMs: number }
  | { readonly kind: 'blocks'; readonly blocks: readonly BlockFigures[] }

/** How often the loop is looked at while it is watched, ms. */
const LOOP_LOOK_MS = 10

const task = taskOf<RelayTask>()
const config: NodeConfig = {
  name: `node-${task.index}`,
  network: benchNetwork(task.nodes, task.genesisTimeMs),
  profile: 'bench',
  dataDir: task.dataDir,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: task.bootstrap,
  api: '127.0.0.1:0',
  apiHosts: [],
  validator: task.genesisTimeMs !== null && task.index === 0 ? benchValidator() : null,
  logLevel: 'silent',
  connectionsMax: 64,
}
const opening = await openNode(config)
if (!opening.ok) throw new Error(opening.message)
const { node } = opening

function figures(): RelayFigures {
  const { mempool, verifier, mesh, peers, eventLoopDelayP99Ms, rssBytes } = node.control.status()
  const { user, system } = process.cpuUsage()
  return {
    kind: 'figures',
    pool: mempool.count,
    parked: mempool.parked,
    fingerprint: mempool.fingerprint,
    verifications: verifier.verifications,
    mesh,
    peers,
    delayP99Ms: eventLoopDelayP99Ms,
    rssMb: Math.round(rssBytes / 1e5) / 10,
    cpuMs: (user + system) / 1_000,
  }
}

const seen = new Map<string, { readonly txCount: number; readonly bytes: number }>()
const asked = new Map<string, number>()
node.control.subscribe(['blocks'], ({ event, data }) => {
  const block = data as { hash: string; txCount: number; bytes: number; asked: number }
  if (event === 'seen') seen.set(block.hash, { txCount: block.txCount, bytes: block.bytes })
  if (event === 'rebuilt') asked.set(block.hash, block.asked)
})

async function blocks(): Promise<readonly BlockFigures[]> {
  const found: BlockFigures[] = []
  for (const [hash, { txCount, bytes }] of seen) {
    const questions = asked.get(hash)
    if (questions === undefined || txCount === 0) continue
    const lookup = await node.control.block(hash)
    if (lookup.kind !== 'found') continue
    found.push({ hash, txCount, bytes, fullBytes: lookup.value.sizeBytes, asked: questions })
  }
  return found
}

let heap: HeapWatch | null = null
const delay = monitorEventLoopDelay({ resolution: LOOP_LOOK_MS })

function watch(withSamples: boolean): void {
  heap = new HeapWatch(withSamples)
  delay.enable()
  delay.reset()
}

type RelayOrder =
  | { readonly kind: 'pace' | 'figures' | 'metrics' | 'blocks' | 'heap' | 'delay' }
  | { readonly kind: 'watch'; readonly withSamples: boolean }

process.on('message', (order: RelayOrder) => {
  const { kind } = order
  if (kind === 'watch') {
    watch(order.withSamples)
    process.send?.({ kind: 'watching' } satisfies RelayMessage)
  } else if (kind === 'heap') void heap?.end().then((figures) => process.send?.(figures))
  else if (kind === 'delay') {
    // The histogram counts from timer to timer, so its own interval is in it.
    const late = (ns: number): number => Math.max(0, ns / 1e6 - LOOP_LOOK_MS)
    process.send?.({ kind, p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) } satisfies RelayMessage)
  } else if (kind === 'pace')
    process.send?.({ kind, pool: node.control.mempool({ limit: 0 }).count } satisfies RelayMessage)
  else if (kind === 'figures') process.send?.(figures())
  else if (kind === 'blocks') void blocks().then((list) => process.send?.({ kind: 'blocks', blocks: list }))
  else void node.control.metrics().then((text) => process.send?.({ kind: 'metrics', text }))
})
process.on('disconnect', () => {
  void node.stop().then(() => process.exit(0))
})
process.send?.({
  kind: 'ready',
  address: node.listen[0] ?? '',
  apiUrl: node.apiUrl ?? '',
  cookieFile: node.cookieFile ?? '',
} satisfies RelayMessage)
