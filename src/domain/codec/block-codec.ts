/**
 * SSZ of headers, blocks and compact blocks, read and written in place like transactions. Headers are of fixed size, so that a header can be
 * checked before anything that depends on its body.
 *
 * ```
 * header         0 parent[32] · 32 height · 40 slot · 48 proposer[32] · 80 txRoot[32] · 112 shortIdsHash[32] · 144 ledgerRoot[32] · 176 txCount u32
 * signed header  0 header[180] · 180 signature[64]
 * block          0 signed header[244] · 244 u32 offset of transactions = 248 · 248 list of signed transactions
 * compact block  0 signed header[244] · 244 u32 offset of shortIds = 252 · 248 u32 offset of prefilled · 252 shortIds · prefilled
 * prefilled      list of { 0 index u32 · 4 u32 offset of transaction = 8 · 8 transaction }
 * ```
 */
import { concatBytes, fromHex, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { sha256, sha256Hex } from '../../lib/hash.ts'
import {
  BLOCK_BYTES_MAX,
  BLOCK_COUNT_MAX,
  PREFILLED_COUNT_MAX,
  shortIdOf,
  type CompactBlock,
  type Header,
  type HeaderDraft,
  type RawBlock,
  type ShortId,
} from '../block.ts'
import { asAccountId, asBlockHash, type TxHash } from '../ids.ts'
import { TRANSACTION_BYTES_MAX, TRANSACTION_BYTES_MIN, type Decoded } from './transaction-codec.ts'

const HEADER_BYTES = 180
/** Length of a signed header, bytes. */
export const SIGNED_HEADER_BYTES = HEADER_BYTES + 64
const BLOCK_FIXED_BYTES = SIGNED_HEADER_BYTES + 4
const COMPACT_FIXED_BYTES = SIGNED_HEADER_BYTES + 8
const SHORT_ID_BYTES = 8
/** Depth of the Merkle tree over at most 4,096 hashes. */
const TX_TREE_DEPTH = 12

const UNDECODABLE = { ok: false, code: 'undecodable' } as const
const TOO_LARGE = { ok: false, code: 'too-large' } as const

/** SSZ of an unsigned header, 180 bytes. */
export function encodeHeader(draft: HeaderDraft): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES)
  const view = new DataView(out.buffer)
  out.set(hashBytes(draft.parent), 0)
  view.setBigUint64(32, BigInt(draft.height), true)
  view.setBigUint64(40, BigInt(draft.slot), true)
  out.set(hashBytes(draft.proposer), 48)
  out.set(hashBytes(draft.txRoot), 80)
  out.set(hashBytes(draft.shortIdsHash), 112)
  out.set(hashBytes(draft.ledgerRoot), 144)
  view.setUint32(176, draft.txCount, true)
  return out
}

/** SSZ of a signed header from the SSZ of the header and 64 bytes of signature. */
export function encodeSignedHeader(header: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(header, signature)
}

/**
 * Reads a signed header.
 * @param bytes exactly 244
 * @param prefix `signingPrefix('hearsay/block/1', networkId)`
 */
export function decodeHeader(bytes: Uint8Array, prefix: Uint8Array): Decoded<Header> {
  if (bytes.byteLength !== SIGNED_HEADER_BYTES) return UNDECODABLE
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const height = view.getBigUint64(32, true)
  const slot = view.getBigUint64(40, true)
  const txCount = view.getUint32(176, true)
  // No chain gets there: one block a millisecond for 285,000 years.
  const largest = BigInt(Number.MAX_SAFE_INTEGER)
  if (height > largest || slot > largest || txCount > BLOCK_COUNT_MAX) return UNDECODABLE
  const signedBytes = concatBytes(prefix, bytes.subarray(0, HEADER_BYTES))
  const proposerKey = bytes.subarray(48, 80)
  return {
    ok: true,
    value: {
      hash: asBlockHash(sha256Hex(signedBytes)),
      parent: asBlockHash(toHex(bytes.subarray(0, 32))),
      height: Number(height),
      slot: Number(slot),
      proposer: asAccountId(toHex(proposerKey)),
      proposerKey,
      txRoot: toHex(bytes.subarray(80, 112)),
      shortIdsHash: toHex(bytes.subarray(112, 144)),
      ledgerRoot: toHex(bytes.subarray(144, 176)),
      txCount,
      bytes,
      signedBytes,
      signature: bytes.subarray(HEADER_BYTES),
    },
  }
}

