/**
 * Blocks (PROTOCOL.md, Objects): `BlockHeader{parent B32, height u64, slot u64, proposer B32, txRoot B32, shortIdsHash B32, ledgerRoot B32,
 * txCount u32}`, `SignedHeader{header, signature B64}`, `Block{header, transactions list[SignedTransaction, 4096]}` of at most 1 MiB, and
 * `CompactBlock{header, shortIds list[B8, 4096], prefilled list[(index u32, SignedTransaction), 256]}`.
 */
import type { AccountId, BlockHash, TxHash } from './ids.ts'

/** Most transactions of a block: one ledger update of 4,096 accounts takes 100 ms, a twentieth of a slot. */
export const BLOCK_COUNT_MAX = 4_096
/** Largest block, bytes: crosses a 10 Mbit/s link within a slot of two seconds. */
export const BLOCK_BYTES_MAX = 1_048_576
/** Most transactions that a compact block carries in full: those its maker thinks that others lack. */
export const PREFILLED_COUNT_MAX = 256

/** What a proposer fills in before signing. Heights and slots are below 2^53. */
export interface HeaderDraft {
  readonly parent: BlockHash
  readonly height: number
  readonly slot: number
  readonly proposer: AccountId
  /** SSZ root of the list of TxHashes, 64 hex digits. */
  readonly txRoot: string
  /** SHA-256 of all short ids in order, 64 hex digits. */
  readonly shortIdsHash: string
  /** SSZ root of the accounts after this block, 64 hex digits. */
  readonly ledgerRoot: string
  readonly txCount: number
}

/** A decoded, not yet verified, signed header. */
export interface Header extends HeaderDraft {
  readonly hash: BlockHash
  readonly proposerKey: Uint8Array
  /** The exact SSZ of the signed header. */
  readonly bytes: Uint8Array
  /** What the signature is over. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
}

/** The first 8 bytes of a TxHash, 16 hex digits. */
export type ShortId = string

export function shortIdOf(hash: TxHash): ShortId {
  return hash.slice(0, 16)
}

/** A block whose transactions are still bytes. */
export interface RawBlock {
  readonly header: Header
  /** SSZ of the signed transactions, in order. */
  readonly transactions: readonly Uint8Array[]
}

export interface CompactBlock {
  readonly header: Header
  readonly shortIds: readonly ShortId[]
  /** Transactions in full, by their place in the block, in ascending order. */
  readonly prefilled: readonly { readonly index: number; readonly bytes: Uint8Array }[]
}
