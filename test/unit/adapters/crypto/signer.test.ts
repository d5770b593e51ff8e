import { expect, test } from 'vitest'
import { createSigner } from '../../../../src/adapters/crypto/signer.ts'
import { keyPairOf, sign } from '../../../../src/wallet/keys.ts'

test('signs exactly as the wallet does', () => {
  for (let i = 0; i < 8; i++) {
    const secret = new Uint8Array(32).fill(i + 1)
    const message = new Uint8Array(i * 7).fill(i)
    const signer = createSigner(secret)
    expect(signer.publicKey).toEqual(keyPairOf(secret).publicKey)
    expect(signer.sign(message)).toEqual(sign(secret, message))
  }
})