/** SSZ of a block from its signed header and the SSZ of its transactions. */
export function encodeBlock(header: Uint8Array, transactions: readonly Uint8Array[]): Uint8Array {
  return concatBytes(header, u32(BLOCK_FIXED_BYTES), encodeList(transactions))
}

/** Splits a block into its header and views of its transactions, which are not read. */
export function decodeBlock(bytes: Uint8Array, prefix: Uint8Array): Decoded<RawBlock> {
  if (bytes.byteLength > BLOCK_BYTES_MAX) return TOO_LARGE
  if (bytes.byteLength < BLOCK_FIXED_BYTES || u32At(bytes, SIGNED_HEADER_BYTES) !== BLOCK_FIXED_BYTES)
    return UNDECODABLE
  const header = decodeHeader(bytes.subarray(0, SIGNED_HEADER_BYTES), prefix)
  if (!header.ok) return header
  const transactions = decodeList(bytes.subarray(BLOCK_FIXED_BYTES), BLOCK_COUNT_MAX)
  if (transactions?.length !== header.value.txCount || !transactions.every(isTransactionLong)) return UNDECODABLE
  return { ok: true, value: { header: header.value, transactions } }
}

/** SSZ of a compact block. `prefilled` must be in ascending order of index. */
export function encodeCompactBlock(
  header: Uint8Array,
  shortIds: readonly ShortId[],
  prefilled: CompactBlock['prefilled'],
): Uint8Array {
  const ids = shortIdBytes(shortIds)
  const items = prefilled.map(({ index, bytes }) => concatBytes(u32(index), u32(8), bytes))
  return concatBytes(
    header,
    u32(COMPACT_FIXED_BYTES),
    u32(COMPACT_FIXED_BYTES + ids.byteLength),
    ids,
    encodeList(items),
  )
}

/**
 * Reads a compact block. It is bound to its header here: the number of short ids and their hash are the header's, and each prefilled
 * transaction has the short id of its place; what fails that was never what the proposer signed.
 */
export function decodeCompactBlock(bytes: Uint8Array, prefix: Uint8Array): Decoded<CompactBlock> {
  if (bytes.byteLength > BLOCK_BYTES_MAX) return TOO_LARGE
  if (bytes.byteLength < COMPACT_FIXED_BYTES || u32At(bytes, SIGNED_HEADER_BYTES) !== COMPACT_FIXED_BYTES)
    return UNDECODABLE
  const prefilledAt = u32At(bytes, SIGNED_HEADER_BYTES + 4)
  if (prefilledAt < COMPACT_FIXED_BYTES || prefilledAt > bytes.byteLength) return UNDECODABLE
  const header = decodeHeader(bytes.subarray(0, SIGNED_HEADER_BYTES), prefix)
  if (!header.ok) return header
  const ids = bytes.subarray(COMPACT_FIXED_BYTES, prefilledAt)
  if (ids.byteLength !== header.value.txCount * SHORT_ID_BYTES) return UNDECODABLE
  if (sha256Hex(ids) !== header.value.shortIdsHash) return UNDECODABLE
  const shortIds: ShortId[] = []
  for (let at = 0; at < ids.byteLength; at += SHORT_ID_BYTES)
    shortIds.push(toHex(ids.subarray(at, at + SHORT_ID_BYTES)))
  const prefilled = decodePrefilled(bytes.subarray(prefilledAt), shortIds)
  return prefilled === null ? UNDECODABLE : { ok: true, value: { header: header.value, shortIds, prefilled } }
}

