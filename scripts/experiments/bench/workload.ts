/**
 * The transactions of the throughput measurements: all of one size, signed before anything is measured, each account's
 * nonces in order. A file for each process, so that nobody spends time on making them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import sodium from 'sodium-native'
import { encodeSignedTransaction, encodeTransactionBody } from '../../../src/domain/codec/transaction-codec.ts'
import { asAccountId, type AccountId } from '../../../src/domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { keyPairOf } from '../../../src/wallet/keys.ts'

/** Bytes of each signed transaction: the size that the goals speak of. */
const TRANSACTION_BYTES = 250
/** Bytes of a transaction that are not its payload. */
const FIXED_BYTES = 168
/** Accounts that hand in to one node. */
const ACCOUNTS_PER_NODE = 16

interface Account {
  readonly publicKey: Buffer
  readonly secretKey: Buffer
}

function accountOf(index: number): Account {
  const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES)
  const secretKey = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES)
  const seed = Buffer.from(sha256(Buffer.from(`bench account ${index}`)))
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return { publicKey, secretKey }
}

/** Who makes the blocks of a measurement that has any. */
export function benchValidator(): { readonly key: AccountId; readonly secret: Uint8Array } {
  const seed = sha256(Buffer.from('bench validator'))
  const { publicKey } = keyPairOf(seed)
  return { key: asAccountId(toHex(publicKey)), secret: seed }
}

/**
 * A network in which every account can pay for all that it sends.
 * @param genesisTimeMs start of its chain, with one validator; null: nobody makes blocks
 */
export function benchNetwork(nodes: number, genesisTimeMs: number | null = null): NetworkParams {
  return {
    name: 'dev-bench',
    genesisTimeMs: genesisTimeMs ?? 1_700_000_000_000,
    slotMs: 2_000,
    validators: genesisTimeMs === null ? [] : [benchValidator().key],
    accounts: Array.from({ length: nodes * ACCOUNTS_PER_NODE }, (_, index) => ({
      key: asAccountId(toHex(accountOf(index).publicKey)),
      balance: 1_000_000_000_000n,
    })),
    txLifetimeMs: 1_800_000,
    feeFloor: 1n,
  }
}

/**
 * Users hand in what they have just made; ours are made before the clock runs. They say that they are made later, one
 * after the other between these times, ms, as the rules allow up to 30 s, or the nodes would take them for old ones
 * that gossip has missed, and fetch what is on its way.
 */
const MADE_LATER_MS = { first: 27_500, last: 28_500 }

/** Signs `count` transactions of node `node`'s accounts, in turn, and writes them one after the other. */
export function writeTransactions(file: string, network: NetworkParams, node: number, count: number): void {
  const prefix = signingPrefix('hearsay/tx/1', networkIdOf(network))
  const accounts = Array.from({ length: ACCOUNTS_PER_NODE }, (_, index) => accountOf(node * ACCOUNTS_PER_NODE + index))
  const all = Buffer.alloc(count * TRANSACTION_BYTES)
  const signature = Buffer.alloc(sodium.crypto_sign_BYTES)
  const recipient = Uint8Array.from(accountOf(0).publicKey)
  const { first, last } = MADE_LATER_MS
  const startMs = Date.now() + first
  for (let index = 0; index < count; index++) {
    const account = accounts[index % accounts.length] as Account
    const payload = new Uint8Array(TRANSACTION_BYTES - FIXED_BYTES)
    new DataView(payload.buffer).setUint32(0, node * 0x100_0000 + index)
    const body = encodeTransactionBody({
      sender: account.publicKey,
      nonce: BigInt(Math.floor(index / accounts.length)),
      recipient,
      amount: 1n,
      fee: 1n,
      createdAtMs: startMs + Math.floor(((last - first) * index) / count),
      payload,
    })
    sodium.crypto_sign_detached(signature, Buffer.from(concatBytes(prefix, body)), account.secretKey)
    all.set(encodeSignedTransaction(body, signature), index * TRANSACTION_BYTES)
  }
  writeFileSync(file, all)
}

/** What `writeTransactions` wrote, as views on one buffer. */
export function readTransactions(file: string): readonly Uint8Array[] {
  const all = readFileSync(file)
  return Array.from({ length: all.byteLength / TRANSACTION_BYTES }, (_, index) =>
    all.subarray(index * TRANSACTION_BYTES, (index + 1) * TRANSACTION_BYTES),
  )
}
