/** What the verifier needs of a transaction, made when its turn comes: of a batch of 256 only one at a time. */
import type { Transaction } from '../../domain/transaction.ts'
import type { SignatureCheck } from '../../ports/signature-verifier.ts'

export function checkOf(transaction: Transaction): SignatureCheck {
  return new TransactionCheck(transaction)
}

class TransactionCheck implements SignatureCheck, NonNullable<SignatureCheck['whole']> {
  readonly #transaction: Transaction

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  get whole(): NonNullable<SignatureCheck['whole']> {
    return this
  }
  get messageLength(): number {
    return this.#transaction.signedLength
  }
  write(target: Uint8Array, at: number): void {
    this.#transaction.writeCheck(target, at)
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