function decodePrefilled(bytes: Uint8Array, shortIds: readonly ShortId[]): CompactBlock['prefilled'] | null {
  const items = decodeList(bytes, PREFILLED_COUNT_MAX)
  if (items === null) return null
  const prefilled: { index: number; bytes: Uint8Array }[] = []
  let last = -1
  for (const item of items) {
    if (item.byteLength < 8 || u32At(item, 4) !== 8) return null
    const index = u32At(item, 0)
    const transaction = item.subarray(8)
    if (index <= last || !isTransactionLong(transaction)) return null
    if (sha256Hex(transaction).slice(0, 2 * SHORT_ID_BYTES) !== shortIds[index]) return null
    prefilled.push({ index, bytes: transaction })
    last = index
  }
  return prefilled
}

/** What a header says of its transactions. */
export function summarise(hashes: readonly TxHash[]): Pick<HeaderDraft, 'txRoot' | 'shortIdsHash' | 'txCount'> {
  return {
    txRoot: transactionsRoot(hashes),
    shortIdsHash: sha256Hex(shortIdBytes(hashes.map(shortIdOf))),
    txCount: hashes.length,
  }
}

/** `hash_tree_root` of `List[Bytes32, 4096]` (SSZ): the Merkle root of the hashes padded with zeros, mixed with their number. */
export function transactionsRoot(hashes: readonly TxHash[]): string {
  assert(hashes.length <= BLOCK_COUNT_MAX, 'a block holds at most 4,096 transactions')
  let level = hashes.map(hashBytes)
  let zero: Uint8Array = new Uint8Array(32)
  for (let depth = 0; depth < TX_TREE_DEPTH; depth++) {
    const above: Uint8Array[] = []
    for (let at = 0; at < level.length; at += 2)
      above.push(sha256(concatBytes(level[at] ?? zero, level[at + 1] ?? zero)))
    level = above
    zero = sha256(concatBytes(zero, zero))
  }
  const length = new Uint8Array(32)
  new DataView(length.buffer).setUint32(0, hashes.length, true)
  return sha256Hex(concatBytes(level[0] ?? zero, length))
}

function shortIdBytes(shortIds: readonly ShortId[]): Uint8Array {
  return concatBytes(
    ...shortIds.map((id) => {
      const bytes = fromHex(id)
      assert(bytes?.byteLength === SHORT_ID_BYTES, 'a short id is 8 bytes')
      return bytes
    }),
  )
}

function encodeList(items: readonly Uint8Array[]): Uint8Array {
  const offsets: Uint8Array[] = []
  let at = 4 * items.length
  for (const item of items) {
    offsets.push(u32(at))
    at += item.byteLength
  }
  return concatBytes(...offsets, ...items)
}

/** Views of the items of an SSZ list of variable-size items; null where the bytes are no such list. */
function decodeList(bytes: Uint8Array, countMax: number): Uint8Array[] | null {
  if (bytes.byteLength === 0) return []
  if (bytes.byteLength < 4) return null
  const first = u32At(bytes, 0)
  if (first === 0 || first % 4 !== 0 || first > bytes.byteLength || first > 4 * countMax) return null
  const items: Uint8Array[] = []
  let start = first
  for (let next = 4; next <= first; next += 4) {
    const end = next === first ? bytes.byteLength : u32At(bytes, next)
    if (end < start || end > bytes.byteLength) return null
    items.push(bytes.subarray(start, end))
    start = end
  }
  return items
}

function isTransactionLong(bytes: Uint8Array): boolean {
  return bytes.byteLength >= TRANSACTION_BYTES_MIN && bytes.byteLength <= TRANSACTION_BYTES_MAX
}

function hashBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes?.byteLength === 32, 'a hash is 32 bytes')
  return bytes
}

function u32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true)
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}
