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
import { concatBytes, copyBytes, joinBriefly, joinForNow, toHex } from '../../lib/bytes.ts'
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
  if (u32At(bytes, 0) !== BODY_AT) return UNDECODABLE
  if (u32At(bytes, BODY_AT + 96) !== BODY_FIXED_BYTES) return UNDECODABLE
  const createdAtMs = u32At(bytes, BODY_AT + 88) + u32At(bytes, BODY_AT + 92) * 0x1_0000_0000
  // Later than the year 287396 is no time; and numbers beyond 2^53 would lose bits in a double.
  if (createdAtMs > Number.MAX_SAFE_INTEGER) return UNDECODABLE
  const fee = u64At(bytes, BODY_AT + 80)
  const amount = u64At(bytes, BODY_AT + 72)
  const kept = {
    id: asTxId(sha256Hex(joinForNow(prefix, bytes, BODY_AT))),
    hash: hash ?? transactionHash(bytes),
    sender: nameOf(bytes, BODY_AT),
    nonce: u64At(bytes, BODY_AT + 32),
    fee,
    cost: amount === 0n ? fee : amount + fee,
    createdAtMs,
  }
  return { ok: true, value: new TransactionView(bytes, prefix, kept) }
}

/** Four bytes, the lowest first. */
function u32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)
  return low + (bytes[at + 3] as number) * 0x100_0000
}

/** Eight bytes, the lowest first. A view that reads them would be more garbage than what is read. */
function u64At(bytes: Uint8Array, at: number): bigint {
  const high = u32At(bytes, at + 4)
  // Whole numbers up to 2^53 are exact.
  if (high < 0x20_0000) return BigInt(high * 0x1_0000_0000 + u32At(bytes, at))
  return (BigInt(high) << 32n) | BigInt(u32At(bytes, at))
}

/**
 * Accounts of late, by the last bits of their key: one sends many transactions, and a text of 64 digits for each is
 * garbage that maps hash anew. A power of two.
 */
const NAMES = 1_024
const KEY_BYTES = 32
const namedKeys = new Uint8Array(NAMES * KEY_BYTES)
const names: (AccountId | undefined)[] = Array.from({ length: NAMES })

/** The account whose key lies at `at`. */
function nameOf(bytes: Uint8Array, at: number): AccountId {
  const place = ((bytes[at] as number) | ((bytes[at + 1] as number) << 8)) & (NAMES - 1)
  const known = names[place]
  if (known !== undefined) {
    let same = 0
    while (same < KEY_BYTES && namedKeys[place * KEY_BYTES + same] === bytes[at + same]) same++
    if (same === KEY_BYTES) return known
  }
  const name = asAccountId(toHex(bytes.subarray(at, at + KEY_BYTES)))
  copyBytes(bytes, at, at + KEY_BYTES, namedKeys, place * KEY_BYTES)
  names[place] = name
  return name
}

type Kept = Pick<Transaction, 'id' | 'hash' | 'sender' | 'nonce' | 'fee' | 'cost' | 'createdAtMs'>

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

  constructor(bytes: Uint8Array, prefix: Uint8Array, kept: Kept, sender = kept.sender) {
    this.bytes = bytes
    this.id = kept.id
    this.hash = kept.hash
    this.sender = sender
    this.nonce = kept.nonce
    this.fee = kept.fee
    this.cost = kept.cost
    this.createdAtMs = kept.createdAtMs
    this.#prefix = prefix
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

  get signedLength(): number {
    return this.#prefix.byteLength + this.bytes.byteLength - BODY_AT
  }

  writeCheck(target: Uint8Array, at: number): void {
    const { bytes } = this
    copyBytes(bytes, BODY_AT, BODY_AT + KEY_BYTES, target, at)
    copyBytes(bytes, 4, BODY_AT, target, at + KEY_BYTES)
    const message = at + KEY_BYTES + BODY_AT - 4
    copyBytes(this.#prefix, 0, this.#prefix.byteLength, target, message)
    copyBytes(bytes, BODY_AT, bytes.byteLength, target, message + this.#prefix.byteLength)
  }

  over(copy: Uint8Array, sender = this.sender): Transaction {
    return new TransactionView(copy, this.#prefix, this, sender)
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
