import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/adapters/crypto/verify-signature.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import { keyPairOf, sign } from '../../../src/wallet/keys.ts'
import { makeTransaction } from '../../../src/wallet/make-transaction.ts'
import { quickSigner } from '../../../src/wallet/quick-signer.ts'
import { TEST_NETWORK, TEST_TRANSACTION_PREFIX } from '../../toolkit/objects/builders.ts'

const { secret, publicKey } = keyPairOf(sha256(utf8('payer')))
const draft = {
  sender: publicKey,
  nonce: 7n,
  recipient: keyPairOf(sha256(utf8('payee'))).publicKey,
  amount: 5n,
  fee: 1n,
  createdAtMs: 1_800_000_000_000,
  payload: utf8('note'),
}

describe('a transaction that was made', () => {
  it('is what its draft says, under a signature that the network takes', () => {
    const made = makeTransaction(draft, TEST_NETWORK, (message) => sign(secret, message))
    const decoded = decodeTransaction(made.bytes, TEST_TRANSACTION_PREFIX)
    if (!decoded.ok) throw new Error(decoded.code)
    const { value } = decoded
    expect(value).toMatchObject({ id: made.id, nonce: 7n, amount: 5n, fee: 1n, createdAtMs: draft.createdAtMs })
    expect(value.senderKey).toEqual(draft.sender)
    expect(value.payload).toEqual(draft.payload)
    expect(verifySignature(value.senderKey, value.signedBytes, value.signature)).toBe(true)
  })

  it('is the same by either signer', () => {
    const slow = makeTransaction(draft, TEST_NETWORK, (message) => sign(secret, message))
    expect(makeTransaction(draft, TEST_NETWORK, quickSigner(secret))).toEqual(slow)
  })
})

describe('the quick signer', () => {
  it('signs as the slow one, for keys and messages of all lengths', () => {
    for (let index = 0; index < 50; index++) {
      const key = sha256(utf8(`key ${index}`))
      const message = utf8('m'.repeat(index * 7))
      expect(quickSigner(key)(message)).toEqual(sign(key, message))
    }
  })

  it('takes a secret of 32 bytes only', () => {
    expect(() => quickSigner(new Uint8Array(31))).toThrow('32 bytes')
  })
})
