/**
 * A block from its transactions to its hash, its compact form, the ledger before and after it, a proof out of it, and
 * how it is asked for.
 */
import { headerOf, shortIdOf, type SignedHeader } from '../domain/block.ts'
import {
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../domain/codec/block-codec.ts'
import { encodeChainRequest } from '../domain/codec/chain-codec.ts'
import { encodeObjectsAnswer, encodeObjectsRequest } from '../domain/codec/objects-codec.ts'
import { asBlockHash, asTxId } from '../domain/ids.ts'
import { proofDocument } from '../domain/ledger/account-proof.ts'
import type { LedgerEntry } from '../domain/ledger/account-tree.ts'
import { Ledger } from '../domain/ledger/ledger.ts'
import { signingPrefix } from '../domain/signing.ts'
import { topicName } from '../domain/protocols.ts'
import type { Transaction } from '../domain/transaction.ts'
import { assert } from '../lib/assert.ts'
import { concatBytes, toHex } from '../lib/bytes.ts'
import { sign } from '../wallet/keys.ts'
import { accountOf, type Cast, type VectorFile } from './network.ts'
import { transactionsOf } from './transactions.ts'

export interface BlockOne {
  readonly header: SignedHeader
  readonly transactions: readonly Transaction[]
  readonly before: Ledger
  readonly after: Ledger
}

/** The block of slot 1 with all transactions of the kit. */
export function blockOne(cast: Cast): BlockOne {
  const transactions = transactionsOf(cast)
  const proposer = cast.validators[1]
  assert(proposer !== undefined, 'slot 1 belongs to the second validator')
  const before = Ledger.genesis(cast.network.accounts)
  const applied = before.apply(transactions, accountOf(proposer))
  assert(applied.ok, 'alice can pay')
  const place = {
    parent: asBlockHash(cast.networkId),
    height: 1,
    slot: 1,
    proposer: accountOf(proposer),
    ledgerRoot: toHex(applied.ledger.root()),
  }
  const bytes = encodeHeader(headerOf(place, transactions))
  const prefix = signingPrefix('hearsay/block/1', cast.networkId)
  const header = decodeSignedHeader(
    encodeSignedHeader(bytes, sign(proposer.secret, concatBytes(prefix, bytes))),
    prefix,
  )
  assert(header.ok, 'what is encoded can be decoded')
  return { header: header.value, transactions, before, after: applied.ledger }
}

export function blockFile(cast: Cast): VectorFile {
  const { header, transactions, before, after } = blockOne(cast)
  const shortIds = transactions.map(({ hash }) => shortIdOf(hash))
  const [first] = transactions
  assert(first !== undefined, 'there is a transaction')
  const { parent, height, slot, proposer, txRoot, shortIdsHash, ledgerRoot, txCount } = header
  return {
    topic: topicName(cast.networkId, 'blocks'),
    ledgerBefore: { accounts: before.entries().map(accountFields), ledgerRoot: toHex(before.root()) },
    ledgerAfter: { accounts: after.entries().map(accountFields), ledgerRoot: toHex(after.root()) },
    txHashes: transactions.map(({ hash }) => hash),
    shortIds,
    header: { parent, height, slot, proposer, txRoot, shortIdsHash, ledgerRoot, txCount },
    signedBytes: toHex(header.signedBytes),
    blockHash: header.hash,
    signature: toHex(header.signature),
    signedHeader: toHex(header.bytes),
    block: toHex(encodeBlock(header, transactions)),
    compactBlock: toHex(encodeCompactBlock(header, shortIds, [])),
    compactBlockWithFirst: toHex(encodeCompactBlock(header, shortIds, [{ index: 0, transaction: first }])),
    emptyBlockRoots: rootsOfNothing(cast, header),
  }
}

export function proofsFile(cast: Cast): VectorFile {
  const { after } = blockOne(cast)
  return {
    proofs: after.entries().map(({ key }) => {
      const proof = after.proof(key)
      assert(proof !== null, 'the account is there')
      return proofDocument(proof)
    }),
  }
}

/** Frames of `chain` and `objects`: what is asked, and each frame of the answer. */
export function requestsFile(cast: Cast): VectorFile {
  const { header, transactions } = blockOne(cast)
  const [first] = transactions
  assert(first !== undefined, 'there is a transaction')
  const unknown = asBlockHash('00'.repeat(32))
  const row = (protocol: string, asked: string, request: Uint8Array, frames: readonly Uint8Array[]): VectorFile => ({
    protocol,
    asked,
    request: toHex(request),
    answer: frames.map(toHex),
  })
  const block = encodeBlock(header, transactions)
  return {
    requests: [
      row(
        'chain',
        'at most 16 headers above genesis',
        encodeChainRequest({ kind: 'headers', locator: [asBlockHash(cast.networkId)], limit: 16 }),
        [header.bytes],
      ),
      row(
        'chain',
        'headers above the head: an empty frame',
        encodeChainRequest({ kind: 'headers', locator: [header.hash], limit: 512 }),
        [new Uint8Array()],
      ),
      row(
        'chain',
        'two blocks, of which the second is not there',
        encodeChainRequest({ kind: 'blocks', hashes: [header.hash, unknown] }),
        [block, new Uint8Array()],
      ),
      row(
        'objects',
        'a transaction that is there and one that is not, by TxId',
        encodeObjectsRequest({ kind: 'transactions', ids: [first.id, asTxId(unknown)] }),
        [encodeObjectsAnswer([first.bytes, null])],
      ),
      row('objects', 'a block', encodeObjectsRequest({ kind: 'blocks', hashes: [header.hash] }), [
        encodeObjectsAnswer([block]),
      ]),
      row(
        'objects',
        'the first transaction of a block by its short id',
        encodeObjectsRequest({ kind: 'block-transactions', block: header.hash, shortIds: [shortIdOf(first.hash)] }),
        [encodeObjectsAnswer([first.bytes])],
      ),
    ],
  }
}

function accountFields({ key, balance, nonce }: LedgerEntry): VectorFile {
  return { key, balance: String(balance), nonce: String(nonce) }
}

/** What a header without transactions says. */
function rootsOfNothing(cast: Cast, { proposer, ledgerRoot }: SignedHeader): VectorFile {
  const { txRoot, shortIdsHash } = headerOf(
    { parent: asBlockHash(cast.networkId), height: 1, slot: 1, proposer, ledgerRoot },
    [],
  )
  return { txRoot, shortIdsHash }
}
