import { expect, test } from 'vitest'
import { decodeBatch, encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { asAccountId, asMessageId } from '../../../src/domain/ids.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'
import { keysOf, signedTransaction, T0 } from '../../toolkit/objects/transactions.ts'

test('nothing is accepted or published before it is on the disk', () => {
  const world = new KernelWorld()
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 5, mesh: 5 })
  world.disk = 'waits'
  expect(world.submit(signedTransaction(0, 0))).toBeNull()
  expect(world.published()).toHaveLength(0)
  const write = world.effects.find((effect) => effect.kind === 'write' && effect.durable)
  if (write?.kind !== 'write') throw new Error('no durable write')
  world.post({ kind: 'write-finished', job: write.job, ok: true })
  expect(world.answers.get(1)).toMatchObject([{ kind: 'accepted', state: 'pending' }])
  expect(world.published()).toHaveLength(1)
})

test('a failed disk takes the transaction back and never says yes', () => {
  const world = new KernelWorld()
  world.disk = 'fails'
  expect(world.submit(signedTransaction(0, 0))).toMatchObject([{ kind: 'rejected', code: 'storage-failed' }])
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
  expect(world.published()).toHaveLength(0)
})

test('a second submission while the first still waits for the disk is not told that it is known before the disk has it', () => {
  const world = new KernelWorld()
  world.disk = 'waits'
  const bytes = signedTransaction(0, 0)
  world.submit(bytes)
  expect(world.submit(bytes)).toBeNull()
})

test('a transaction known from gossip is made durable before its submitter is told so', () => {
  const world = new KernelWorld()
  const bytes = signedTransaction(0, 0)
  world.gossip(encodeBatch([bytes]))
  expect(world.submit(bytes)).toMatchObject([{ kind: 'known' }])
  expect(world.effects.some((effect) => effect.kind === 'write' && effect.durable)).toBe(true)
  const writes = world.effects.length
  expect(world.submit(bytes)).toMatchObject([{ kind: 'known' }])
  expect(world.effects.slice(writes).some((effect) => effect.kind === 'write')).toBe(false)
})

test("a transaction known from gossip is its submitter's from the moment of the call, not only when the disk has it", () => {
  const world = new KernelWorld()
  const bytes = signedTransaction(0, 0)
  world.gossip(encodeBatch([bytes]))
  world.disk = 'waits'
  expect(world.submit(bytes)).toBeNull()
  const entries = [...world.kernel.machines.transactions.pool.entries()]
  expect(entries.map(({ local }) => local)).toEqual([true])
})

test('in one call each transaction stands for itself', () => {
  const world = new KernelWorld()
  const forged = signedTransaction(1, 0)
  forged[5] = (forged[5] ?? 0) ^ 1
  expect(world.submit(signedTransaction(0, 0), forged, new Uint8Array(3), signedTransaction(2, 0))).toMatchObject([
    { kind: 'accepted' },
    { kind: 'rejected', code: 'invalid-signature' },
    { kind: 'rejected', code: 'undecodable' },
    { kind: 'accepted' },
  ])
})

test('what is submitted while a message is leaving waits for it and leaves as one batch', () => {
  const world = new KernelWorld()
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 5, mesh: 5 })
  for (let sender = 0; sender < 4; sender++) world.submit(signedTransaction(sender, 0))
  expect(world.published()).toHaveLength(1)
  world.post({ kind: 'published', topic: 'transactions', outcome: { kind: 'published', recipients: 5 } })
  const batch = decodeBatch(world.published()[1]!)
  expect(batch.ok && batch.value.length).toBe(3)
})

test('without anybody who listens, transactions wait instead of being lost', () => {
  const world = new KernelWorld()
  world.submit(signedTransaction(0, 0))
  expect(world.published()).toHaveLength(0)
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 1, mesh: 0 })
  expect(world.effects.at(-1)).toMatchObject({ kind: 'publish', flood: true })
})

