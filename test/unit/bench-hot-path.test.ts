/**
 * What `npm run bench` measures in time, here in counted work: how often a transaction of a full batch is checked,
 * judged, copied to the disk and sent on. A change that does any of it once for each transaction instead of once for
 * each message fails here, on any machine.
 */
import { expect, test } from 'vitest'
import { decodeBatch, encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { BATCH_COUNT_MAX } from '../../src/domain/params.ts'
import { itemKey } from '../../src/domain/item-key.ts'
import { WRITTEN_PER_WAKE_MAX } from '../../src/relay/limits.ts'
import { OFFER_AFTER_MS, OFFER_TURN_MS } from '../../src/sync/limits.ts'
import { Offers } from '../../src/sync/offers.ts'
import { KernelWorld, peer } from '../toolkit/kernel/kernel-world.ts'
import { signedTransaction } from '../toolkit/objects/transactions.ts'

const ITEMS = 64
const items = Array.from({ length: ITEMS }, (_, sender) => signedTransaction(sender, 0))
const batch = encodeBatch(items)

const counted = (world: KernelWorld, kind: string): number =>
  world.effects.filter((effect) => effect.kind === kind).length
const notes = (world: KernelWorld, kind: string): number => world.facts.filter((fact) => fact.kind === kind).length

test('a batch from a peer is one job, one verdict and no message of our own', () => {
  const world = new KernelWorld()
  expect(world.gossip(batch)).toBe('accept')
  expect(world.kernel.machines.transactions.pool.count).toBe(ITEMS)
  expect(world.verifier.stats().verifications).toBe(ITEMS)
  expect(counted(world, 'verify-signatures')).toBe(1)
  expect(counted(world, 'report-verdict')).toBe(1)
  // Accepted, it is handed on as it came.
  expect(counted(world, 'publish')).toBe(0)
  expect(notes(world, 'transactions-admitted')).toBe(1)
})

test('what has been checked is not checked again, whoever brings it and in whatever company', () => {
  const world = new KernelWorld()
  world.gossip(batch)
  world.gossip(encodeBatch([...items].reverse()), peer('another'))
  world.submit(...items.slice(0, 8))
  expect(world.verifier.stats().verifications).toBe(ITEMS)
})

test("the disk hears of peers' transactions once a wake, in one write, and of what left before not at all", () => {
  const world = new KernelWorld()
  world.gossip(batch)
  expect(counted(world, 'write')).toBe(0)
  world.advance(250)
  const writes = world.effects.flatMap((effect) => (effect.kind === 'write' ? [effect] : []))
  expect(writes).toHaveLength(1)
  expect(writes[0]?.writes).toHaveLength(Math.min(ITEMS, WRITTEN_PER_WAKE_MAX))
  expect(writes[0]?.durable).toBe(false)

  const short = new KernelWorld()
  short.gossip(batch)
  short.wallMs += 31 * 60_000
  short.advance(0)
  expect(short.kernel.machines.transactions.pool.count).toBe(0)
  expect(counted(short, 'write')).toBe(0)
})

test('what many users hand in leaves in full batches while a message is leaving, and a single one at once', () => {
  const world = new KernelWorld({ profile: 'bench' })
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 4, mesh: 4 })
  world.submit(items[0]!)
  expect(world.published().map(sizeOf)).toEqual([1])
  for (const item of items.slice(1)) world.submit(item)
  expect(world.published()).toHaveLength(1)
  world.post({ kind: 'published', topic: 'transactions', outcome: { kind: 'published', recipients: 4 } })
  expect(world.published().map(sizeOf)).toEqual([1, Math.min(ITEMS - 1, BATCH_COUNT_MAX)])
})

test('what a pool keeps of a batch lies side by side, and what a check needs is made when its turn comes', () => {
  const world = new KernelWorld()
  world.gossip(batch)
  const buffers = new Set(
    [...world.kernel.machines.transactions.pool.entries()].map(({ transaction }) => transaction.bytes.buffer),
  )
  const bytes = items.reduce((sum, item) => sum + item.byteLength, 0)
  expect(buffers.size).toBeLessThanOrEqual(Math.ceil(bytes / 3_800) + 1)
  const [job] = world.effects.flatMap((effect) => (effect.kind === 'verify-signatures' ? [effect] : []))
  const check = job!.checks[0]!
  expect(check.message).toEqual(check.message)
  expect(check.message).not.toBe(check.message)
})

test('own transactions that gossip has had its time for are offered in one frame to each peer, at most once a second', () => {
  const offers = new Offers()
  const peers = ['a', 'b', 'c', 'd'].map(peer)
  for (const each of peers) offers.connected(each)
  for (let index = 0; index < 500; index++) offers.add(itemKey(index, 'ab'.repeat(32)), 0)
  expect(offers.due(OFFER_AFTER_MS - 1)).toEqual([])
  const made = []
  for (let ms = OFFER_AFTER_MS; ms < OFFER_AFTER_MS + 2 * OFFER_TURN_MS; ms += 250) made.push(offers.due(ms))
  expect(made.flat().every(({ keys }) => keys.length === 500)).toBe(true)
  expect(made.filter((turn) => turn.length > 0).length).toBeLessThanOrEqual(2)
})

function sizeOf(bytes: Uint8Array): number {
  const decoded = decodeBatch(bytes)
  return decoded.ok ? decoded.value.length : 0
}
