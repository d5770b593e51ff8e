/** Objects for tests, decoded from bytes that were encoded as on the wire. Signatures are filler: no rule of the pool or ledger reads them. */
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../src/domain/codec/transaction-codec.ts'
import { asAccountId, asNetworkId, type AccountId } from '../../src/domain/ids.ts'
import { signingPrefix } from '../../src/domain/signing.ts'
import type { Transaction } from '../../src/domain/transaction.ts'
import { fromHex, utf8 } from '../../src/lib/bytes.ts'
import { sha256, sha256Hex } from '../../src/lib/hash.ts'

/** A network id for tests that need one. */
export const TEST_NETWORK = asNetworkId(sha256Hex(utf8('test network')))
export const TEST_TRANSACTION_PREFIX = signingPrefix('hearsay/tx/1', TEST_NETWORK)
/** The time at which tests begin. */
export const TEST_START_MS = 1_800_000_000_000

/** A name in the form of a key: nothing can be signed with it. */
export function accountKey(name: string | number): AccountId {
  return asAccountId(sha256Hex(utf8(`account ${name}`)))
}

export function keyBytes(key: AccountId): Uint8Array {
  const bytes = fromHex(key)
  if (bytes === null) throw new Error(`not a key: ${key}`)
  return bytes
}

export interface TransactionOptions {
  readonly sender?: AccountId
  readonly nonce?: bigint | number
  readonly recipient?: AccountId
  readonly amount?: bigint | number
  readonly fee?: bigint | number
  readonly createdAtMs?: number
  readonly payloadBytes?: number
  /** What the filler signature is made of: another one gives other bytes of the same body. */
  readonly signature?: string
}

export function buildTransaction(options: TransactionOptions = {}): Transaction {
  const body = encodeTransactionBody({
    sender: keyBytes(options.sender ?? accountKey(0)),
    nonce: BigInt(options.nonce ?? 0),
    recipient: keyBytes(options.recipient ?? accountKey(1)),
    amount: BigInt(options.amount ?? 1),
    fee: BigInt(options.fee ?? 1),
    createdAtMs: options.createdAtMs ?? TEST_START_MS,
    payload: new Uint8Array(options.payloadBytes ?? 0),
  })
  const half = sha256(utf8(options.signature ?? 'filler'))
  const signature = new Uint8Array([...half, ...half])
  const decoded = decodeTransaction(encodeSignedTransaction(body, signature), TEST_TRANSACTION_PREFIX)
  if (!decoded.ok) throw new Error(`not a transaction: ${decoded.code}`)
  return decoded.value
}
