/**
 * Transactions with all that lies between their fields and their ids; bytes that are none, and why; a batch and its
 * message id.
 */
import {
  encodeBatch,
  encodeSignedTransaction,
  encodeTransactionBody,
  decodeTransaction,
} from '../domain/codec/transaction-codec.ts'
import { itemKey, transactionOrder } from '../domain/item-key.ts'
import { topicName } from '../domain/protocols.ts'
import { signingPrefix } from '../domain/signing.ts'
import type { Transaction, TransactionDraft } from '../domain/transaction.ts'
import { checkValues } from '../domain/rules/transaction-rules.ts'
import { assert } from '../lib/assert.ts'
import { concatAll, concatBytes, toHex, utf8 } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import { sign } from '../wallet/keys.ts'
import { NOW_MS, type Cast, type VectorFile } from './network.ts'

const U64_MAX = 2n ** 64n - 1n

/** Alice's payments to bob, by rising nonce. */
export function transactionsOf(cast: Cast): readonly Transaction[] {
  const draft = (nonce: bigint, more: Partial<TransactionDraft>): Transaction =>
    made(cast, { ...plain(cast, nonce), ...more })
  return [
    draft(0n, { amount: 5n, payload: utf8('hello'), createdAtMs: NOW_MS - 1_000 }),
    draft(1n, { amount: 7n, fee: 2n }),
    draft(2n, { amount: 0n, payload: Uint8Array.from({ length: 256 }, (_, index) => index) }),
  ]
}

export function transactionsFile(cast: Cast): VectorFile {
  const transactions = transactionsOf(cast)
  return {
    networkId: cast.networkId,
    signingPrefix: toHex(prefixOf(cast)),
    transactions: transactions.map((transaction) => ({ ...fieldsOf(transaction), ...stepsOf(transaction) })),
    refused: refusedOf(cast, transactions),
  }
}

export function batchFile(cast: Cast): VectorFile {
  const transactions = transactionsOf(cast)
  const topic = topicName(cast.networkId, 'transactions')
  const batch = encodeBatch(transactions.map(({ bytes }) => bytes))
  const length = Uint8Array.of(topic.length & 0xff, topic.length >> 8)
  const prefix = concatAll([utf8('hearsay/msg/1'), length, utf8(topic)])
  return {
    topic,
    items: transactions.map(({ bytes }) => toHex(bytes)),
    batch: toHex(batch),
    messageIdPrefix: toHex(prefix),
    messageId: sha256Hex(concatBytes(prefix, batch)),
    refused: [
      { why: 'no item', bytes: '' },
      { why: 'the first offset is not a multiple of four', bytes: toHex(withU32(batch, 0, 13)) },
      { why: 'offsets that go back', bytes: toHex(withU32(batch, 4, 8)) },
      { why: 'an offset past the end', bytes: toHex(withU32(batch, 8, batch.byteLength + 1)) },
    ],
  }
}

function plain({ alice, bob }: Cast, nonce: bigint): TransactionDraft {
  const [sender, recipient] = [alice.publicKey, bob.publicKey]
  return { sender, nonce, recipient, amount: 1n, fee: 1n, createdAtMs: NOW_MS, payload: new Uint8Array() }
}

function made(cast: Cast, draft: TransactionDraft): Transaction {
  const body = encodeTransactionBody(draft)
  const bytes = encodeSignedTransaction(body, sign(cast.alice.secret, concatBytes(prefixOf(cast), body)))
  const decoded = decodeTransaction(bytes, prefixOf(cast))
  assert(decoded.ok, 'what is encoded can be decoded')
  return decoded.value
}

function prefixOf({ networkId }: Cast): Uint8Array {
  return signingPrefix('hearsay/tx/1', networkId)
}

function fieldsOf({ sender, nonce, recipient, amount, fee, createdAtMs, payload }: Transaction): VectorFile {
  return {
    sender,
    nonce: String(nonce),
    recipient,
    amount: String(amount),
    fee: String(fee),
    createdAt: createdAtMs,
    payload: toHex(payload),
  }
}

function stepsOf({ bytes, signedBytes, id, hash, createdAtMs }: Transaction): VectorFile {
  return {
    body: toHex(bytes.subarray(68)),
    signedBytes: toHex(signedBytes),
    txId: id,
    signature: toHex(bytes.subarray(4, 68)),
    bytes: toHex(bytes),
    txHash: hash,
    shortId: hash.slice(0, 16),
    reconcileKey: itemKey(transactionOrder(createdAtMs), id),
  }
}

/** Bytes that a node rejects, with its code. None of them depends on state or clock. */
function refusedOf(cast: Cast, [first]: readonly Transaction[]): readonly VectorFile[] {
  assert(first !== undefined, 'there is a transaction')
  const { bytes } = first
  const row = (code: string, why: string, refused: Uint8Array): VectorFile => ({ code, why, bytes: toHex(refused) })
  const overflow = made(cast, { ...plain(cast, 0n), amount: U64_MAX })
  const lastNonce = made(cast, plain(cast, U64_MAX))
  for (const transaction of [overflow, lastNonce])
    assert(checkValues(transaction) === 'overflow', 'the sum is too large')
  return [
    row('undecodable', 'cut short', bytes.subarray(0, 167)),
    row(
      'undecodable',
      'a byte between signature and body',
      withU32(concatBytes(bytes.subarray(0, 68), Uint8Array.of(0), bytes.subarray(68)), 0, 69),
    ),
    row('undecodable', 'the offset of the payload is not 100', withU32(bytes, 68 + 96, 101)),
    row('undecodable', 'createdAt is 2^53', withU32(withU32(bytes, 68 + 88, 0), 68 + 92, 2 ** 21)),
    row('too-large', 'a payload of 16,385 bytes', concatBytes(bytes.subarray(0, 168), new Uint8Array(16_385))),
    row('overflow', 'amount + fee is 2^64', overflow.bytes),
    row('overflow', 'the nonce is 2^64 - 1', lastNonce.bytes),
    row('invalid-signature', 'one bit of the signature is another', flipped(bytes, 10)),
    row('invalid-signature', 'one bit of the payload is another', flipped(bytes, bytes.byteLength - 1)),
    row('invalid-signature', 'signed without the tag', withoutTag(cast, first)),
  ]
}

function withoutTag({ alice, networkId }: Cast, { bytes }: Transaction): Uint8Array {
  const body = bytes.subarray(68)
  return encodeSignedTransaction(
    body,
    sign(alice.secret, concatBytes(signingPrefix('hearsay/block/1', networkId), body)),
  )
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

function withU32(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice()
  new DataView(copy.buffer).setUint32(at, value, true)
  return copy
}
