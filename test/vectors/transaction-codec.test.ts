/**
 * The hand-written codec against the definitions of PROTOCOL.md in a general SSZ library, and against bytes that never
 * change.
 */
import { ByteListType, ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from '@chainsafe/ssz'
import { describe, expect, it } from 'vitest'
import {
  decodeBatch,
  decodeTransaction,
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
  TRANSACTION_BYTES_MAX,
} from '../../src/domain/codec/transaction-codec.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX, PAYLOAD_BYTES_MAX, U64_MAX } from '../../src/domain/params.ts'
import type { TransactionDraft } from '../../src/domain/transaction.ts'
import { fromHex, toHex, concatBytes } from '../../src/lib/bytes.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { TEST_TRANSACTION_PREFIX as PREFIX } from '../toolkit/objects/builders.ts'

const u64 = new UintBigintType(8)
const bytes32 = new ByteVectorType(32)
const Transaction = new ContainerType({
  sender: bytes32,
  nonce: u64,
  recipient: bytes32,
  amount: u64,
  fee: u64,
  createdAt: u64,
  payload: new ByteListType(PAYLOAD_BYTES_MAX),
})
const SignedTransaction = new ContainerType({ body: Transaction, signature: new ByteVectorType(64) })
const TransactionBatch = new ListCompositeType(SignedTransaction, BATCH_COUNT_MAX)

function randomDraft(prng: Prng): TransactionDraft {
  const u64Of = (): bigint => new DataView(prng.bytes(8).buffer).getBigUint64(0)
  return {
    sender: prng.bytes(32),
    nonce: u64Of(),
    recipient: prng.bytes(32),
    amount: u64Of(),
    fee: u64Of(),
    createdAtMs: prng.below(2 ** 48),
    payload: prng.bytes(prng.below(4) === 0 ? prng.below(PAYLOAD_BYTES_MAX + 1) : prng.below(60)),
  }
}

const ssz = (draft: TransactionDraft, signature: Uint8Array): Uint8Array =>
  SignedTransaction.serialize({ body: { ...draft, createdAt: BigInt(draft.createdAtMs) }, signature })

const golden: TransactionDraft = {
  sender: new Uint8Array(32).fill(0xa1),
  nonce: 7n,
  recipient: new Uint8Array(32).fill(0xb2),
  amount: 1_000_000n,
  fee: 12n,
  createdAtMs: 1_800_000_000_123,
  payload: Uint8Array.of(1, 2, 3),
}
const goldenSignature = new Uint8Array(64).fill(0xc3)
const goldenHex = [
  '44000000',
  'c3'.repeat(64),
  'a1'.repeat(32),
  '0700000000000000',
  'b2'.repeat(32),
  '40420f0000000000',
  '0c00000000000000',
  '7b505c18a3010000',
  '64000000',
  '010203',
].join('')

describe('a signed transaction', () => {
  it('has the bytes of the golden vector, and its ids', () => {
    const bytes = encodeSignedTransaction(encodeTransactionBody(golden), goldenSignature)
    expect(toHex(bytes)).toBe(goldenHex)
    const decoded = decodeTransaction(bytes, PREFIX)
    expect(decoded.ok).toBe(true)
    if (!decoded.ok) return
    expect(decoded.value.hash).toBe(sha256Hex(bytes))
    expect(decoded.value.id).toBe(sha256Hex(concatBytes(PREFIX, bytes.subarray(68))))
    expect(decoded.value.hash).toBe('60bc496d99dec1fdf00392950037b6722fc1d77e27c10f3815a848c1dbd45ed3')
  })

  it('is what the SSZ library makes of the definition, both ways', () => {
    const prng = createPrng(11)
    for (let round = 0; round < 500; round++) {
      const draft = randomDraft(prng)
      const signature = prng.bytes(64)
      const bytes = encodeSignedTransaction(encodeTransactionBody(draft), signature)
      expect(toHex(bytes)).toBe(toHex(ssz(draft, signature)))
      const decoded = decodeTransaction(bytes, PREFIX)
      if (!decoded.ok) throw new Error(decoded.code)
      const { value } = decoded
      expect(value.nonce).toBe(draft.nonce)
      expect(value.amount).toBe(draft.amount)
      expect(value.fee).toBe(draft.fee)
      expect(value.createdAtMs).toBe(draft.createdAtMs)
      expect(value.sender).toBe(toHex(draft.sender))
      expect(value.recipient).toBe(toHex(draft.recipient))
      expect(toHex(value.payload)).toBe(toHex(draft.payload))
      expect(toHex(value.signature)).toBe(toHex(signature))
    }
  })

  it('takes exactly what the SSZ library takes, of bytes with a few changed', () => {
    const prng = createPrng(12)
    let taken = 0
    for (let round = 0; round < 3_000; round++) {
      const bytes = ssz({ ...randomDraft(prng), payload: prng.bytes(prng.below(20)) }, prng.bytes(64)).slice()
      // The offsets are where meanings can double, so they are hit most.
      const at = [0, 1, 68 + 96, 68 + 97, prng.below(bytes.byteLength)][prng.below(5)] ?? 0
      bytes[at] = prng.below(256)
      const cut = prng.below(4) === 0 ? bytes.subarray(0, prng.below(bytes.byteLength)) : bytes
      const mine = decodeTransaction(cut, PREFIX)
      let theirs: { body: { createdAt: bigint } } | null = null
      try {
        theirs = SignedTransaction.deserialize(cut)
      } catch {
        theirs = null
      }
      const isTime = theirs !== null && theirs.body.createdAt <= BigInt(Number.MAX_SAFE_INTEGER)
      expect(mine.ok).toBe(isTime)
      if (mine.ok) taken++
    }
    expect(taken).toBeGreaterThan(300)
    expect(taken).toBeLessThan(2_500)
  })

  it('refuses what is too long, too short, or dated beyond exact numbers', () => {
    const bytes = ssz({ ...golden, payload: new Uint8Array(PAYLOAD_BYTES_MAX) }, goldenSignature)
    expect(bytes.byteLength).toBe(TRANSACTION_BYTES_MAX)
    expect(decodeTransaction(bytes, PREFIX).ok).toBe(true)
    expect(decodeTransaction(concatBytes(bytes, Uint8Array.of(0)), PREFIX)).toEqual({ ok: false, code: 'too-large' })
    expect(decodeTransaction(new Uint8Array(0), PREFIX)).toEqual({ ok: false, code: 'undecodable' })
    const far = SignedTransaction.serialize({ body: { ...golden, createdAt: U64_MAX }, signature: goldenSignature })
    expect(decodeTransaction(far, PREFIX)).toEqual({ ok: false, code: 'undecodable' })
  })
})

describe('a batch', () => {
  it('is what the SSZ library makes of the definition, both ways', () => {
    const prng = createPrng(13)
    for (const count of [1, 2, 3, 17, BATCH_COUNT_MAX]) {
      const items = Array.from({ length: count }, () =>
        ssz({ ...randomDraft(prng), payload: prng.bytes(prng.below(80)) }, prng.bytes(64)),
      )
      const bytes = encodeBatch(items)
      const theirs = TransactionBatch.serialize(items.map((item) => SignedTransaction.deserialize(item)))
      expect(toHex(bytes)).toBe(toHex(theirs))
      const decoded = decodeBatch(bytes)
      if (!decoded.ok) throw new Error(decoded.code)
      expect(decoded.value.map(toHex)).toEqual(items.map(toHex))
    }
  })

  it('refuses the empty one, too many, too much and offsets that do not count up', () => {
    const item = fromHex(goldenHex) ?? new Uint8Array(0)
    expect(decodeBatch(new Uint8Array(0))).toEqual({ ok: false, code: 'undecodable' })
    expect(decodeBatch(encodeBatch(Array<Uint8Array>(BATCH_COUNT_MAX + 1).fill(item))).ok).toBe(false)
    expect(decodeBatch(new Uint8Array(BATCH_BYTES_MAX + 1))).toEqual({ ok: false, code: 'too-large' })
    const pair = encodeBatch([item, item])
    for (const [at, value] of [
      [0, 7],
      [0, 0],
      [4, 4],
      [5, 0xff],
    ] as const) {
      const broken = pair.slice()
      broken[at] = value
      expect(decodeBatch(broken)).toEqual({ ok: false, code: 'undecodable' })
    }
  })

  it('has at most one meaning: what is split and joined again is the same', () => {
    const prng = createPrng(14)
    const item = fromHex(goldenHex) ?? new Uint8Array(0)
    for (let round = 0; round < 2_000; round++) {
      const bytes = encodeBatch([item, item, item]).slice()
      bytes[prng.below(14)] = prng.below(256)
      const decoded = decodeBatch(bytes)
      if (decoded.ok) expect(toHex(encodeBatch(decoded.value))).toBe(toHex(bytes))
    }
  })
})
