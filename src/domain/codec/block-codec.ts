/**
 * SSZ of headers, blocks and compact blocks. Strict: every byte string has at most one meaning, and every accepted one
 * encodes back to itself. test/vectors holds it against @chainsafe/ssz.
 *
 * ```
 * SignedHeader   0 parent[32] · 32 height · 40 slot · 48 proposer[32] · 80 txRoot[32] · 112 shortIdsHash[32] ·
 *                144 ledgerRoot[32] · 176 txCount u32 · 180 signature[64]
 * Block          0 SignedHeader · 244 u32 offset of transactions = 248 · list of SignedTransaction
 * CompactBlock   0 SignedHeader · 244 u32 offset of shortIds = 252 · 248 u32 offset of prefilled ·
 *                shortIds, 8 bytes each · list of Prefilled
 * Prefilled      0 index u32 · 4 u32 offset of transaction = 8 · SignedTransaction
 * ```
 */
import { assert } from '../../lib/assert.ts'
import { concatBytes, fromHex, toHex } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import {
  BLOCK_BYTES_MAX,
  BLOCK_COUNT_MAX,
  BLOCK_FIXED_BYTES,
  PREFILLED_MAX,
  type Block,
  type BlockHeader,
  type CompactBlock,
  type Prefilled,
  type ShortId,
  type SignedHeader,
} from '../block.ts'
import { asAccountId, asBlockHash } from '../ids.ts'
import type { Transaction } from '../transaction.ts'
import { encodeList, splitList } from './list-codec.ts'
import { decodeTransaction, type Decoded } from './transaction-codec.ts'

const HEADER_BYTES = 180
/** Size of a signed header. */
export const SIGNED_HEADER_BYTES = HEADER_BYTES + 64
const COMPACT_FIXED_BYTES = SIGNED_HEADER_BYTES + 8
const SHORT_ID_BYTES = 8
const PREFILLED_FIXED_BYTES = 8

const UNDECODABLE = { ok: false, code: 'undecodable' } as const
const TOO_LARGE = { ok: false, code: 'too-large' } as const

/** SSZ of a header without its signature, 180 bytes: what is signed, after the prefix. */
export function encodeHeader(header: BlockHeader): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES)
  const view = new DataView(out.buffer)
  out.set(bytes32(header.parent), 0)
  view.setBigUint64(32, BigInt(header.height), true)
  view.setBigUint64(40, BigInt(header.slot), true)
  out.set(bytes32(header.proposer), 48)
  out.set(bytes32(header.txRoot), 80)
  out.set(bytes32(header.shortIdsHash), 112)
  out.set(bytes32(header.ledgerRoot), 144)
  view.setUint32(176, header.txCount, true)
  return out
}

/** SSZ of a signed header from the SSZ of the header and 64 bytes of signature. */
export function encodeSignedHeader(header: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(header, signature)
}

/**
 * Reads a signed header.
 * @param prefix `signingPrefix('hearsay/block/1', networkId)`
 */
export function decodeSignedHeader(bytes: Uint8Array, prefix: Uint8Array): Decoded<SignedHeader> {
  if (bytes.byteLength !== SIGNED_HEADER_BYTES) return UNDECODABLE
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const height = view.getBigUint64(32, true)
  const slot = view.getBigUint64(40, true)
  // Numbers beyond 2^53 would lose bits in a double, and no chain gets there.
  if (height > BigInt(Number.MAX_SAFE_INTEGER) || slot > BigInt(Number.MAX_SAFE_INTEGER)) return UNDECODABLE
  const text = (at: number): string => toHex(bytes.subarray(at, at + 32))
  const signedBytes = concatBytes(prefix, bytes.subarray(0, HEADER_BYTES))
  return {
    ok: true,
    value: {
      hash: asBlockHash(sha256Hex(signedBytes)),
      parent: asBlockHash(text(0)),
      height: Number(height),
      slot: Number(slot),
      proposer: asAccountId(text(48)),
      txRoot: text(80),
      shortIdsHash: text(112),
      ledgerRoot: text(144),
      txCount: view.getUint32(176, true),
      bytes,
      proposerKey: bytes.subarray(48, 80),
      signedBytes,
      signature: bytes.subarray(HEADER_BYTES),
    },
  }
}

/** SSZ of a block. */
export function encodeBlock(header: SignedHeader, transactions: readonly Transaction[]): Uint8Array {
  return concatBytes(
    header.bytes,
    u32(BLOCK_FIXED_BYTES),
    encodeList(transactions.map((transaction) => transaction.bytes)),
  )
}

/**
 * Reads a block. That the body is the header's is not checked here (rules/body-rules.ts).
 * @param transactionPrefix `signingPrefix('hearsay/tx/1', networkId)`
 */