test('an expired transaction leaves the pool and is told as expired', () => {
  const world = new KernelWorld()
  world.submit(signedTransaction(0, 0))
  world.advance(31 * 60_000)
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
  expect(world.facts.at(-1)).toMatchObject({ kind: 'transaction-removed', why: 'expired' })
})

test('a restart brings the pool back, publishes own transactions again and drops damaged records', () => {
  const before = new KernelWorld()
  before.submit(signedTransaction(0, 0))
  before.gossip(encodeBatch([signedTransaction(1, 0)]))
  before.advance(250)
  const records = before.effects.flatMap((effect) =>
    effect.kind === 'write'
      ? effect.writes.flatMap((write) => (write.kind === 'put' ? [[write.key, write.value] as const] : []))
      : [],
  )
  expect(records).toHaveLength(2)
  const damaged = records[0]![1].slice()
  damaged[60] = (damaged[60] ?? 0) ^ 1
  const after = new KernelWorld()
  after.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 5, mesh: 5 })
  after.post({ kind: 'pool-restored', records: [...records, ['0'.repeat(64), damaged]] })
  expect(after.kernel.machines.transactions.pool.count).toBe(2)
  expect(after.published()).toHaveLength(1)
  expect(after.verifier.stats().verifications).toBe(0)
  expect(after.effects.at(-1)).toMatchObject({ kind: 'write', writes: [{ kind: 'delete', key: '0'.repeat(64) }] })
})

test('a ban survives a restart and ends in time', () => {
  const before = new KernelWorld()
  const attacker = before.connect('attacker')
  for (let i = 0; i < 10; i++) before.gossip(new Uint8Array([i]), attacker)
  const records = before.effects.flatMap((effect) =>
    effect.kind === 'write'
      ? effect.writes.flatMap((write) =>
          write.kind === 'put' && write.space === 'bans' ? [[write.key, write.value] as const] : [],
        )
      : [],
  )
  const after = new KernelWorld()
  after.post({ kind: 'bans-restored', records })
  expect(after.kernel.admitsPeer(attacker, { wallMs: T0, monoMs: 0 })).toBe(false)
  after.advance(3_600_001)
  expect(after.kernel.admitsPeer(attacker, { wallMs: after.wallMs, monoMs: 0 })).toBe(true)
})

test('a transaction that the disk refused is no known one: a retry when the disk works is accepted, without a second check', () => {
  const world = new KernelWorld()
  const bytes = signedTransaction(0, 0)
  world.disk = 'fails'
  world.submit(bytes)
  world.disk = 'works'
  expect(world.submit(bytes)).toMatchObject([{ kind: 'accepted' }])
  expect(world.verifier.stats().verifications).toBe(1)
})

test('a submission whose body came another way while its signature was checked is on the disk before its user is told so', () => {
  const world = new KernelWorld()
  const now = { wallMs: T0, monoMs: 0 }
  const bytes = signedTransaction(0, 0)
  // The signer made two signatures of one body, and the other one comes by gossip first.
  const variant = bytes.slice()
  variant[10] = (variant[10] ?? 0) ^ 1
  const [first] = world.kernel.step({ kind: 'transactions-submitted', submission: 7, items: [bytes] }, now)
  const gossiped = { topic: 'transactions', from: peer('neighbour'), messageId: asMessageId('1'), waitedMs: 0 } as const
  const message = { kind: 'gossip-received', bytes: encodeBatch([variant]), ...gossiped } as const
  const [second] = world.kernel.step(message, now)
  if (first?.kind !== 'verify-signatures' || second?.kind !== 'verify-signatures') throw new Error('no checks')
  world.post({ kind: 'signatures-verified', job: second.job, firstInvalid: -1, keyInvalid: false })
  expect(world.verdicts).toEqual(['accept'])
  world.disk = 'waits'
  world.post({ kind: 'signatures-verified', job: first.job, firstInvalid: -1, keyInvalid: false })
  expect(world.answers.get(7)).toBeUndefined()
  const write = world.effects.findLast((effect) => effect.kind === 'write')
  if (write?.kind !== 'write' || !write.durable) throw new Error('no durable write')
  world.post({ kind: 'write-finished', job: write.job, ok: true })
  expect(world.answers.get(7)).toMatchObject([{ kind: 'known' }])
  expect([...world.kernel.machines.transactions.pool.entries()]).toMatchObject([{ local: true, durable: true }])
})

