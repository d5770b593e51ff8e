/**
 * SSZ of transactions and batches, read and written in place. The layout is so small that views over the bytes beat any
 * general decoder (no copy, no intermediate object), and strictness is visible: every byte string has at most one
 * meaning, and every accepted one encodes back to itself. test/vectors holds it against @chainsafe/ssz.
 *
 * ```
 * SignedTransaction  0 u32 offset of body = 68 · 4 signature[64] · 68 body
 * body               0 sender[32] · 32 nonce · 40 recipient[32] · 72 amount · 80 fee · 88 createdAt ·
 *                    96 u32 offset of payload = 100 · 100 payload
 * TransactionBatch   u32 offset for each item · items
 * ```
 */
import { concatBytes, joinBriefly, toHex } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import type { AccountId, TxHash, TxId } from '../ids.ts'
import { asAccountId, asTxHash, asTxId } from '../ids.ts'
import { BATCH_BYTES_MAX, BATCH_COUNT_MAX, PAYLOAD_BYTES_MAX } from '../params.ts'
import type { RejectCode } from '../reject.ts'
import type { Transaction, TransactionDraft } from '../transaction.ts'
import { encodeList, splitList } from './list-codec.ts'

const BODY_AT = 68
const BODY_FIXED_BYTES = 100

/** Smallest signed transaction, bytes: one with an empty payload. */
export const TRANSACTION_BYTES_MIN = BODY_AT + BODY_FIXED_BYTES
/** Largest signed transaction, bytes. */
export const TRANSACTION_BYTES_MAX = TRANSACTION_BYTES_MIN + PAYLOAD_BYTES_MAX

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: Extract<RejectCode, 'undecodable' | 'too-large'> }

const UNDECODABLE = { ok: false, code: 'undecodable' } as const
const TOO_LARGE = { ok: false, code: 'too-large' } as const

/** SSZ of a transaction's body. The draft's numbers must be in range: the caller made them. */
export function encodeTransactionBody(draft: TransactionDraft): Uint8Array {
  const out = new Uint8Array(BODY_FIXED_BYTES + draft.payload.byteLength)
  const view = new DataView(out.buffer)
  out.set(draft.sender, 0)
  view.setBigUint64(32, draft.nonce, true)
  out.set(draft.recipient, 40)
  view.setBigUint64(72, draft.amount, true)
  view.setBigUint64(80, draft.fee, true)
  view.setBigUint64(88, BigInt(draft.createdAtMs), true)
  view.setUint32(96, BODY_FIXED_BYTES, true)
  out.set(draft.payload, BODY_FIXED_BYTES)
  return out
}

/** SSZ of a signed transaction from the SSZ of its body and 64 bytes of signature. */
export function encodeSignedTransaction(body: Uint8Array, signature: Uint8Array): Uint8Array {
  const offset = new Uint8Array(4)
  new DataView(offset.buffer).setUint32(0, BODY_AT, true)
  return concatBytes(offset, signature, body)
}

/** The hash of the exact bytes: what is remembered as judged, since no copy with another signature shares it. */
export function transactionHash(bytes: Uint8Array): TxHash {
  return asTxHash(sha256Hex(bytes))
}

/**
 * Reads one signed transaction.
 * @param bytes the exact bytes; the result holds views into them, so they must not change
 * @param prefix `signingPrefix('hearsay/tx/1', networkId)`
 * @param hash `transactionHash(bytes)` where the caller has it already
 */
export function decodeTransaction(bytes: Uint8Array, prefix: Uint8Array, hash?: TxHash): Decoded<Transaction> {
  if (bytes.byteLength < TRANSACTION_BYTES_MIN) return UNDECODABLE
  if (bytes.byteLength > TRANSACTION_BYTES_MAX) return TOO_LARGE
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== BODY_AT) return UNDECODABLE
  if (view.getUint32(BODY_AT + 96, true) !== BODY_FIXED_BYTES) return UNDECODABLE
  const createdAtMs = view.getUint32(BODY_AT + 88, true) + view.getUint32(BODY_AT + 92, true) * 0x1_0000_0000
  // Later than the year 287396 is no time; and numbers beyond 2^53 would lose bits in a double.
  if (createdAtMs > Number.MAX_SAFE_INTEGER) return UNDECODABLE
  const fee = view.getBigUint64(BODY_AT + 80, true)
  return {
    ok: true,
    value: new TransactionView({
      bytes,
      prefix,
      id: asTxId(sha256Hex(joinBriefly(prefix, bytes.subarray(BODY_AT)))),
      hash: hash ?? transactionHash(bytes),
      sender: asAccountId(toHex(bytes.subarray(BODY_AT, BODY_AT + 32))),
      nonce: view.getBigUint64(BODY_AT + 32, true),
      fee,
      cost: view.getBigUint64(BODY_AT + 72, true) + fee,
      createdAtMs,
    }),
  }
}

type Kept = Pick<Transaction, 'bytes' | 'id' | 'hash' | 'sender' | 'nonce' | 'fee' | 'cost' | 'createdAtMs'>

/** A transaction over its bytes, which have been found well-formed. */
class TransactionView implements Transaction {
  readonly bytes: Uint8Array
  readonly id: TxId
  readonly hash: TxHash
  readonly sender: AccountId
  readonly nonce: bigint
  readonly fee: bigint
  readonly cost: bigint
  readonly createdAtMs: number
  readonly #prefix: Uint8Array

  constructor(kept: Kept & { readonly prefix: Uint8Array }) {
    this.bytes = kept.bytes
    this.id = kept.id
    this.hash = kept.hash
    this.sender = kept.sender
    this.nonce = kept.nonce
    this.fee = kept.fee
    this.cost = kept.cost
    this.createdAtMs = kept.createdAtMs
    this.#prefix = kept.prefix
  }

  get senderKey(): Uint8Array {
    return this.bytes.subarray(BODY_AT, BODY_AT + 32)
  }
  get recipient(): AccountId {
    return asAccountId(toHex(this.bytes.subarray(BODY_AT + 40, BODY_AT + 72)))
  }
  get amount(): bigint {
    return this.cost - this.fee
  }
  get payload(): Uint8Array {
    return this.bytes.subarray(BODY_AT + BODY_FIXED_BYTES)
  }
  get signedBytes(): Uint8Array {
    return joinBriefly(this.#prefix, this.bytes.subarray(BODY_AT))
  }
  get signature(): Uint8Array {
    return this.bytes.subarray(4, BODY_AT)
  }

  over(copy: Uint8Array, sender = this.sender): Transaction {
    const { id, hash, nonce, fee, cost, createdAtMs } = this
    return new TransactionView({ bytes: copy, prefix: this.#prefix, id, hash, sender, nonce, fee, cost, createdAtMs })
  }
}

/** SSZ of a batch of 1 to 256 signed transactions. */
export function encodeBatch(items: readonly Uint8Array[]): Uint8Array {
  return encodeList(items)
}

/**
 * Splits a batch into views of its items without reading them. At least one item: an empty message says nothing and no
 * honest node sends it.
 */
export function decodeBatch(bytes: Uint8Array): Decoded<readonly Uint8Array[]> {
  if (bytes.byteLength > BATCH_BYTES_MAX) return TOO_LARGE
  const items = splitList(bytes, BATCH_COUNT_MAX)
  return items === null || items.length === 0 ? UNDECODABLE : { ok: true, value: items }
}
