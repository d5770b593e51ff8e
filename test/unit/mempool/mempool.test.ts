import { describe, expect, it } from 'vitest'
import { createPrng } from '../../../src/lib/prng.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { asTxHash, type AccountId } from '../../../src/domain/ids.ts'
import { MEMPOOL_LIMITS, PARKED_PATIENCE_MS, type MempoolLimits } from '../../../src/mempool/limits.ts'
import { Mempool } from '../../../src/mempool/mempool.ts'
import {
  accountKey,
  buildTransaction,
  readTransaction,
  TEST_START_MS as now,
  type TransactionOptions,
} from '../../toolkit/objects/builders.ts'

const policy = { feeFloor: 1n, txLifetimeMs: 60_000 }
const rich = { nonce: 0n, balance: 1_000_000n }

function createPool(limits: Partial<MempoolLimits> = {}): Mempool {
  return new Mempool({ ...MEMPOOL_LIMITS.node, ...limits }, policy)
}

function add(pool: Mempool, options: TransactionOptions, local = false) {
  const transaction = buildTransaction(options)
  return { id: transaction.id, admission: pool.insert(transaction, rich, now, local) }
}

describe('nonces', () => {
  it('fills a gap and promotes exactly the run behind it', () => {
    const pool = createPool()
    const [b, c, e] = [1, 2, 4].map((nonce) => add(pool, { nonce }))
    expect(pool.parked).toBe(3)
    expect(pool.nextNonce(accountKey(0), rich)).toBe(0n)
    const { admission } = add(pool, { nonce: 0 })
    expect(admission).toMatchObject({ kind: 'admitted', state: 'pending', promoted: [b?.id, c?.id] })
    expect(pool.nextNonce(accountKey(0), rich)).toBe(3n)
    expect(pool.get(e!.id)?.state).toBe('parked')
  })

  it('parks up to 16 ahead and not further', () => {
    const pool = createPool()
    expect(add(pool, { nonce: 16 }).admission).toMatchObject({ kind: 'admitted', state: 'parked' })
    expect(add(pool, { nonce: 17 }).admission).toEqual({ kind: 'refused', code: 'nonce-gap' })
  })
})

describe('replacement', () => {
  it.each([
    [1, 2],
    [10, 11],
    [11, 13],
    [100, 110],
    [101, 112],
  ])('of a fee of %i needs %i', (old, least) => {
    const pool = createPool()
    const first = add(pool, { nonce: 0, fee: old })
    expect(add(pool, { nonce: 0, fee: least - 1, amount: 2 }).admission).toEqual({
      kind: 'refused',
      code: 'replacement-underpriced',
    })
    expect(add(pool, { nonce: 0, fee: least }).admission).toMatchObject({ kind: 'admitted', replaced: first.id })
    expect(pool.count).toBe(1)
  })

  it('needs no balance for what it replaces', () => {
    const pool = createPool()
    const account = { nonce: 0n, balance: 100n }
    pool.insert(buildTransaction({ nonce: 0, amount: 80, fee: 5 }), account, now, false)
    expect(pool.precheck(buildTransaction({ nonce: 0, amount: 80, fee: 20 }), account, now)).toBeNull()
  })

  it('must not make the followers unpayable', () => {
    const pool = createPool()
    const account = { nonce: 0n, balance: 100n }
    for (const nonce of [0, 1]) pool.insert(buildTransaction({ nonce, amount: 40, fee: 5 }), account, now, false)
    const dear = buildTransaction({ nonce: 0, amount: 40, fee: 20 })
    expect(pool.precheck(dear, account, now)).toBe('balance-committed')
  })
})

describe('one body with many signatures (A3)', () => {
  it('is one entry', () => {
    const pool = createPool()
    add(pool, {})
    const codes = Array.from({ length: 999 }, (_, i) => add(pool, { signature: `s${i}` }).admission)
    expect(codes.every((a) => a.kind === 'refused' && a.code === 'known-other-signature')).toBe(true)
    expect(pool.count).toBe(1)
  })
})

describe('time', () => {
  it('admits from 30 s before creation to the end of the lifetime, both included', () => {
    const code = (at: number) => createPool().precheck(buildTransaction(), rich, at)
    expect(code(now - 30_001)).toBe('too-early')
    expect(code(now - 30_000)).toBeNull()
    expect(code(now + 60_000)).toBeNull()
    expect(code(now + 60_001)).toBe('expired')
  })

  it('expires exactly when admission would say so, and parks the followers', () => {
    const pool = createPool()
    const first = add(pool, { nonce: 0, createdAtMs: now })
    const second = add(pool, { nonce: 1, createdAtMs: now + 1 })
    expect(pool.expire(now + 60_000)).toEqual([])
    expect(pool.expire(now + 60_001)).toEqual([first.id])
    expect(pool.get(second.id)?.state).toBe('parked')
    expect(pool.early).toBe(0)
    expect(pool.expire(now + 60_002)).toEqual([second.id])
    expect(pool.count).toBe(0)
  })
})