test('a restart keeps what was acknowledged, whatever the clock and the quotas say now', () => {
  const before = new KernelWorld()
  // The first one will expire; the others, too many to come in ahead of their turn, wait for it.
  before.submit(signedTransaction(0, 0, { createdAtMs: T0 - 29 * 60_000 }))
  for (let nonce = 1; nonce <= 40; nonce++) before.submit(signedTransaction(0, nonce))
  before.advance(2 * 60_000)
  expect(before.kernel.machines.transactions.pool.count).toBe(40)
  const after = new KernelWorld()
  // A machine without a clock of its own begins long ago.
  after.wallMs = T0 - 3_600_000
  after.post({ kind: 'pool-restored', records: poolRecords(before) })
  expect(after.kernel.machines.transactions.pool.count).toBe(40)
  expect(after.effects.some((effect) => effect.kind === 'write')).toBe(false)
  expect([...after.kernel.machines.transactions.pool.entries()].every(({ local, durable }) => local && durable)).toBe(
    true,
  )
  after.wallMs = T0
  after.submit(signedTransaction(0, 0))
  expect(after.kernel.machines.transactions.pool.pendingOf(asAccountId(toHex(keysOf(0).publicKey)))).toBe(41)
})

test('a restart drops what is over: expired, or its nonce used, or replaced', () => {
  const before = new KernelWorld()
  before.submit(signedTransaction(0, 0))
  before.submit(signedTransaction(1, 0, { fee: 1n }))
  const replaced = poolRecords(before)
  before.submit(signedTransaction(1, 0, { fee: 9n }))
  const after = new KernelWorld()
  after.post({ kind: 'pool-restored', records: [...new Map([...replaced, ...poolRecords(before)])] })
  expect(
    [...after.kernel.machines.transactions.pool.entries()].map(({ transaction }) => transaction.fee).sort(),
  ).toEqual([1n, 9n])
  const late = new KernelWorld()
  late.wallMs = T0 + 3_600_000
  late.post({ kind: 'pool-restored', records: poolRecords(before) })
  expect(late.kernel.machines.transactions.pool.count).toBe(0)
  expect(late.facts.filter((fact) => fact.kind === 'transaction-removed').map(({ why }) => why)).toEqual([
    'expired',
    'expired',
  ])
})

/** What the disk of the world has of its pool. */
function poolRecords(world: KernelWorld): (readonly [string, Uint8Array])[] {
  const records = new Map<string, Uint8Array>()
  for (const effect of world.effects) {
    if (effect.kind !== 'write') continue
    for (const write of effect.writes) {
      if (write.space !== 'pool') continue
      if (write.kind === 'put') records.set(write.key, write.value)
      else records.delete(write.key)
    }
  }
  return [...records]
}

test('a call with a transaction that is being checked for a message waits for it, and is told that it is known', () => {
  const world = new KernelWorld()
  const bytes = signedTransaction(0, 0)
  const { kernel, wallMs, monoMs } = world
  const now = { wallMs, monoMs }
  const messageId = asMessageId('a'.repeat(64))
  const event = { topic: 'transactions', bytes: encodeBatch([bytes]), from: peer('p'), messageId, waitedMs: 0 } as const
  const [effect] = kernel.step({ kind: 'gossip-received', ...event }, now)
  if (effect?.kind !== 'verify-signatures') throw new Error('nothing is being checked')
  expect(world.submit(bytes)).toBeNull()
  world.post({ kind: 'signatures-verified', job: effect.job, firstInvalid: -1, keyInvalid: false })
  expect(world.answers.get(1)).toMatchObject([{ kind: 'known', state: 'pending' }])
})
