import { describe, expect, it } from 'vitest'
import { completeBody, rebuild } from '../../../src/chain/rebuild.ts'
import { headerOf, shortIdOf, type CompactBlock } from '../../../src/domain/block.ts'
import { decodeCompactBlock, encodeCompactBlock } from '../../../src/domain/codec/block-codec.ts'
import { asBlockHash } from '../../../src/domain/ids.ts'
import { MEMPOOL_LIMITS } from '../../../src/mempool/limits.ts'
import { Mempool } from '../../../src/mempool/mempool.ts'
import {
  accountKey,
  buildHeader,
  buildTransaction,
  TEST_BLOCK_PREFIX,
  TEST_START_MS,
  TEST_TRANSACTION_PREFIX,
} from '../../support/builders.ts'

const body = Array.from({ length: 500 }, (_, i) => buildTransaction({ sender: accountKey(i), payloadBytes: 82 }))
const place = { parent: asBlockHash('aa'.repeat(32)), height: 2, slot: 2, proposer: accountKey('v2') }
const header = buildHeader(headerOf({ ...place, ledgerRoot: 'bb'.repeat(32) }, body))

function compact(prefilled: readonly number[]): CompactBlock {
  const bytes = encodeCompactBlock(
    header,
    body.map((transaction) => shortIdOf(transaction.hash)),
    prefilled.map((index) => ({ index, transaction: body[index]! })),
  )
  const decoded = decodeCompactBlock(bytes, TEST_BLOCK_PREFIX, TEST_TRANSACTION_PREFIX)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

function poolWithout(missing: readonly number[]): Mempool {
  const pool = new Mempool(MEMPOOL_LIMITS.node, { feeFloor: 1n, txLifetimeMs: 60_000 })
  body.forEach((transaction, index) => {
    if (!missing.includes(index)) pool.insert(transaction, { nonce: 0n, balance: 100n }, TEST_START_MS, false)
  })
  return pool
}

describe('rebuilding a block from the pool', () => {
  it('needs nothing more with a warm pool, at 5 % of the bytes', () => {
    const block = compact([])
    const pool = poolWithout([])
    const rebuilt = rebuild(block, (id) => pool.byShortId(id))
    expect(rebuilt).toMatchObject({ missing: [], foundCount: 500 })
    expect(completeBody(block, rebuilt, [])?.map(({ hash }) => hash)).toEqual(body.map(({ hash }) => hash))
    const full = body.reduce((sum, { bytes }) => sum + bytes.byteLength + 4, 248)
    expect(block.bytes.byteLength / full).toBeLessThanOrEqual(0.05)
  })

  it('names what is missing, and takes it in any order', () => {
    const block = compact([3])
    const pool = poolWithout([3, 70, 499])
    const rebuilt = rebuild(block, (id) => pool.byShortId(id))
    expect(rebuilt).toMatchObject({ missing: [70, 499], foundCount: 497 })
    expect(completeBody(block, rebuilt, [body[499]!])).toBeNull()
    expect(completeBody(block, rebuilt, [body[499]!, body[1]!, body[70]!])?.map(({ id }) => id)).toEqual(
      body.map(({ id }) => id),
    )
  })

  it('does not take another signature of the same body for it', () => {
    const block = compact([])
    const pool = poolWithout([7])
    const other = buildTransaction({ sender: accountKey(7), payloadBytes: 82, signature: 'other' })
    pool.insert(other, { nonce: 0n, balance: 100n }, TEST_START_MS, false)
    expect(rebuild(block, (id) => pool.byShortId(id)).missing).toEqual([7])
  })
})
