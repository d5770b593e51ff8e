/** One account of a load generator: signs its transactions as they are due. */
import { randomBytes } from 'node:crypto'
import type { NetworkId } from '../../domain/ids.ts'
import { TRANSACTION_BYTES_MIN } from '../../domain/codec/transaction-codec.ts'
import type { KeyPair } from '../../wallet/keys.ts'
import { makeTransaction, type MadeTransaction } from '../../wallet/make-transaction.ts'
import { quickSigner } from '../../wallet/quick-signer.ts'
import { Nonces } from './nonces.ts'

export interface LoadTransaction extends MadeTransaction {
  readonly nonce: bigint
  readonly account: LoadAccount
}

export interface LoadAccountOptions {
  readonly keys: KeyPair
  readonly recipient: Uint8Array
  readonly network: NetworkId
  /** Size of each signed transaction, bytes. */
  readonly sizeBytes: number
  readonly fee: bigint
  /** The next free nonce, by the node that gets the transactions. */
  readonly nextNonce: bigint
}

export class LoadAccount {
  readonly nonces: Nonces
  readonly #options: LoadAccountOptions
  readonly #sign: (message: Uint8Array) => Uint8Array
  /** Bytes by chance: what compresses well would be no load. */
  readonly #payload: Uint8Array

  constructor(options: LoadAccountOptions) {
    this.#options = options
    this.nonces = new Nonces(options.nextNonce)
    this.#sign = quickSigner(options.keys.secret)
    this.#payload = randomBytes(options.sizeBytes - TRANSACTION_BYTES_MIN)
  }

  /** The next transaction: 1 unit to the recipient. */
  make(createdAtMs: number): LoadTransaction {
    const { keys, recipient, network, fee } = this.#options
    const nonce = this.nonces.take()
    const draft = { sender: keys.publicKey, nonce, recipient, amount: 1n, fee, createdAtMs, payload: this.#payload }
    return { ...makeTransaction(draft, network, this.#sign), nonce, account: this }
  }
}
