/**
 * A transaction (PROTOCOL.md, Objects): `Transaction{sender B32, nonce u64, recipient B32, amount u64, fee u64,
 * createdAt u64, payload list[byte, 16384]}` and `SignedTransaction{body, signature B64}`.
 */
import type { AccountId, TxHash, TxId } from './ids.ts'

/** What its maker fills in before signing. */
export interface TransactionDraft {
  /** Public key of the payer, 32 bytes. */
  readonly sender: Uint8Array
  readonly nonce: bigint
  /** Public key of the payee, 32 bytes. */
  readonly recipient: Uint8Array
  readonly amount: bigint
  readonly fee: bigint
  /** When it was made, ms since the Unix epoch. */
  readonly createdAtMs: number
  readonly payload: Uint8Array
}

/**
 * A decoded, not yet verified, signed transaction. Only what every look at it needs is kept beside its bytes; all other
 * fields are read from them each time they are asked for. *Rationale*: a pool holds a hundred thousand of these, and
 * nodes pay for memory in time.
 */
export interface Transaction {
  readonly id: TxId
  readonly hash: TxHash
  /** The exact SSZ of the signed transaction. */
  readonly bytes: Uint8Array
  readonly senderKey: Uint8Array
  readonly sender: AccountId
  readonly nonce: bigint
  readonly recipient: AccountId
  readonly amount: bigint
  readonly fee: bigint
  /** What it takes from its sender: amount + fee. */
  readonly cost: bigint
  readonly createdAtMs: number
  readonly payload: Uint8Array
  /** What the signature is over: made anew each time. */
  readonly signedBytes: Uint8Array
  readonly signature: Uint8Array
  /** Length of `signedBytes`. */
  readonly signedLength: number
  /** Writes key (32 bytes), signature (64) and signed bytes, in this order, to `target[at…]`. */
  writeCheck(target: Uint8Array, at: number): void
  /** The same over a copy of its bytes. @param sender the same name as an object that is kept already */
  over(copy: Uint8Array, sender?: AccountId): Transaction
}
