import { asBlockHash } from '../../../src/domain/ids.ts'
import { expect, test } from 'vitest'
import { encodeBatch, decodeBatch, transactionHash } from '../../../src/domain/codec/transaction-codec.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'
import { signedTransaction, T0 } from '../../toolkit/objects/transactions.ts'

const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

test('a batch of new, valid transactions is accepted and admitted once', () => {
  const world = new KernelWorld()
  const batch = encodeBatch([signedTransaction(0, 0), signedTransaction(1, 0)])
  expect(world.gossip(batch)).toBe('accept')
  expect(world.kernel.machines.transactions.pool.count).toBe(2)
  expect(world.published()).toHaveLength(0)
})

test('a replay is ignored, costs no signature check and is not forwarded (A6)', () => {
  const world = new KernelWorld()
  const batch = encodeBatch([signedTransaction(0, 0)])
  world.gossip(batch)
  const checks = world.verifier.stats().verifications
  expect(world.gossip(batch)).toBe('ignore')
  expect(world.verifier.stats().verifications).toBe(checks)
  expect(world.kernel.machines.peers.offences.invalidCount(peer('neighbour'), 0)).toBe(0)
})

test('what expired while the clock ran ahead is known when it is right again, and not taken twice (A7)', () => {
  const world = new KernelWorld()
  const [first, second] = [signedTransaction(0, 0), signedTransaction(1, 0)]
  expect(world.gossip(encodeBatch([first, second]))).toBe('accept')
  const HOUR_MS = 3_600_000
  world.wallMs += HOUR_MS
  world.monoMs += 1_000
  world.post({ kind: 'woke' })
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
  world.wallMs -= HOUR_MS
  // Other bytes than before, so that it is not the message which is known.
  expect(world.gossip(encodeBatch([second, first]), peer('another'))).toBe('ignore')
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
})

test('one forged item rejects the whole batch and admits nothing', () => {
  const world = new KernelWorld()
  const forged = flipped(signedTransaction(1, 0), 68 + 72)
  expect(world.gossip(encodeBatch([signedTransaction(0, 0), forged, signedTransaction(2, 0)]))).toBe('reject')
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
  expect(world.kernel.machines.peers.offences.invalidCount(peer('neighbour'), 0)).toBe(1)
})

test('a forgery does not speak for the honest transaction of the same id (ARCHITECTURE.md, gossipsub 8)', () => {
  const world = new KernelWorld()
  const honest = signedTransaction(0, 0)
  expect(world.gossip(encodeBatch([flipped(honest, 10)]))).toBe('reject')
  expect(world.gossip(encodeBatch([honest]))).toBe('accept')
})

test('the same forgery is refused again without another signature check', () => {
  const world = new KernelWorld()
  const forged = flipped(signedTransaction(0, 0), 20)
  world.gossip(encodeBatch([forged]))
  const checks = world.verifier.stats().verifications
  expect(world.gossip(encodeBatch([forged]), peer('another'))).toBe('reject')
  expect(world.verifier.stats().verifications).toBe(checks)
})

test('a transaction signed for another network is an invalid signature here', () => {
  const world = new KernelWorld()
  const network = { ...world.kernel.machines.shared.config.network, name: 'dev-other' }
  expect(world.gossip(encodeBatch([signedTransaction(0, 0, { network })]))).toBe('reject')
  expect(world.facts.find((fact) => fact.kind === 'transaction-refused')).toMatchObject({ code: 'invalid-signature' })
})

test('a mixed batch is ignored, and the admitted ones leave in a batch of our own, in order (A33)', () => {
  const world = new KernelWorld()
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 3, mesh: 3 })
  const cheap = signedTransaction(1, 0, { fee: 0n })
  const good = [signedTransaction(0, 0), signedTransaction(2, 0)]
  expect(world.gossip(encodeBatch([good[0]!, cheap, good[1]!]))).toBe('ignore')
  expect(world.kernel.machines.transactions.pool.count).toBe(2)
  const [batch] = world.published()
  const items = decodeBatch(batch!)
  expect(items.ok && items.value.map(transactionHash)).toEqual(good.map(transactionHash))
})

test('a known id with another signature is ignored whether its signature is valid or not, and costs nobody anything', () => {
  const world = new KernelWorld()
  const honest = signedTransaction(0, 0)
  world.gossip(encodeBatch([honest]))
  const checks = world.verifier.stats().verifications
  expect(world.gossip(encodeBatch([flipped(honest, 30)]), peer('other'))).toBe('ignore')
  expect(world.verifier.stats().verifications).toBe(checks)
  expect(world.kernel.machines.peers.offences.invalidCount(peer('other'), 0)).toBe(0)
})

