/**
 * Blocks (PROTOCOL.md, Objects): `BlockHeader{parent B32, height u64, slot u64, proposer B32, txRoot B32, shortIdsHash
 * B32, ledgerRoot B32, txCount u32}`, `SignedHeader{header, signature B64}`, `Block{header, transactions
 * list[SignedTransaction, 4096]}` and `CompactBlock{header, shortIds list[B8, 4096], prefilled list[{index u32,
 * transaction}, 256]}`.
 *
 * A header binds its body to the last signature byte by `txRoot`, and its short ids by `shortIdsHash`: so both can come
 * from anybody.
 */
import { concatAll, fromHex, toHex } from '../lib/bytes.ts'
import { assert } from '../lib/assert.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { AccountId, BlockHash, TxHash } from './ids.ts'
import { listRoot } from './merkle.ts'
import type { Transaction } from './transaction.ts'

/** Most transactions of a block. */
export const BLOCK_COUNT_MAX = 4_096
/** Largest block, and largest compact block, bytes (SECURITY.md: MAX_BLOCK). */
export const BLOCK_BYTES_MAX = 1_048_576
/** Most transactions that a compact block may carry itself. */
export const PREFILLED_MAX = 256
/** What a block has besides its transactions and the 4 bytes of offset of each: the signed header and one offset. */
export const BLOCK_FIXED_BYTES = 248

/** First 8 bytes of a TxHash, 16 hex digits. */
export type ShortId = string

export interface BlockHeader {
  /** `networkId` at height 1. */
  readonly parent: BlockHash
  readonly height: number
  readonly slot: number
  readonly proposer: AccountId
  /** SSZ root of `List[B32, 4096]` over the TxHashes, 64 hex digits. */
  readonly txRoot: string
  /** SHA-256 of all short ids, 64 hex digits. */
  readonly shortIdsHash: string
  /** SSZ root of the accounts after the block, 64 hex digits. */
  readonly ledgerRoot: string
  readonly txCount: number
}

/** A decoded, not yet verified, signed header. Byte fields are views into `bytes`. */
export interface SignedHeader extends BlockHeader {
  readonly hash: BlockHash
  /** The exact SSZ of the signed header, 244 bytes. */
  readonly bytes: Uint8Array
  readonly proposerKey: Uint8Array
  /** What the signature is over. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

export interface Block {
  readonly header: SignedHeader
  readonly transactions: readonly Transaction[]
  /** The exact SSZ of the block. */
  readonly bytes: Uint8Array
}

export interface Prefilled {
  /** Position in the block. */
  readonly index: number
  readonly transaction: Transaction
}

export interface CompactBlock {
  readonly header: SignedHeader
  readonly shortIds: readonly ShortId[]
  /** Indexes count up. */
  readonly prefilled: readonly Prefilled[]
  readonly bytes: Uint8Array
}

export function shortIdOf(hash: TxHash): ShortId {
  return hash.slice(0, 16)
}

/** `txRoot` of a body with these transactions. */
export function txRootOf(hashes: readonly TxHash[]): string {
  return toHex(listRoot(concatAll(hashes.map(hexBytes)), BLOCK_COUNT_MAX))
}

/** `shortIdsHash` of these short ids. */
export function shortIdsHashOf(shortIds: readonly ShortId[]): string {
  return sha256Hex(hexBytes(shortIds.join('')))
}

/** Size of the SSZ of a block with these transactions, bytes. */
export function blockBytesOf(transactions: readonly Transaction[]): number {
  return transactions.reduce((sum, transaction) => sum + 4 + transaction.bytes.byteLength, BLOCK_FIXED_BYTES)
}

/** The header of a block that its proposer is about to sign. */
export function headerOf(
  place: Pick<BlockHeader, 'parent' | 'height' | 'slot' | 'proposer' | 'ledgerRoot'>,
  transactions: readonly Transaction[],
): BlockHeader {
  const hashes = transactions.map((transaction) => transaction.hash)
  return {
    ...place,
    txRoot: txRootOf(hashes),
    shortIdsHash: shortIdsHashOf(hashes.map(shortIdOf)),
    txCount: hashes.length,
  }
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes !== null, 'ids are hexadecimal')
  return bytes
}