export function decodeBlock(bytes: Uint8Array, prefix: Uint8Array, transactionPrefix: Uint8Array): Decoded<Block> {
  if (bytes.byteLength > BLOCK_BYTES_MAX) return TOO_LARGE
  if (bytes.byteLength < BLOCK_FIXED_BYTES) return UNDECODABLE
  const header = decodeSignedHeader(bytes.subarray(0, SIGNED_HEADER_BYTES), prefix)
  if (!header.ok) return header
  if (readU32(bytes, SIGNED_HEADER_BYTES) !== BLOCK_FIXED_BYTES) return UNDECODABLE
  const items = splitList(bytes.subarray(BLOCK_FIXED_BYTES), BLOCK_COUNT_MAX)
  if (items === null) return UNDECODABLE
  const transactions: Transaction[] = []
  for (const item of items) {
    const transaction = decodeTransaction(item, transactionPrefix)
    if (!transaction.ok) return transaction
    transactions.push(transaction.value)
  }
  return { ok: true, value: { header: header.value, transactions, bytes } }
}

/** Views of the signed transactions of a block that was decoded before. */
export function splitBody(bytes: Uint8Array): readonly Uint8Array[] {
  const items = splitList(bytes.subarray(BLOCK_FIXED_BYTES), BLOCK_COUNT_MAX)
  assert(items !== null, 'what was decoded before can be split')
  return items
}

/** SSZ of a compact block; the indexes of `prefilled` must count up. */
export function encodeCompactBlock(
  header: SignedHeader,
  shortIds: readonly ShortId[],
  prefilled: readonly Prefilled[],
): Uint8Array {
  const ids = fromHex(shortIds.join(''))
  assert(ids?.byteLength === SHORT_ID_BYTES * shortIds.length, 'short ids are 8 bytes each')
  const items = prefilled.map(({ index, transaction }) =>
    concatBytes(u32(index), u32(PREFILLED_FIXED_BYTES), transaction.bytes),
  )
  return concatBytes(
    header.bytes,
    u32(COMPACT_FIXED_BYTES),
    u32(COMPACT_FIXED_BYTES + ids.byteLength),
    ids,
    encodeList(items),
  )
}

/** Reads a compact block. That its ids are the header's is not checked here (rules/header-rules.ts). */
export function decodeCompactBlock(
  bytes: Uint8Array,
  prefix: Uint8Array,
  transactionPrefix: Uint8Array,
): Decoded<CompactBlock> {
  if (bytes.byteLength > BLOCK_BYTES_MAX) return TOO_LARGE
  if (bytes.byteLength < COMPACT_FIXED_BYTES) return UNDECODABLE
  const header = decodeSignedHeader(bytes.subarray(0, SIGNED_HEADER_BYTES), prefix)
  if (!header.ok) return header
  const prefilledAt = readU32(bytes, SIGNED_HEADER_BYTES + 4)
  if (readU32(bytes, SIGNED_HEADER_BYTES) !== COMPACT_FIXED_BYTES) return UNDECODABLE
  if (prefilledAt < COMPACT_FIXED_BYTES || prefilledAt > bytes.byteLength) return UNDECODABLE
  const ids = bytes.subarray(COMPACT_FIXED_BYTES, prefilledAt)
  const count = ids.byteLength / SHORT_ID_BYTES
  if (!Number.isInteger(count) || count > BLOCK_COUNT_MAX) return UNDECODABLE
  const items = splitList(bytes.subarray(prefilledAt), PREFILLED_MAX)
  if (items === null) return UNDECODABLE
  const prefilled: Prefilled[] = []
  for (const item of items) {
    const decoded = decodePrefilled(item, transactionPrefix)
    if (!decoded.ok) return decoded
    prefilled.push(decoded.value)
  }
  return { ok: true, value: { header: header.value, shortIds: splitShortIds(ids), prefilled, bytes } }
}

function decodePrefilled(bytes: Uint8Array, transactionPrefix: Uint8Array): Decoded<Prefilled> {
  if (bytes.byteLength < PREFILLED_FIXED_BYTES) return UNDECODABLE
  if (readU32(bytes, 4) !== PREFILLED_FIXED_BYTES) return UNDECODABLE
  const transaction = decodeTransaction(bytes.subarray(PREFILLED_FIXED_BYTES), transactionPrefix)
  if (!transaction.ok) return transaction
  return { ok: true, value: { index: readU32(bytes, 0), transaction: transaction.value } }
}

function splitShortIds(bytes: Uint8Array): ShortId[] {
  const text = toHex(bytes)
  return Array.from({ length: bytes.byteLength / SHORT_ID_BYTES }, (_, index) =>
    text.slice(16 * index, 16 * index + 16),
  )
}

function bytes32(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes?.byteLength === 32, 'a hash or key is 32 bytes')
  return bytes
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
}