test('a batch with nothing but known and new items is accepted whole', () => {
  const world = new KernelWorld()
  const first = signedTransaction(0, 0)
  world.gossip(encodeBatch([first]))
  expect(world.gossip(encodeBatch([first, signedTransaction(1, 0)]))).toBe('accept')
})

test('a run of forty nonces in one batch is no gap', () => {
  const world = new KernelWorld()
  const run = Array.from({ length: 40 }, (_, nonce) => signedTransaction(0, nonce))
  expect(world.gossip(encodeBatch(run))).toBe('accept')
  expect(world.kernel.machines.transactions.pool.count).toBe(40)
  expect(world.kernel.machines.transactions.pool.parked).toBe(0)
})

test.each([
  ['empty', new Uint8Array()],
  ['garbage', Uint8Array.from({ length: 300 }, (_, index) => index)],
  ['truncated', encodeBatch([signedTransaction(0, 0)]).subarray(0, 100)],
  ['trailing byte', new Uint8Array([...encodeBatch([signedTransaction(0, 0)]), 0])],
])('%s bytes are rejected', (_, bytes) => {
  const world = new KernelWorld()
  // A trailing byte becomes part of the payload, which the signature does not cover.
  expect(world.gossip(bytes)).toBe('reject')
  expect(world.kernel.machines.transactions.pool.count).toBe(0)
})

test('ten forgeries ban the peer, close its connection and cost ten checks; what it sends later costs none (A1)', () => {
  const world = new KernelWorld()
  const attacker = world.connect('attacker', '203.0.113.5')
  for (let i = 0; i < 200; i++)
    world.gossip(encodeBatch([flipped(signedTransaction(0, 0, { amount: BigInt(i) }), 12)]), attacker)
  expect(world.verifier.stats().verifications).toBeLessThanOrEqual(10)
  expect(world.effects.filter((effect) => effect.kind === 'disconnect')).toHaveLength(1)
  const now = { wallMs: T0, monoMs: 0 }
  expect(world.kernel.admitsPeer(attacker, now)).toBe(false)
  expect(world.kernel.admitsPeer(attacker, { wallMs: T0 + 3_600_001, monoMs: 0 })).toBe(true)
})

test('three banned peers of one address ban the address, but never the shared loopback of a development network', () => {
  const world = new KernelWorld()
  const now = { wallMs: T0, monoMs: 0 }
  for (const ip of ['127.66.0.1', '127.0.0.1']) {
    for (let id = 0; id < 3; id++) {
      const attacker = world.connect(`${ip}-${id}`, ip)
      for (let i = 0; i < 10; i++) {
        world.gossip(encodeBatch([flipped(signedTransaction(id, 0, { amount: BigInt(i) }), 12)]), attacker)
      }
    }
  }
  expect(world.kernel.admitsAddress('127.66.0.1', now)).toBe(false)
  expect(world.kernel.admitsAddress('127.66.0.2', now)).toBe(true)
  expect(world.kernel.admitsAddress('127.0.0.1', now)).toBe(true)
})

test('copies of one transaction in one message are not handed on: it leaves alone', () => {
  const world = new KernelWorld()
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 3, mesh: 3 })
  const one = signedTransaction(0, 0)
  expect(world.gossip(encodeBatch(Array.from({ length: 256 }, () => one)))).toBe('ignore')
  expect(world.published()).toEqual([encodeBatch([one])])
})

test('what the pool had no room for is no known one: it comes in when there is room', () => {
  const world = new KernelWorld()
  const run = Array.from({ length: 70 }, (_, nonce) => signedTransaction(0, nonce))
  expect(world.gossip(encodeBatch(run))).toBe('ignore')
  const { pool } = world.kernel.machines.transactions
  const [late] = world.facts.flatMap((fact) => (fact.kind === 'transaction-refused' ? [fact] : []))
  expect(late?.code).toBe('sender-full')
  const [first] = [...pool.entries()]
  pool.remove(first!.transaction.id)
  world.submit(run[0]!)
  const before = pool.count
  pool.remove([...pool.entries()].find(({ transaction }) => transaction.nonce === 63n)!.transaction.id)
  expect(world.gossip(encodeBatch([run[63]!]))).toBe('accept')
  expect(pool.count).toBe(before)
})

