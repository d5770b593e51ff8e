/**
 * Objects for tests, decoded from bytes that were encoded as on the wire. Signatures are filler: no rule of the pool or
 * ledger reads them.
 */
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { headerOf, type BlockHeader, type SignedHeader } from '../../../src/domain/block.ts'
import { decodeSignedHeader, encodeHeader, encodeSignedHeader } from '../../../src/domain/codec/block-codec.ts'
import type { GenesisAccount, NetworkParams } from '../../../src/domain/params.ts'
import { asAccountId, asBlockHash, asNetworkId, type AccountId, type TxHash } from '../../../src/domain/ids.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { fromHex, utf8 } from '../../../src/lib/bytes.ts'
import { sha256, sha256Hex } from '../../../src/lib/hash.ts'

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
  return readTransaction(encodeSignedTransaction(body, signature))
}

/** @param hash claimed for the bytes, where a test wants one that no honest bytes have */
export function readTransaction(bytes: Uint8Array, hash?: TxHash): Transaction {
  const decoded = decodeTransaction(bytes, TEST_TRANSACTION_PREFIX, hash)
  if (!decoded.ok) throw new Error(`not a transaction: ${decoded.code}`)
  return decoded.value
}

export const TEST_BLOCK_PREFIX = signingPrefix('hearsay/block/1', TEST_NETWORK)

/** A network of so many validators `v0`, `v1`, … with slots of 2 s from `TEST_START_MS` on. */
export function buildNetwork(
  options: { validators?: number; accounts?: readonly GenesisAccount[] } = {},
): NetworkParams {
  return {
    name: 'dev-test',
    genesisTimeMs: TEST_START_MS,
    slotMs: 2_000,
    validators: Array.from({ length: options.validators ?? 4 }, (_, i) => accountKey(`v${i}`)),
    accounts: options.accounts ?? [],
    txLifetimeMs: 1_800_000,
    feeFloor: 1n,
  }
}

/** A header with a filler signature. */
export function buildHeader(header: BlockHeader, signature = 'filler'): SignedHeader {
  const half = sha256(utf8(signature))
  const bytes = encodeSignedHeader(encodeHeader(header), new Uint8Array([...half, ...half]))
  const decoded = decodeSignedHeader(bytes, TEST_BLOCK_PREFIX)
  if (!decoded.ok) throw new Error(`not a header: ${decoded.code}`)
  return decoded.value
}

/** The header of an empty block. Where blocks need only differ, `salt` does it. */
export function buildEmptyHeader(place: {
  parent: string
  height: number
  slot: number
  proposer: AccountId
  salt?: string
}): SignedHeader {
  const { salt = '', ...rest } = place
  const ledgerRoot = sha256Hex(utf8(`ledger ${salt}`))
  return buildHeader(headerOf({ ...rest, parent: asBlockHash(place.parent), ledgerRoot }, []))
}
