/**
 * The chain that the kit makes on its network, of which it has all keys: blocks on the best tip, side branches, and
 * blocks with one thing wrong. Their slots lie ten minutes back, so that a check never waits for one; their
 * transactions are made then too.
 */
import { headerOf, shortIdOf, type Block, type BlockHeader, type SignedHeader } from '../domain/block.ts'
import {
  decodeSignedHeader,
  encodeBlock,
  encodeCompactBlock,
  encodeHeader,
  encodeSignedHeader,
} from '../domain/codec/block-codec.ts'
import { decodeTransaction } from '../domain/codec/transaction-codec.ts'
import { asBlockHash, type AccountId, type BlockHash } from '../domain/ids.ts'
import { Ledger } from '../domain/ledger/ledger.ts'
import { signingPrefix } from '../domain/signing.ts'
import { proposerOf, slotAt, slotTimeMs } from '../domain/slots.ts'
import type { Transaction } from '../domain/transaction.ts'
import { concatBytes, toHex } from '../lib/bytes.ts'
import { assert } from '../lib/assert.ts'
import { sign, type KeyPair } from '../wallet/keys.ts'
import { notApplicable } from './outcome.ts'
import type { Setting } from './setting.ts'

/** How far back the kit's blocks begin, ms: a third of the time that a transaction lives, at most. */
const BACK_MS = 600_000

/** What a block can be built on. */
export interface Tip {
  readonly hash: BlockHash
  readonly height: number
  readonly slot: number
  readonly ledger: Ledger
}

export interface MadeBlock extends Tip {
  readonly block: Block
  /** Without anything prefilled. */
  readonly compact: Uint8Array
}

/** What is wrong with a block. */
export interface Spoilt {
  readonly fields?: Partial<BlockHeader>
  /** Signs in the place of the slot's owner. */
  readonly signer?: KeyPair
  readonly signature?: Uint8Array
}

export class MadeChain {
  readonly #setting: Setting
  readonly #prefix: Uint8Array
  readonly #transactionPrefix: Uint8Array
  /** From height 1 on. */
  readonly blocks: MadeBlock[] = []
  readonly genesis: Tip
  #slot: number

  constructor(setting: Setting, nowMs: number) {
    this.#setting = setting
    this.#prefix = signingPrefix('hearsay/block/1', setting.networkId)
    this.#transactionPrefix = signingPrefix('hearsay/tx/1', setting.networkId)
    const { network } = setting
    const ledger = Ledger.genesis(network.accounts)
    this.genesis = { hash: asBlockHash(setting.networkId), height: 0, slot: 0, ledger }
    const backMs = Math.min(BACK_MS, network.txLifetimeMs / 3)
    this.#slot = Math.max(1, slotAt(network, nowMs - backMs))
  }

  get tip(): Tip {
    return this.blocks.at(-1) ?? this.genesis
  }

  /** A slot that no block of the kit has, above all before. */
  nextSlot(): number {
    return this.#slot++
  }

  /** When transactions of the next blocks should be made, ms. */
  get timeMs(): number {
    return slotTimeMs(this.#setting.network, this.#slot)
  }

  /** It is the tip from now on. */
  extend(made: MadeBlock): void {
    this.blocks.push(made)
  }

  transaction(bytes: Uint8Array): Transaction {
    const decoded = decodeTransaction(bytes, this.#transactionPrefix)
    assert(decoded.ok, 'the kit can read what it has made')
    return decoded.value
  }

  /** A block on `parent`, right but for what `spoilt` says. */
  make(options: {
    readonly parent?: Tip
    readonly slot?: number
    readonly transactions?: readonly Uint8Array[]
    readonly spoilt?: Spoilt
  }): MadeBlock {
    const { parent = this.tip, slot = this.nextSlot(), spoilt = {} } = options
    const transactions = (options.transactions ?? []).map((bytes) => this.transaction(bytes))
    const proposer = this.#ownerOf(slot)
    const applied = parent.ledger.apply(transactions, proposer)
    const ledger = applied.ok ? applied.ledger : parent.ledger
    const place = { parent: parent.hash, height: parent.height + 1, slot, proposer }
    const header = this.#sign(
      { ...headerOf({ ...place, ledgerRoot: toHex(ledger.root()) }, transactions), ...spoilt.fields },
      spoilt,
      proposer,
    )
    const block = { header, transactions, bytes: encodeBlock(header, transactions) }
    const shortIds = transactions.map(({ hash }) => shortIdOf(hash))
    return {
      hash: header.hash,
      height: header.height,
      slot,
      ledger,
      block,
      compact: encodeCompactBlock(header, shortIds, []),
    }
  }

  /** The compact block with all its transactions prefilled. */
  prefilled({ block: { header, transactions } }: MadeBlock): Uint8Array {
    const shortIds = transactions.map(({ hash }) => shortIdOf(hash))
    return encodeCompactBlock(
      header,
      shortIds,
      transactions.map((transaction, index) => ({ index, transaction })),
    )
  }

  /** The compact block with other short ids than its header binds. */
  mismatched({ block: { header } }: MadeBlock, shortIds: readonly string[]): Uint8Array {
    return encodeCompactBlock(header, shortIds, [])
  }

  /** A validator that does not own the slot. */
  otherThan(slot: number): KeyPair {
    const owner = proposerOf(this.#setting.network, slot)
    for (const [account, keys] of this.#setting.validators) if (account !== owner) return keys
    return notApplicable('the network has no second validator whose secret is published')
  }

  #ownerOf(slot: number): AccountId {
    return proposerOf(this.#setting.network, slot) ?? notApplicable('the network has no validators')
  }

  #sign(header: BlockHeader, { signer, signature }: Spoilt, proposer: AccountId): SignedHeader {
    const keys = signer ?? this.#setting.validators.get(proposer)
    if (keys === undefined) notApplicable('the network has a validator whose secret is not published')
    const bytes = encodeHeader(header)
    const signed = encodeSignedHeader(bytes, signature ?? sign(keys.secret, concatBytes(this.#prefix, bytes)))
    const decoded = decodeSignedHeader(signed, this.#prefix)
    assert(decoded.ok, 'the kit can read what it has made')
    return decoded.value
  }
}
