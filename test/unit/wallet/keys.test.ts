import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../src/index.ts'
import { fromHex, toHex, utf8 } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { keyPairFromRandom, keyPairOf, publicKeyOf, sign } from '../../../src/wallet/keys.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array(0)

/** RFC 8032, 7.1: secret, public key, message, signature. */
const RFC_8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
      '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const

describe('keys', () => {
  it.each(RFC_8032)('are those of RFC 8032: %s', (secret, publicKey, message, signature) => {
    expect(toHex(publicKeyOf(bytes(secret)))).toBe(publicKey)
    expect(toHex(sign(bytes(secret), bytes(message)))).toBe(signature)
  })

  it('made from random bytes sign what the strict rule accepts', () => {
    const seed = 24
    const random = createPrng(seed)
    for (let n = 0; n < 8; n++) {
      const { secret, publicKey } = keyPairFromRandom(random.bytes(32))
      const message = random.bytes(n * 40)
      expect(verifySignature(publicKey, message, sign(secret, message)), `seed ${seed}, round ${n}`).toBe(true)
    }
  })

  it('do not change when the caller wipes its bytes', () => {
    const random = createPrng(25).bytes(32)
    const { secret, publicKey } = keyPairFromRandom(random)
    random.fill(0)
    expect(publicKeyOf(secret)).toEqual(publicKey)
  })

  it('are refused from a wrong number of bytes and from a source that gives the same byte for ever', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(() => keyPairOf(new Uint8Array(length))).toThrow()
      expect(() => sign(new Uint8Array(length), utf8('m'))).toThrow()
    }
    expect(() => keyPairFromRandom(new Uint8Array(32))).toThrow('the random source works')
    expect(() => keyPairFromRandom(new Uint8Array(32).fill(0xff))).toThrow('the random source works')
  })
})
