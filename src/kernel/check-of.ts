/** What the verifier needs of a transaction. */
import type { Transaction } from '../domain/transaction.ts'
import type { SignatureCheck } from '../ports/signature-verifier.ts'

export function checkOf({ senderKey, signedBytes, signature }: Transaction): SignatureCheck {
  return { publicKey: senderKey, message: signedBytes, signature }
}
