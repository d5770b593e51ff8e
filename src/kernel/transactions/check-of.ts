/** What the verifier needs of a transaction, made when its turn comes: of a batch of 256 only one at a time. */
import type { Transaction } from '../../domain/transaction.ts'
import type { SignatureCheck } from '../../ports/signature-verifier.ts'

export function checkOf(transaction: Transaction): SignatureCheck {
  return new TransactionCheck(transaction)
}

class TransactionCheck implements SignatureCheck {
  readonly #transaction: Transaction

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  get publicKey(): Uint8Array {
    return this.#transaction.senderKey
  }
  get message(): Uint8Array {
    return this.#transaction.signedBytes
  }
  get signature(): Uint8Array {
    return this.#transaction.signature
  }
}
