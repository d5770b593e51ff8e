import { expect, test } from 'vitest'
import { packChecks } from '../../../../src/adapters/crypto/native-verifier.ts'
import {
  decodeTransaction,
  encodeSignedTransaction,
  encodeTransactionBody,
} from '../../../../src/domain/codec/transaction-codec.ts'
import type { Transaction, TransactionDraft } from '../../../../src/domain/transaction.ts'
import { checkOf } from '../../../../src/kernel/transactions/check-of.ts'
import { concatBytes, toHex, utf8 } from '../../../../src/lib/bytes.ts'
import { sha256, sha256Hex } from '../../../../src/lib/hash.ts'

const prefix = utf8('a prefix')
const signature = Uint8Array.from({ length: 64 }, (_, at) => 255 - at)

function decoded(draft: Partial<TransactionDraft>): Transaction {
  const whole = { sender: sha256(utf8('sender')), nonce: 0n, recipient: sha256(utf8('recipient')), amount: 0n, fee: 0n }
  const body = encodeTransactionBody({ ...whole, createdAtMs: 1, payload: new Uint8Array(), ...draft })
  const found = decodeTransaction(encodeSignedTransaction(body, signature), prefix)
  if (!found.ok) throw new Error(found.code)
  return found.value
}

test('numbers of 64 bits are read to their last bit', () => {
  const numbers = [0n, 1n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n]
  for (const number of numbers) {
    expect(decoded({ nonce: number }).nonce).toBe(number)
    expect(decoded({ fee: number }).fee).toBe(number)
    expect(decoded({ amount: number, fee: 1n }).amount).toBe(number)
    expect(decoded({ amount: number, fee: 1n }).cost).toBe(number + 1n)
  }
})

test('senders whose keys begin alike keep their own names, whoever came before', () => {
  const alike = Array.from({ length: 5 }, (_, last) =>
    Uint8Array.from({ length: 32 }, (_, at) => (at === 31 ? last : 7)),
  )
  for (const sender of [...alike, ...alike, ...alike.toReversed()])
    expect(decoded({ sender }).sender).toBe(toHex(sender))
})

test('the id is the hash of prefix and body, whatever the length, and many at once keep theirs', () => {
  const all = [0, 100, 900, 1_100, 16_384].map((length) => decoded({ payload: new Uint8Array(length).fill(length) }))
  for (const { id, bytes } of all) expect(id).toBe(sha256Hex(concatBytes(prefix, bytes.subarray(68))))
})

test('a batch of checks that write themselves is the same as one that is put together from its parts', () => {
  const checks = [0, 300, 2_000].map((length) => checkOf(decoded({ payload: new Uint8Array(length).fill(1) })))
  const parts = checks.map(({ publicKey, message, signature: of }) => ({
    publicKey,
    message: Uint8Array.from(message),
    signature: of,
  }))
  expect(packChecks(checks)).toEqual(packChecks(parts))
  expect(packChecks([...checks, { ...parts[0]!, signature: new Uint8Array(63) }, ...checks]).count).toBe(3)
})
