/** From what a user wants to pay to the bytes that a node takes. */
import { encodeSignedTransaction, encodeTransactionBody } from '../domain/codec/transaction-codec.ts'
import { asTxId, type NetworkId, type TxId } from '../domain/ids.ts'
import { signingPrefix } from '../domain/signing.ts'
import type { TransactionDraft } from '../domain/transaction.ts'
import { concatBytes } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'

export interface MadeTransaction {
  readonly id: TxId
  /** SSZ of the signed transaction. */
  readonly bytes: Uint8Array
}

/**
 * The signed transaction of `draft` on `network`.
 * @param draft its numbers in range: amount, fee, their sum and nonce below 2^64, a payload of at most 16 KiB
 * @param sign the signature, 64 bytes, of the sender over a message: `(message) => sign(secret, message)` of
 *   wallet/keys
 */
export function makeTransaction(
  draft: TransactionDraft,
  network: NetworkId,
  sign: (message: Uint8Array) => Uint8Array,
): MadeTransaction {
  const body = encodeTransactionBody(draft)
  const message = concatBytes(signingPrefix('hearsay/tx/1', network), body)
  return { id: asTxId(sha256Hex(message)), bytes: encodeSignedTransaction(body, sign(message)) }
}
