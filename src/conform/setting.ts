/**
 * What the kit makes for one network: transactions, messages and their ids, hellos. Pure: time and chance are
 * arguments.
 */
import { encodeHello } from '../domain/codec/hello-codec.ts'
import { encodeBatch, encodeSignedTransaction, encodeTransactionBody } from '../domain/codec/transaction-codec.ts'
import type { Hello } from '../domain/hello.ts'
import { asBlockHash, type NetworkId } from '../domain/ids.ts'
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { PROTOCOL_VERSION, protocolName, topicName, TOPICS, type Protocol, type Topic } from '../domain/protocols.ts'
import { signingPrefix } from '../domain/signing.ts'
import type { TransactionDraft } from '../domain/transaction.ts'
import { concatBytes, utf8 } from '../lib/bytes.ts'
import { sha256 } from '../lib/hash.ts'
import { sign, type KeyPair } from '../wallet/keys.ts'
import { accountOf, payersOf } from './network.ts'
import { ACCOUNTS } from './limits.ts'

/** A transaction of a payer with what differs from the usual one. */
export interface Draft extends Partial<TransactionDraft> {
  readonly from: KeyPair
  /** Makes the signature; by default RFC 8032 with the payer's secret over the signed bytes. */
  readonly sign?: (signedBytes: Uint8Array, body: Uint8Array) => Uint8Array
}

export class Setting {
  readonly network: NetworkParams
  readonly networkId: NetworkId
  /** Funded accounts whose secrets are published. */
  readonly payers: readonly KeyPair[]
  /** Validators whose secrets are known, by account. */
  readonly validators: ReadonlyMap<string, KeyPair>

  /** @param validators key pairs of which those that the network has are used */
  constructor(network: NetworkParams, validators: readonly KeyPair[]) {
    this.network = network
    this.networkId = networkIdOf(network)
    const funded = new Map(network.accounts.map(({ key, balance }) => [key, balance]))
    this.payers = payersOf(network.name, ACCOUNTS).filter((keys) => (funded.get(accountOf(keys)) ?? 0n) >= 1_000_000n)
    const known = new Set(network.validators)
    this.validators = new Map(
      validators.filter((keys) => known.has(accountOf(keys))).map((keys) => [accountOf(keys), keys]),
    )
  }

  get topics(): readonly string[] {
    return TOPICS.map((topic) => this.topic(topic))
  }

  topic(topic: Topic): string {
    return topicName(this.networkId, topic)
  }

  protocol(protocol: Protocol): string {
    return protocolName(this.networkId, protocol)
  }

  /** SSZ of a signed transaction. */
  transaction(draft: Draft, nowMs: number): Uint8Array {
    const { from, sign: signer, ...rest } = draft
    const body = encodeTransactionBody({
      sender: from.publicKey,
      nonce: 0n,
      recipient: this.payers[0]?.publicKey ?? from.publicKey,
      amount: 1n,
      fee: this.network.feeFloor,
      createdAtMs: nowMs,
      payload: new Uint8Array(0),
      ...rest,
    })
    const signedBytes = concatBytes(signingPrefix('hearsay/tx/1', this.networkId), body)
    const signature = signer === undefined ? sign(from.secret, signedBytes) : signer(signedBytes, body)
    return encodeSignedTransaction(body, signature)
  }

  batch(...transactions: readonly Uint8Array[]): Uint8Array {
    return encodeBatch(transactions)
  }

  /** The id of a message, 32 bytes. */
  messageId(topic: Topic, data: Uint8Array): Uint8Array {
    const name = utf8(this.topic(topic))
    return sha256(
      concatBytes(utf8('hearsay/msg/1'), Uint8Array.of(name.byteLength & 0xff, name.byteLength >> 8), name, data),
    )
  }

  /** The bytes of a hello; of a node with nothing, but for what is given. */
  hello(overrides: Partial<Hello> = {}): Uint8Array {
    return encodeHello({
      version: PROTOCOL_VERSION,
      networkId: this.networkId,
      headHeight: 0n,
      headHash: asBlockHash(this.networkId),
      settledHeight: 0n,
      mempoolCount: 0n,
      // Of an empty pool: SHA-256 of 32 and 8 zeros.
      mempoolFingerprint: EMPTY_POOL,
      name: 'conform',
      ...overrides,
    })
  }
}

/** mempoolFingerprint of an empty pool. */
export const EMPTY_POOL = Buffer.from(sha256(new Uint8Array(40))).toString('hex')
