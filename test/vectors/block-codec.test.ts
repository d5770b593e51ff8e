/** Blocks against the definitions of PROTOCOL.md in a general SSZ library, and against bytes that never change. */
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import {
  BLOCK_BYTES_MAX,
  blockBytesOf,
  headerOf,
  shortIdOf,
  shortIdsHashOf,
  txRootOf,
  type SignedHeader,
} from '../../src/domain/block.ts'
import {
  decodeBlock,
  decodeCompactBlock,
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
} from '../../src/domain/codec/block-codec.ts'
import { asBlockHash, type TxHash } from '../../src/domain/ids.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { concatAll, concatBytes, fromHex, toHex } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { createPrng } from '../../src/lib/prng.ts'
import {
  accountKey,
  buildHeader,
  buildTransaction,
  TEST_BLOCK_PREFIX as PREFIX,
  TEST_TRANSACTION_PREFIX as TX_PREFIX,
} from '../toolkit/objects/builders.ts'

const u32 = new UintNumberType(4)
const u64 = new UintBigintType(8)
const bytes32 = new ByteVectorType(32)
const bytes64 = new ByteVectorType(64)
const SignedTransaction = new ContainerType({
  body: new ContainerType({
    sender: bytes32,
    nonce: u64,
    recipient: bytes32,
    amount: u64,
    fee: u64,
    createdAt: u64,
    payload: new ByteListType(16_384),
  }),
  signature: bytes64,
})
const Header = new ContainerType({
  header: new ContainerType({
    parent: bytes32,
    height: u64,
    slot: u64,
    proposer: bytes32,
    txRoot: bytes32,
    shortIdsHash: bytes32,
    ledgerRoot: bytes32,
    txCount: u32,
  }),
  signature: bytes64,
})
const Block = new ContainerType({ header: Header, transactions: new ListCompositeType(SignedTransaction, 4_096) })
const CompactBlock = new ContainerType({
  header: Header,
  shortIds: new ListCompositeType(new ByteVectorType(8), 4_096),
  prefilled: new ListCompositeType(new ContainerType({ index: u32, transaction: SignedTransaction }), 256),
})
const TxHashes = new ListCompositeType(bytes32, 4_096)

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)
const transactions = (count: number): Transaction[] =>
  Array.from({ length: count }, (_, nonce) => buildTransaction({ nonce, payloadBytes: nonce % 7 }))
const headerFor = (body: readonly Transaction[]): SignedHeader =>
  buildHeader(
    headerOf(
      {
        parent: asBlockHash('aa'.repeat(32)),
        height: 3,
        slot: 70_000,
        proposer: accountKey('v0'),
        ledgerRoot: 'bb'.repeat(32),
      },
      body,
    ),
  )

describe('a header', () => {
  it('has the bytes of the golden vector, and its hash', () => {
    const header = headerFor([])
    const golden = [
      'aa'.repeat(32),
      '0300000000000000',
      '7011010000000000',
      accountKey('v0'),
      // The root of an empty list of at most 2^12: the zero tree of that depth with the length 0.
      'dba9671bac9513c9482f1416a53aabd2c6ce90d5a5f865ce5a55c775325c9136',
      // SHA-256 of nothing.
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'bb'.repeat(32),
      '00000000',
    ].join('')
    expect(toHex(header.bytes.subarray(0, 180))).toBe(golden)
    expect(header.bytes.byteLength).toBe(244)
    expect(header.hash).toBe(sha256Hex(concatBytes(PREFIX, header.bytes.subarray(0, 180))))
    expect(toHex(Header.serialize(Header.deserialize(header.bytes)))).toBe(toHex(header.bytes))
    const theirs = Header.deserialize(header.bytes).header
    expect(Number(theirs.slot)).toBe(header.slot)
    expect(toHex(theirs.txRoot)).toBe(header.txRoot)
    expect(toHex(theirs.ledgerRoot)).toBe(header.ledgerRoot)
  })

  it('is refused with another length or a number beyond 2^53', () => {
    const { bytes } = headerFor([])
    expect(decodeSignedHeader(bytes.subarray(1), PREFIX).ok).toBe(false)
    expect(decodeSignedHeader(concatBytes(bytes, Uint8Array.of(0)), PREFIX).ok).toBe(false)
    for (const at of [39, 47]) {
      const far = bytes.slice()
      far[at] = 0xff
      expect(decodeSignedHeader(far, PREFIX)).toEqual({ ok: false, code: 'undecodable' })
    }
  })
})

describe('what a header commits to', () => {
  it.each([0, 1, 2, 3, 5, 64, 500, 4_096])('txRoot is the SSZ root of %i hashes', (count) => {
    const prng = createPrng(count)
    const hashes = Array.from({ length: count }, () => toHex(prng.bytes(32)) as TxHash)
    expect(txRootOf(hashes)).toBe(toHex(TxHashes.hashTreeRoot(hashes.map(hex))))
  })

  it('shortIdsHash is the hash of the first 8 bytes of each TxHash', () => {
    const hashes = transactions(3).map((transaction) => transaction.hash)
    const expected = sha256Hex(concatAll(hashes.map((hash) => hex(hash).subarray(0, 8))))
    expect(shortIdsHashOf(hashes.map(shortIdOf))).toBe(expected)
  })
})