describe('a full pool', () => {
  it('gives up the cheapest tail for a strictly better payer only', () => {
    const pool = createPool({ countMax: 3 })
    add(pool, { sender: accountKey('a'), nonce: 0, fee: 2 })
    const tail = add(pool, { sender: accountKey('a'), nonce: 1, fee: 9 })
    add(pool, { sender: accountKey('b'), fee: 10 })
    // The fee of 2 is lower, but the tail stands on it.
    expect(add(pool, { sender: accountKey('c'), fee: 9 }).admission).toEqual({ kind: 'refused', code: 'pool-full' })
    expect(add(pool, { sender: accountKey('c'), fee: 10 }).admission).toMatchObject({ evicted: [tail.id] })
    pool.invariants()
  })

  it('never gives up a local one, nor what a local one stands on', () => {
    const pool = createPool({ countMax: 3 })
    add(pool, { sender: accountKey('a'), nonce: 0, fee: 1 })
    add(pool, { sender: accountKey('a'), nonce: 1, fee: 1 }, true)
    const remote = add(pool, { sender: accountKey('b'), fee: 5 })
    expect(add(pool, { sender: accountKey('c'), fee: 50 }).admission).toMatchObject({ evicted: [remote.id] })
    pool.markLocal(add(pool, { sender: accountKey('d'), fee: 60 }).id)
    expect(add(pool, { sender: accountKey('e'), fee: 900 }).admission).toEqual({ kind: 'refused', code: 'pool-full' })
  })

  it('makes room for bytes as well as for one more', () => {
    const pool = createPool({ bytesMax: 1_000 })
    for (let i = 0; i < 5; i++) add(pool, { sender: accountKey(`s${i}`), fee: 2 + i })
    const { admission } = add(pool, { sender: accountKey('big'), fee: 5, payloadBytes: 400 })
    expect(admission).toMatchObject({ kind: 'admitted' })
    expect(admission.kind === 'admitted' && admission.evicted.length).toBe(3)
    expect(pool.bytes).toBeLessThanOrEqual(1_000)
    // What three cheaper ones would not make room for evicts none of them.
    const before = pool.fingerprint()
    expect(add(pool, { sender: accountKey('huge'), fee: 6, payloadBytes: 900 }).admission.kind).toBe('refused')
    expect(pool.fingerprint()).toBe(before)
  })
})

describe('a flood of gaps (A24)', () => {
  it('takes 1,024 places, 16 a sender, and none of a pending one', () => {
    const pool = createPool({ countMax: 3_000 })
    for (let i = 0; i < 3_000; i++) add(pool, { sender: accountKey(`honest ${i}`), fee: 1 })
    const pending = pool.fingerprint()
    for (let i = 0; i < 1_000; i++)
      for (let nonce = 1; nonce < 100; nonce += 9) add(pool, { sender: accountKey(`liar ${i}`), nonce, fee: 1_000 })
    expect(pool.fingerprint()).toBe(pending)

    const roomy = createPool()
    for (let i = 0; i < 1_000; i++) add(roomy, { sender: accountKey(`honest ${i}`), fee: 1 })
    for (let i = 0; i < 1_000; i++)
      for (let nonce = 1; nonce <= 20; nonce++) add(roomy, { sender: accountKey(`liar ${i}`), nonce, fee: 1_000 })
    expect(roomy.parked).toBe(1_024)
    expect(roomy.count).toBe(2_024)
    roomy.invariants()
  })

  it('is the first to go when a pending one needs room', () => {
    const pool = createPool({ countMax: 2 })
    const parked = add(pool, { sender: accountKey('liar'), nonce: 1, fee: 1_000 })
    add(pool, { sender: accountKey('a'), fee: 1 })
    expect(add(pool, { sender: accountKey('b'), fee: 1 }).admission).toMatchObject({ evicted: [parked.id] })
  })
})

