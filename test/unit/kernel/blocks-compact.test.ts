import { expect, it } from 'vitest'
import { BATCH_COUNT_MAX } from '../../../src/domain/params.ts'
import { decodeObjectsRequest, encodeObjectsAnswer } from '../../../src/domain/codec/objects-codec.ts'
import { shortIdOf } from '../../../src/domain/block.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { ChainWorld, GENESIS, makeBlock, transaction } from '../../toolkit/kernel/chain-world.ts'

const ACCOUNTS = 64
/** What makes a signed transaction one of 250 bytes. */
const PAYLOAD_BYTES = 82

const paid = Array.from({ length: 512 }, (_, index) =>
  transaction(index % ACCOUNTS, Math.floor(index / ACCOUNTS), { payload: new Uint8Array(PAYLOAD_BYTES).fill(index) }),
)
const made = makeBlock(GENESIS, 1, paid)

/**
 * A node with these in its pool, to whom a peer that has everything brings the block; the bytes and questions that it
 * cost.
 */
function receive(pool: readonly Transaction[]) {
  const world = new ChainWorld()
  const source = world.connect('source')
  world.at(1)
  for (let at = 0; at < pool.length; at += BATCH_COUNT_MAX) world.hear(...pool.slice(at, at + BATCH_COUNT_MAX))
  expect(world.block(made.compact, source)).toBe('accept')
  let bytes = made.compact.byteLength
  let questions = 0
  for (let ask = world.asked('objects')[0]; ask !== undefined; ask = world.asked('objects')[questions]) {
    questions++
    const asked = decodeObjectsRequest(ask.bytes)
    if (asked?.kind !== 'block-transactions') throw new Error('it asks for something else')
    const answer = encodeObjectsAnswer(
      asked.shortIds.map((id) => paid.find(({ hash }) => shortIdOf(hash) === id)?.bytes ?? null),
    )
    bytes += ask.bytes.byteLength + answer.byteLength
    world.answer(ask, answer)
  }
  expect(world.head.hash).toBe(made.hash)
  expect(world.asked('chain')).toEqual([])
  return { bytes, questions, share: bytes / made.block.bytes.byteLength }
}

it('a block of 512 transactions of 250 bytes costs 5 % of itself, and no question, where the pool is warm', () => {
  expect(paid[0]?.bytes.byteLength).toBe(250)
  const { bytes, questions, share } = receive(paid)
  console.log(`full ${made.block.bytes.byteLength} B, received ${bytes} B (${(100 * share).toFixed(2)} %)`)
  expect(questions).toBe(0)
  expect(share).toBeLessThanOrEqual(0.05)
})

it('where the pool lacks 5 %, it costs exactly one question and little more than what is missing', () => {
  const { bytes, questions, share } = receive(paid.filter((_, index) => index % 20 !== 0 || index === 0))
  console.log(`received ${bytes} B (${(100 * share).toFixed(2)} %) with one question`)
  expect(questions).toBe(1)
  expect(share).toBeLessThanOrEqual(0.05 + 0.06)
})

it('where the pool is empty, one question fetches all', () => {
  const { questions, share } = receive([])
  expect(questions).toBe(1)
  expect(share).toBeLessThan(1.08)
})

it('transactions that a block brings are from who gave them, and were there before the block was adopted', () => {
  const [known, ...missing] = [transaction(0, 0), transaction(1, 0), transaction(2, 0)]
  const block = makeBlock(GENESIS, 1, [known, ...missing])
  const world = new ChainWorld()
  const source = world.connect('source')
  world.at(1)
  world.hear(known)
  world.writes = 'wait'
  expect(world.block(block.compact, source)).toBe('accept')
  const ask = world.asked('objects')[0]
  if (ask === undefined) throw new Error('nobody was asked')
  const asked = decodeObjectsRequest(ask.bytes)
  if (asked?.kind !== 'block-transactions') throw new Error('it asks for something else')
  world.answer(
    ask,
    encodeObjectsAnswer(asked.shortIds.map((id) => missing.find(({ hash }) => shortIdOf(hash) === id)?.bytes ?? null)),
  )
  // From here on others get the block from this node; it may be slower than they are to have it on the disk.
  expect(world.told('transaction-included')).toEqual([])
  world.advance(58)
  world.finishWrites()
  expect(world.head.hash).toBe(block.hash)
  const told = world.told('transaction-included')
  expect(told.filter(({ isNew }) => isNew).map(({ id, from, waitedMs }) => ({ id, from, waitedMs }))).toEqual(
    missing.map(({ id }) => ({ id, from: source, waitedMs: 58 })),
  )
  // Gossip may have brought the others after the body did.
  expect(told.filter(({ isNew }) => !isNew)).toHaveLength(1)
})