test.each([
  ['fees below the floor', { fee: 0n }],
  ['times that are over', { createdAtMs: T0 - 31 * 60_000 }],
  ['times to come', { createdAtMs: T0 + 60_000 }],
])('a run of nonces with %s costs no signature check behind its first', (_, overrides) => {
  const world = new KernelWorld()
  const run = Array.from({ length: 40 }, (_, nonce) => signedTransaction(0, nonce, nonce === 0 ? {} : overrides))
  expect(world.gossip(encodeBatch(run))).toBe('ignore')
  expect(world.kernel.machines.transactions.pool.count).toBe(1)
  expect(world.verifier.stats().verifications).toBe(1)
})

test('a run of nonces that no quota has room for costs no signature check', () => {
  const world = new KernelWorld()
  const run = Array.from({ length: 200 }, (_, nonce) => signedTransaction(0, nonce))
  world.gossip(encodeBatch(run))
  const { pendingPerSenderMax, parkedPerSenderMax, nonceGapMax } = world.kernel.machines.transactions.pool.limits
  expect(world.kernel.machines.transactions.pool.count).toBe(pendingPerSenderMax + parkedPerSenderMax)
  expect(world.verifier.stats().verifications).toBeLessThanOrEqual(pendingPerSenderMax + nonceGapMax + 1)
})

test('what left the pool while it waited to be published is not published', () => {
  const world = new KernelWorld()
  world.submit(signedTransaction(0, 0, { createdAtMs: T0 - 29 * 60_000 }), signedTransaction(1, 0))
  world.advance(2 * 60_000)
  world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 5, mesh: 5 })
  expect(world.published()).toEqual([encodeBatch([signedTransaction(1, 0)])])
  world.post({ kind: 'published', topic: 'transactions', outcome: { kind: 'published', recipients: 5 } })
  expect(world.published()).toHaveLength(1)
})

test('a message that runs ahead of our ledger is one unpaid offence, however many it holds: a joiner keeps its honest neighbours', () => {
  const world = new KernelWorld()
  const neighbour = world.connect('neighbour')
  const ahead = Array.from({ length: 200 }, (_, index) => signedTransaction(0, 100 + index))
  expect(world.gossip(encodeBatch(ahead), neighbour)).toBe('ignore')
  const used = Array.from({ length: 60 }, (_, index) => signedTransaction(index + 1, 0, { amount: 2_000_000n }))
  expect(world.gossip(encodeBatch(used), neighbour)).toBe('ignore')
  expect(world.facts.filter((fact) => fact.kind === 'offence-counted')).toHaveLength(1)
  expect(world.effects.some((effect) => effect.kind === 'disconnect')).toBe(false)
})

test('more than fifty messages that the ledger refuses within ten seconds end the connection, without a ban', () => {
  const world = new KernelWorld()
  const spammer = world.connect('spammer')
  for (let index = 0; index < 51; index++)
    world.gossip(encodeBatch([signedTransaction(0, 0, { amount: 2_000_000n + BigInt(index) })]), spammer)
  expect(world.effects.filter((effect) => effect.kind === 'disconnect')).toHaveLength(1)
  expect(world.kernel.admitsPeer(spammer, { wallMs: world.wallMs, monoMs: world.monoMs })).toBe(true)
})

test('nobody is charged for what an old ledger refuses: a node that is behind, or lacks what came before (fault of a restart)', () => {
  const world = new KernelWorld()
  const neighbour = world.connect('neighbour')
  for (let nonce = 0; nonce < 60; nonce++) world.gossip(encodeBatch([signedTransaction(0, 100 + nonce)]), neighbour)
  expect(world.effects.some((effect) => effect.kind === 'disconnect')).toBe(false)

  const poor = (i: number): Uint8Array => signedTransaction(60, 0, { amount: 1_000_001n + BigInt(i) })
  world.kernel.machines.blocks.chainSync.peerJoined(neighbour)
  world.kernel.machines.blocks.chainSync.headTold(neighbour, { height: 9, hash: asBlockHash('9'.repeat(64)) })
  for (let i = 0; i < 60; i++) world.gossip(encodeBatch([poor(i)]), neighbour)
  expect(world.effects.some((effect) => effect.kind === 'disconnect')).toBe(false)
  world.kernel.machines.blocks.chainSync.headersFailed(neighbour, 0)
  for (let i = 60; i < 120; i++) world.gossip(encodeBatch([poor(i)]), neighbour)
  expect(world.effects.some((effect) => effect.kind === 'disconnect')).toBe(true)
})
