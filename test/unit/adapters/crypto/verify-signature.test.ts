import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../../src/index.ts'
import { utf8 } from '../../../../src/lib/bytes.ts'
import { craft, withScalarPlusL } from '../../../../src/conform/torsion.ts'

const { publicKey, message, signature } = craft({ a: 17n, r: 19n, message: utf8('public library') })

describe('verifySignature', () => {
  it('accepts a valid signature on raw bytes, Buffers too', () => {
    expect(verifySignature(publicKey, message, signature)).toBe(true)
    expect(verifySignature(Buffer.from(publicKey), Buffer.from(message), Buffer.from(signature))).toBe(true)
  })

  it('refuses a changed message, S + L, r = 0 and keys of mixed order', () => {
    expect(verifySignature(publicKey, utf8('public librarz'), signature)).toBe(false)
    expect(verifySignature(publicKey, message, withScalarPlusL(signature, 1n) ?? signature)).toBe(false)
    const zero = craft({ a: 17n, r: 0n, message })
    expect(verifySignature(zero.publicKey, zero.message, zero.signature)).toBe(false)
    const mixed = craft({ a: 17n, i: 4, r: 19n, message })
    expect(verifySignature(mixed.publicKey, mixed.message, mixed.signature)).toBe(false)
  })

  it('answers wrong lengths and things that are no bytes with false', () => {
    const lengths = [0, 1, 31, 32, 33, 63, 64, 65, 128]
    for (const length of lengths.filter((n) => n !== 32)) {
      expect(verifySignature(new Uint8Array(length), message, signature)).toBe(false)
    }
    for (const length of lengths.filter((n) => n !== 64)) {
      expect(verifySignature(publicKey, message, new Uint8Array(length))).toBe(false)
    }
    const untyped = verifySignature as (...args: unknown[]) => boolean
    for (const junk of [undefined, null, 'ab'.repeat(32), 5, {}, [], new ArrayBuffer(32), new Uint16Array(32)]) {
      expect(untyped(junk, message, signature)).toBe(false)
      expect(untyped(publicKey, junk, signature)).toBe(false)
      expect(untyped(publicKey, message, junk)).toBe(false)
    }
  })
})