describe('a crowd that takes all places ahead of the turn (A42)', () => {
  /** 64 accounts with sixteen each, which nobody will ever be able to pay, at whatever fee. */
  function besieged(): Mempool {
    const pool = createPool()
    for (let i = 0; i < 64; i++)
      for (let nonce = 1; nonce <= 16; nonce++) add(pool, { sender: accountKey(`liar ${i}`), nonce, fee: 1_000 })
    expect(pool.early).toBe(1_024)
    return pool
  }

  it('gives way to each of eighty that were overtaken on their way, and has no way back', () => {
    const pool = besieged()
    const overtaken = Array.from({ length: 80 }, (_, i) => add(pool, { sender: accountKey(`honest ${i}`), nonce: 1 }))
    expect(overtaken.filter(({ admission }) => admission.kind === 'admitted')).toHaveLength(80)
    expect(pool.early).toBe(1_024)
    for (let i = 0; i < 64; i++)
      for (let nonce = 1; nonce <= 16; nonce++) add(pool, { sender: accountKey(`liar ${i}`), nonce, fee: 9_000 })
    for (const { id } of overtaken) expect(pool.has(id)).toBe(true)
    for (let i = 0; i < 80; i++) add(pool, { sender: accountKey(`honest ${i}`), nonce: 0 })
    for (const { id } of overtaken) expect(pool.get(id)?.state).toBe('pending')
    pool.invariants()
  })

  it('gives way to a few of one sender as to one of many, until it has as few itself', () => {
    const pool = besieged()
    const admitted = Array.from({ length: 16 }, (_, i) => add(pool, { sender: accountKey('hurried'), nonce: i + 1 }))
    expect(admitted.filter(({ admission }) => admission.kind === 'admitted')).toHaveLength(15)
    expect(admitted.at(-1)?.admission).toEqual({ kind: 'refused', code: 'pool-full' })
    pool.invariants()
  })

  it('gives way among equals when it has waited for longer than who is merely overtaken', () => {
    const pool = createPool()
    const first = add(pool, { sender: accountKey('liar 0'), nonce: 1, fee: 1_000 })
    for (let i = 1; i < 1_024; i++) add(pool, { sender: accountKey(`liar ${i}`), nonce: 1, fee: 1_000 })
    const late = buildTransaction({ sender: accountKey('honest'), nonce: 1 })
    const at = (ms: number): unknown => pool.insert(late, rich, now + ms, false)
    expect(at(PARKED_PATIENCE_MS - 1)).toEqual({ kind: 'refused', code: 'pool-full' })
    expect(at(PARKED_PATIENCE_MS)).toMatchObject({ kind: 'admitted', evicted: [first.id] })
    pool.invariants()
  })

  it('keeps its places where it is our own user', () => {
    const pool = createPool()
    for (let i = 0; i < 64; i++)
      for (let nonce = 1; nonce <= 16; nonce++) add(pool, { sender: accountKey(`own ${i}`), nonce }, true)
    expect(add(pool, { sender: accountKey('other'), nonce: 1 }).admission).toEqual({
      kind: 'refused',
      code: 'pool-full',
    })
  })
})

describe('the cost of an insert', () => {
  it('at 10,000 entries is within 2 × of that at 1,000 (A24)', () => {
    // The comparisons are what grows with the pool; counting them does not depend on the machine.
    const readsAt = (size: number): number => {
      const pool = createPool({ countMax: size })
      const prng = createPrng(3)
      const sender = (i: number): AccountId => accountKey(`s ${i}`)
      for (let i = 0; i < size; i++) add(pool, { sender: sender(i), fee: 1_000 + prng.below(1_000_000) })
      const newcomers = Array.from({ length: 300 }, (_, i) => {
        const transaction = buildTransaction({ sender: sender(size + i), fee: 5_000 + prng.below(1_000_000) })
        return transaction
      })
      let reads = 0
      for (const entry of pool.entries()) {
        const { fee } = entry.transaction
        Object.defineProperty(entry.transaction, 'fee', {
          get: () => {
            reads++
            return fee
          },
        })
      }
      for (const transaction of newcomers) pool.insert(transaction, { nonce: 0n, balance: 10n ** 9n }, now, false)
      return reads
    }
    const [small, large] = [readsAt(1_000), readsAt(10_000)]
    console.log(`fees read by 300 inserts into a full pool: ${small} at 1,000, ${large} at 10,000`)
    expect(large).toBeLessThanOrEqual(2 * small)
  })
})

