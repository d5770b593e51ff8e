/**
 * What `npm run bench` measures in time, here in counted work: how often a transaction of a full batch is checked, judged, copied to the disk
 * and sent on. A change that does any of it once for each transaction instead of once for each message fails here, on any machine.
 */
import { expect, test } from 'vitest'
import { decodeBatch, encodeBatch } from '../../src/domain/codec/transaction-codec.ts'
import { BATCH_COUNT_MAX } from '../../src/domain/params.ts'
import { WRITTEN_PER_WAKE_MAX } from '../../src/relay/limits.ts'
import { KernelWorld, peer, signedTransaction } from '../support/kernel-world.ts'

const ITEMS = 64
const items = Array.from({ length: ITEMS }, (_, sender) => signedTransaction(sender, 0))
const batch = encodeBatch(items)

const counted = (world: KernelWorld, kind: string): number =>
  world.effects.filter((effect) => effect.kind === kind).length
const notes = (world: KernelWorld, kind: string): number => world.facts.filter((fact) => fact.kind === kind).length

test('a batch from a peer is one job, one verdict and no message of our own', () => {
  const world = new KernelWorld()
  expect(world.gossip(batch)).toBe('accept')
  expect(world.kernel.machines.pool.count).toBe(ITEMS)
  expect(world.verifier.stats().verifications).toBe(ITEMS)
  expect(counted(world, 'verify-signatures')).toBe(1)
  expect(counted(world, 'report-verdict')).toBe(1)
  // Accepted, it is handed on as it came.
  expect(counted(world, 'publish')).toBe(0)
  expect(notes(world, 'transaction-admitted')).toBe(ITEMS)
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
  expect(short.kernel.machines.pool.count).toBe(0)
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

function sizeOf(bytes: Uint8Array): number {
  const decoded = decodeBatch(bytes)
  return decoded.ok ? decoded.value.length : 0
}
