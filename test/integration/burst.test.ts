/** What an honest stranger sends at once is late at worst, never lost: nobody would send it again. */
import { afterEach, expect, test } from 'vitest'
import { HostilePeer } from '../toolkit/hostile/hostile-peer.ts'
import { encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import type { Node } from '../../src/node/compose.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'
import { addressOf, LIVE_NETWORK, startNode } from '../toolkit/processes/nodes.ts'
import { until } from '../toolkit/until.ts'

const SENDERS = 50
const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

async function start(): Promise<Node> {
  const node = await startNode()
  ends.push(() => node.stop())
  return node
}

async function stranger(node: Node, name: string): Promise<HostilePeer> {
  // It serves no request protocol: nothing can be asked of it again.
  const peer = await HostilePeer.create({ name, ip: '127.0.0.1', network: LIVE_NETWORK })
  ends.push(() => peer.stop())
  expect(await peer.connect(addressOf(node))).toBe(true)
  await peer.subscribe()
  return peer
}

const transactions = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) =>
    signedTransaction(at % SENDERS, Math.floor(at / SENDERS), { network: LIVE_NETWORK, createdAtMs: Date.now() }),
  )

test('two thousand messages at once, one transaction each, are all taken', async () => {
  const node = await start()
  const peer = await stranger(node, 'in a hurry')
  const all = transactions(2_000)
  const offences: string[] = []
  node.control.subscribe(['peers'], ({ event }) => offences.push(event))
  await Promise.all(all.map((bytes) => peer.messages('transactions', [encodeBatch([bytes])])))
  await until(() => node.control.status().mempool.count === all.length, 'all are in the pool', 15_000)
  expect(offences).not.toContain('offence')
})