describe('a block', () => {
  it('takes the best payers, in order of nonce within a sender', () => {
    const pool = createPool()
    const cheapFirst = [0, 1].map(
      (nonce) => add(pool, { sender: accountKey('a'), nonce, fee: nonce === 0 ? 1 : 100 }).id,
    )
    const middle = add(pool, { sender: accountKey('b'), fee: 50 }).id
    add(pool, { sender: accountKey('c'), nonce: 1, fee: 500 })
    const room = { countMax: 10, bytesMax: 10_000 }
    const ids = pool.select(room, now, () => rich).map((transaction) => transaction.id)
    expect(ids).toEqual([middle, ...cheapFirst])
    expect(pool.select({ ...room, countMax: 1 }, now, () => rich)).toHaveLength(1)
    expect(pool.select({ ...room, bytesMax: 2 * 172 }, now, () => rich)).toHaveLength(2)
    expect(pool.select(room, now + 60_001, () => rich)).toEqual([])
  })

  it('takes its transactions out, and a reorg brings them back in their places', () => {
    const pool = createPool()
    const options = [0, 1, 2, 3].map((nonce) => ({ nonce, fee: 5 }))
    const ids = options.map((option) => add(pool, option).id)
    const before = pool.fingerprint()
    const after = { nonce: 2n, balance: 900_000n }
    expect(pool.rebase([accountKey(0)], () => after).removed).toEqual(ids.slice(0, 2))
    expect(pool.nextNonce(accountKey(0), after)).toBe(4n)
    const returned = options.slice(0, 2).map((option) => ({
      transaction: buildTransaction(option),
      local: true,
      durable: true,
      admittedMs: now,
    }))
    const change = pool.rebase([accountKey(0)], () => rich, returned)
    expect(change).toEqual({ removed: [], evicted: [], promoted: [], demoted: [] })
    expect(pool.fingerprint()).toBe(before)
    expect([...pool.entries()].map((entry) => entry.state)).toEqual(Array(4).fill('pending'))
    pool.invariants()
  })
})

describe('short ids', () => {
  it('mean the one transaction with these exact bytes, and none of two that share one', () => {
    const pool = createPool()
    const { id } = add(pool, { sender: accountKey('a') })
    const entry = pool.get(id)!.transaction
    const shortId = entry.hash.slice(0, 16)
    expect(pool.byShortId(shortId)?.id).toBe(id)
    expect(
      pool.byShortId(buildTransaction({ sender: accountKey('a'), signature: 'other' }).hash.slice(0, 16)),
    ).toBeUndefined()
    const twin = readTransaction(
      buildTransaction({ sender: accountKey('b') }).bytes,
      asTxHash(shortId + 'f'.repeat(48)),
    )
    pool.insert(twin, rich, now, false)
    expect(pool.byShortId(shortId)).toBeUndefined()
    pool.invariants()
    pool.remove(id)
    expect(pool.byShortId(shortId)?.id).toBe(twin.id)
    pool.remove(twin.id)
    expect(pool.byShortId(shortId)).toBeUndefined()
    pool.invariants()
  })
})

describe('memory', () => {
  it('keeps the bytes of the transaction, not those of the message it came in', () => {
    const pool = createPool()
    const alone = buildTransaction({ payloadBytes: 5 })
    const message = encodeBatch([alone.bytes, new Uint8Array(100_000)])
    const view = message.subarray(8, 8 + alone.bytes.byteLength)
    pool.insert(readTransaction(view), rich, now, false)
    const held = pool.get(alone.id)?.transaction
    // A slab for sixteen of them at most, and never the message.
    expect(held?.bytes.buffer.byteLength).toBe(4_096)
    for (const part of ['bytes', 'senderKey', 'payload', 'signature'] as const) {
      expect(held?.[part]).toEqual(alone[part])
      expect(held?.[part].buffer).toBe(held?.bytes.buffer)
    }
  })
})

describe('the fingerprint', () => {
  it('is that of the set, by the definition in id-sum.ts', () => {
    const [a, b] = [createPool(), createPool()]
    const options = [0, 1, 2].map((i) => ({ sender: accountKey(`s${i}`) }))
    const ids = options.map((option) => add(a, option).id)
    for (const option of [...options].reverse()) add(b, option)
    expect(a.fingerprint()).toBe(b.fingerprint())
    const sum = ids.reduce((total, id) => total + BigInt(`0x${id}`), 0n) % 2n ** 256n
    const text = sum.toString(16).padStart(64, '0') + (3).toString(16).padStart(16, '0')
    expect(a.fingerprint()).toBe(sha256Hex(Buffer.from(text, 'hex')))
    const full = a.fingerprint()
    a.remove(ids[0]!)
    expect(a.fingerprint()).not.toBe(full)
  })
})