describe('a block', () => {
  it.each([0, 1, 40])('of %i transactions is what the SSZ library makes of the definition, both ways', (count) => {
    const body = transactions(count)
    const header = headerFor(body)
    const bytes = encodeBlock(header, body)
    const theirs = Block.serialize({
      header: Header.deserialize(header.bytes),
      transactions: body.map((transaction) => SignedTransaction.deserialize(transaction.bytes)),
    })
    expect(toHex(bytes)).toBe(toHex(theirs))
    expect(bytes.byteLength).toBe(blockBytesOf(body))
    const decoded = decodeBlock(bytes, PREFIX, TX_PREFIX)
    if (!decoded.ok) throw new Error(decoded.code)
    expect(decoded.value.header.hash).toBe(header.hash)
    expect(decoded.value.transactions).toEqual(body)
  })

  it('is refused when it is larger than 1 MiB', () => {
    expect(decodeBlock(new Uint8Array(BLOCK_BYTES_MAX + 1), PREFIX, TX_PREFIX)).toEqual({
      ok: false,
      code: 'too-large',
    })
  })
})

describe('a compact block', () => {
  it.each([
    [0, []],
    [5, [0, 4]],
    [300, [7]],
  ] as const)('of %i transactions is what the SSZ library makes of it, both ways', (count, filled) => {
    const body = transactions(count)
    const header = headerFor(body)
    const shortIds = body.map((transaction) => shortIdOf(transaction.hash))
    const prefilled = filled.map((index) => ({ index, transaction: body[index] as Transaction }))
    const bytes = encodeCompactBlock(header, shortIds, prefilled)
    const theirs = CompactBlock.serialize({
      header: Header.deserialize(header.bytes),
      shortIds: shortIds.map(hex),
      prefilled: prefilled.map(({ index, transaction }) => ({
        index,
        transaction: SignedTransaction.deserialize(transaction.bytes),
      })),
    })
    expect(toHex(bytes)).toBe(toHex(theirs))
    const decoded = decodeCompactBlock(bytes, PREFIX, TX_PREFIX)
    if (!decoded.ok) throw new Error(decoded.code)
    expect(decoded.value.shortIds).toEqual(shortIds)
    expect(decoded.value.prefilled).toEqual(prefilled)
  })
})

describe('the size of a compact block', () => {
  it('is at most 5 % of a full one of 500 transactions of 250 B', () => {
    const body = Array.from({ length: 500 }, (_, nonce) => buildTransaction({ nonce, payloadBytes: 82 }))
    const compact = encodeCompactBlock(
      headerFor(body),
      body.map(({ hash }) => shortIdOf(hash)),
      [],
    )
    expect(body[0]?.bytes.byteLength).toBe(250)
    expect(compact.byteLength / blockBytesOf(body)).toBeLessThanOrEqual(0.05)
  })
})

describe('strictness', () => {
  it('takes exactly the bytes that the SSZ library takes, with a few changed at random', () => {
    const prng = createPrng(21)
    const body = transactions(3)
    const header = headerFor(body)
    const shortIds = body.map((transaction) => shortIdOf(transaction.hash))
    const prefilled = [{ index: 1, transaction: body[1] as Transaction }]
    const cases = [
      { bytes: encodeBlock(header, body), type: Block, decode: decodeBlock, fixed: 248 },
      {
        bytes: encodeCompactBlock(header, shortIds, prefilled),
        type: CompactBlock,
        decode: decodeCompactBlock,
        fixed: 252,
      },
    ]
    const counts = { taken: 0, refused: 0 }
    for (let round = 0; round < 4_000; round++) {
      const { bytes, type, decode, fixed } = cases[round % 2] as (typeof cases)[number]
      const changed = bytes.slice()
      // Offsets at most: of the object, of its lists, of the first transaction. Numbers that may pass 2^53 are left
      // alone.
      const at = 244 + prng.below(fixed - 244 + 90)
      changed[at] = prng.below(prng.below(2) === 0 ? 8 : 256)
      const cut = prng.below(6) === 0 ? changed.subarray(0, prng.below(changed.byteLength)) : changed
      let isTheirs = true
      try {
        type.deserialize(cut)
      } catch {
        isTheirs = false
      }
      expect(decode(cut, PREFIX, TX_PREFIX).ok).toBe(isTheirs)
      counts[isTheirs ? 'taken' : 'refused']++
    }
    expect(counts.taken).toBeGreaterThan(500)
    expect(counts.refused).toBeGreaterThan(500)
  })
})
