/** A long chain on disk, made without a network: valid to the last signature, and stored as a node stores it. */
import { createSigner } from '../../../src/adapters/crypto/signer.ts'
import { openDiskStore } from '../../../src/adapters/store/open-disk-store.ts'
import { headerOf } from '../../../src/domain/block.ts'
import {
  decodeSignedHeader,
  encodeBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../../../src/domain/codec/block-codec.ts'
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../src/domain/codec/transaction-codec.ts'
import { asAccountId, asBlockHash, type BlockHash } from '../../../src/domain/ids.ts'
import { Ledger } from '../../../src/domain/ledger/ledger.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { proposerOf, slotTimeMs } from '../../../src/domain/slots.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'
import { bestKey, putAccount, putHead, putHeight, putIndex, putUndo } from '../../../src/kernel/blocks/chain-record.ts'
import { concatBytes, toHex } from '../../../src/lib/bytes.ts'
import type { StoreWrite } from '../../../src/ports/store.ts'
import { quickSigner } from '../../../src/wallet/quick-signer.ts'
import { keysOf } from '../objects/transactions.ts'

const ACCOUNTS = 50
const FIRST_VALIDATOR = 1_000

/** A network of four validators whose chain could be this high by now. */
export function longNetwork(height: number, slotMs = 1_000): NetworkParams {
  return {
    name: 'dev-long',
    genesisTimeMs: Date.now() - (height + 10) * slotMs,
    slotMs,
    validators: [0, 1, 2, 3].map((number) => asAccountId(toHex(keysOf(FIRST_VALIDATOR + number).publicKey))),
    accounts: Array.from({ length: ACCOUNTS }, (_, number) => ({
      key: asAccountId(toHex(keysOf(number).publicKey)),
      balance: 1_000_000_000n,
    })),
    txLifetimeMs: 24 * 3_600_000,
    feeFloor: 1n,
  }
}

/** Writes `height` blocks of `perBlock` transactions to a new store in `directory`; returns the head. */
export async function writeLongChain(
  directory: string,
  params: NetworkParams,
  height: number,
  perBlock: number,
): Promise<BlockHash> {
  const opening = await openDiskStore(directory)
  if (!opening.ok) throw new Error(opening.message)
  const { store } = opening
  const id = networkIdOf(params)
  const [blockPrefix, transactionPrefix] = [signingPrefix('hearsay/block/1', id), signingPrefix('hearsay/tx/1', id)]
  const make = transactionMaker(transactionPrefix)
  const signers = [0, 1, 2, 3].map((number) => createSigner(keysOf(FIRST_VALIDATOR + number).secret))
  let ledger = Ledger.genesis(params.accounts)
  let parent = asBlockHash(id)
  for (let at = 1; at <= height; at++) {
    const transactions = Array.from({ length: perBlock }, (_, index) => make(index % ACCOUNTS, slotTimeMs(params, at)))
    const proposer = proposerOf(params, at)
    const applied = proposer === null ? null : ledger.apply(transactions, proposer)
    if (proposer === null || applied?.ok !== true) throw new Error('the ledger takes what is made here')
    ledger = applied.ledger
    const place = { parent, height: at, slot: at, proposer, ledgerRoot: toHex(ledger.root()) }
    const bytes = encodeHeader(headerOf(place, transactions))
    const signature = signers[at % 4]!.sign(concatBytes(blockPrefix, bytes))
    const header = decodeSignedHeader(encodeSignedHeader(bytes, signature), blockPrefix)
    if (!header.ok) throw new Error(header.code)
    const { hash } = header.value
    const writes: StoreWrite[] = [
      { kind: 'put', space: 'blocks', key: hash, value: encodeBlock(header.value, transactions) },
      { kind: 'put', space: 'chain', key: bestKey(at), value: header.value.bytes },
      putHeight(hash, at),
      putUndo(hash, applied.changes),
      ...transactions.map((transaction) => putIndex(transaction.id, hash, at)),
      putHead(at, hash),
    ]
    await store.write(writes, { durable: false })
    parent = hash
  }
  await store.write(
    ledger.entries().map((entry, index) => putAccount(index, entry)),
    { durable: true },
  )
  await store.close()
  return parent
}

/** Makes the next transaction of an account, 250 bytes. */
function transactionMaker(prefix: Uint8Array): (account: number, createdAtMs: number) => Transaction {
  const signs = Array.from({ length: ACCOUNTS }, (_, number) => quickSigner(keysOf(number).secret))
  const senders = Array.from({ length: ACCOUNTS }, (_, number) => keysOf(number).publicKey)
  const nonces = senders.map(() => 0n)
  return (account, createdAtMs) => {
    const nonce = nonces[account] ?? 0n
    nonces[account] = nonce + 1n
    const body = encodeTransactionBody({
      sender: senders[account]!,
      nonce,
      recipient: senders[(account + 1) % ACCOUNTS]!,
      amount: 5n,
      fee: 1n,
      createdAtMs,
      payload: new Uint8Array(82),
    })
    const decoded = decodeTransaction(encodeSignedTransaction(body, signs[account]!(concatBytes(prefix, body))), prefix)
    if (!decoded.ok) throw new Error(decoded.code)
    return decoded.value
  }
}
