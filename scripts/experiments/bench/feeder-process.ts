/**
 * A peer that hands a node batches made beforehand and does nothing else: the production adapter without a kernel, so
 * that what it costs is the wire alone.
 */
import { openLibp2p } from '../../../src/adapters/libp2p/open.ts'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { asBlockHash, asNetAddress } from '../../../src/domain/ids.ts'
import { BATCH_COUNT_MAX, networkIdOf } from '../../../src/domain/params.ts'
import { PROTOCOL_VERSION } from '../../../src/domain/protocols.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { DEAF } from './deaf.ts'
import { pause, taskOf } from './processes.ts'
import { benchNetwork, readTransactions } from './workload.ts'

export interface FeederTask {
  readonly file: string
  /** Of the node that is fed. */
  readonly address: string
}

export type FeederMessage =
  | { readonly kind: 'ready' }
  /** So many transactions were handed over so far, and there are no more. */
  | { readonly kind: 'fed'; readonly transactions: number; readonly isOver: boolean }

const task = taskOf<FeederTask>()
const network = networkIdOf(benchNetwork(1))
const items = readTransactions(task.file)
let next = 0
let allowed = 0
let feeding = false

const node = await openLibp2p(
  {
    identitySeed: sha256(utf8('bench feeder')),
    network,
    profile: 'bench',
    isOpen: false,
    listen: [],
    connectionsMax: 8,
    agentVersion: 'hearsay/bench',
    now: () => performance.now(),
  },
  DEAF,
)
const hello = encodeHello({
  version: PROTOCOL_VERSION,
  networkId: network,
  headHeight: 0n,
  headHash: asBlockHash(network),
  settledHeight: 0n,
  mempoolCount: 0n,
  mempoolFingerprint: '0'.repeat(64),
  name: 'feeder',
})
await node.requests.serve('hello', () => Promise.resolve([hello]))
await node.start()
const dialled = await node.connections.dial(asNetAddress(task.address), 'operator')
if (dialled.kind !== 'connected') throw new Error('the node that is to be fed was not reached')
const greeted = await node.requests.ask(dialled.peer, 'hello', hello)
if (greeted.kind !== 'answered') throw new Error('the node that is to be fed does not greet')
while (node.gossip.meshOf('transactions').mesh.length === 0) await pause(20)

async function feed(): Promise<void> {
  if (feeding) return
  feeding = true
  while (next + BATCH_COUNT_MAX <= Math.min(allowed, items.length)) {
    const batch = encodeBatch(items.slice(next, next + BATCH_COUNT_MAX))
    // As a node does whose mesh is thin.
    const outcome = await node.gossip.publish('transactions', batch, { flood: true })
    if (outcome.kind !== 'published' || outcome.recipients === 0) throw new Error('a batch was handed to nobody')
    next += BATCH_COUNT_MAX
  }
  feeding = false
}

process.on('message', (order: { readonly allowed: number }) => {
  allowed = order.allowed
  void feed()
  const isOver = next + BATCH_COUNT_MAX > items.length
  process.send?.({ kind: 'fed', transactions: next, isOver } satisfies FeederMessage)
})
process.on('disconnect', () => {
  void node.stop().then(() => process.exit(0))
})
process.send?.({ kind: 'ready' } satisfies FeederMessage)
