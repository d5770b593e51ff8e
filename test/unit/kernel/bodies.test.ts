import { describe, expect, it } from 'vitest'
import { BLOCK_COUNT_MAX, shortIdOf, type Block } from '../../../src/domain/block.ts'
import { decodeBlock, encodeBlock } from '../../../src/domain/codec/block-codec.ts'
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { BLOCK_PREFIX, GENESIS, makeBlock, TRANSACTION_PREFIX } from '../../toolkit/kernel/chain-world.ts'
import { Bodies } from '../../../src/kernel/blocks/bodies.ts'

/** Nothing here looks at signatures, nor at whether the body is the header's. */
function unsigned(nonce: number) {
  const body = encodeTransactionBody({
    sender: new Uint8Array(32).fill(1),
    nonce: BigInt(nonce),
    recipient: new Uint8Array(32).fill(2),
    amount: 1n,
    fee: 1n,
    createdAtMs: 1,
    payload: new Uint8Array(),
  })
  const decoded = decodeTransaction(encodeSignedTransaction(body, new Uint8Array(64)), TRANSACTION_PREFIX)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

const full = Array.from({ length: BLOCK_COUNT_MAX }, (_, nonce) => unsigned(nonce))
const blockAt = (slot: number): Block => {
  const { header } = makeBlock(GENESIS, slot).block
  return { header, transactions: full, bytes: encodeBlock(header, full) }
}
const blocks = Array.from({ length: 4 }, (_, slot) => blockAt(slot + 1))
const hashOf = (at: number) => blocks[at]!.header.hash

/** What is kept, and how often something had to be decoded. */
function bodies() {
  const decodings = { count: 0 }
  const kept = new Bodies((bytes) => {
    decodings.count++
    const decoded = decodeBlock(bytes, BLOCK_PREFIX, TRANSACTION_PREFIX)
    if (!decoded.ok) throw new Error(decoded.code)
    return decoded.value.transactions
  })
  const decoded = (): number => kept.sizes().find(({ name }) => name === 'chain.decoded')!.size
  return { kept, decodings, decoded }
}

describe('bodies in memory', () => {
  it('are decoded while they are not on the disk; of those that are, two of the largest', () => {
    const { kept, decodings, decoded } = bodies()
    for (const block of blocks) kept.add(block, false)
    for (const block of blocks) expect(kept.get(block.header.hash)?.transactions).toBe(full)
    for (const block of blocks) {
      kept.markStored(block.header.hash)
      expect(decoded()).toBeLessThanOrEqual(2 * BLOCK_COUNT_MAX)
    }
    expect(decodings.count).toBe(0)
    expect(decoded()).toBe(2 * BLOCK_COUNT_MAX)
    // The newest are those that a reorg undoes.
    for (const at of [2, 3]) expect(kept.get(hashOf(at))?.transactions).toBe(full)
    expect(decodings.count).toBe(0)
  })

  it('are what they were when they are asked for again, and that makes room among the others', () => {
    const { kept, decodings, decoded } = bodies()
    for (const block of blocks) kept.add(block, true)
    const again = kept.get(hashOf(0))
    expect(again?.header).toBe(blocks[0]!.header)
    expect(again?.bytes).toBe(blocks[0]!.bytes)
    expect(again?.transactions.map(({ id, hash }) => `${id} ${hash}`)).toEqual(full.map((tx) => `${tx.id} ${tx.hash}`))
    expect(kept.get(hashOf(0))?.transactions).toBe(again?.transactions)
    expect(decodings.count).toBe(1)
    expect(decoded()).toBe(2 * BLOCK_COUNT_MAX)
  })

  it('give their bytes and parts without being decoded', () => {
    const { kept, decodings } = bodies()
    for (const block of blocks) kept.add(block, true)
    for (const { header, bytes } of blocks) {
      expect(kept.bytesOf(header.hash)).toBe(bytes)
      const parts = kept.partsOf(header.hash)
      expect(parts?.size).toBe(full.length)
      for (const { hash, bytes: its } of full.slice(0, 64).concat(full.slice(-64)))
        expect(Buffer.compare(parts?.get(shortIdOf(hash)) ?? new Uint8Array(), its)).toBe(0)
    }
    expect(decodings.count).toBe(0)
  })

  it('stay decoded while they are pinned, and are not counted', () => {
    const { kept, decodings, decoded } = bodies()
    for (const block of blocks) kept.add(block, true)
    kept.pin(blocks.map(({ header }) => header.hash))
    expect(decodings.count).toBe(2)
    for (const block of blocks) kept.get(block.header.hash)
    expect(decodings.count).toBe(2)
    expect(decoded()).toBe(0)
    kept.unpin()
    expect(decoded()).toBe(2 * BLOCK_COUNT_MAX)
  })
})
