/** What every implementation of the signature-verifier port must do. */
import { sign as cryptoSign, createPrivateKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { KeyCacheLimits } from '../../src/adapters/crypto/key-cache.ts'
import { findFault } from '../../src/adapters/crypto/self-test.ts'
import { concatBytes, utf8 } from '../../src/lib/bytes.ts'
import { sha256 } from '../../src/lib/hash.ts'
import type { SignatureCheck, SignatureVerifier } from '../../src/ports/signature-verifier.ts'
import {
  craft,
  craftCofactorless,
  finish,
  littleEndian,
  NON_CANONICAL_OTHERS,
  NON_CANONICAL_SMALL_ORDER,
  SMALL_ORDER_ENCODINGS,
  withScalarPlusL,
} from '../../src/conform/torsion.ts'

const scalar = (name: string) => littleEndian(sha256(utf8(name))) % 2n ** 252n
const a = scalar('contract/key')
const r = scalar('contract/nonce')
const honest = (text: string): SignatureCheck => craft({ a, r, message: utf8(text) })

/** Signed by OpenSSL, so that no implementation is asked about its own signatures only. */
const signedElsewhere: SignatureCheck = (() => {
  const seed = sha256(utf8('contract/seed'))
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const message = utf8('from elsewhere')
  const jwk = key.export({ format: 'jwk' })
  return {
    publicKey: Uint8Array.from(Buffer.from(jwk.x ?? '', 'base64url')),
    message,
    signature: Uint8Array.from(cryptoSign(null, message, key)),
  }
})()

export function signatureVerifierContract(
  name: SignatureVerifier['name'],
  create: (limits?: KeyCacheLimits) => SignatureVerifier,
): void {
  describe(`signature verifier: ${name}`, () => {
    it('says who it is', () => {
      expect(create().name).toBe(name)
    })

    it('accepts honest signatures, over any message', () => {
      const verifier = create()
      for (const text of ['', 'a', 'rumour '.repeat(4_000)]) expect(verifier.verify(honest(text))).toBe(true)
      expect(verifier.verify(signedElsewhere)).toBe(true)
    })

    it('accepts views into larger buffers and shared memory', () => {
      const verifier = create()
      const check = honest('view')
      const all = concatBytes(Uint8Array.of(7), check.publicKey, check.message, check.signature)
      const shared = new Uint8Array(new SharedArrayBuffer(all.byteLength))
      shared.set(all)
      for (const bytes of [all, shared, Buffer.from(all)]) {
        const publicKey = bytes.subarray(1, 33)
        const message = bytes.subarray(33, bytes.byteLength - 64)
        const signature = bytes.subarray(bytes.byteLength - 64)
        expect(verifier.verify({ publicKey, message, signature })).toBe(true)
      }
    })

    it('refuses another message, key or signature', () => {
      const verifier = create()
      const one = honest('one')
      const two = honest('two')
      expect(verifier.verify({ ...one, message: two.message })).toBe(false)
      expect(verifier.verify({ ...one, signature: two.signature })).toBe(false)
      expect(verifier.verify({ ...one, publicKey: signedElsewhere.publicKey })).toBe(false)
    })

    it('answers wrong lengths with false and without work', () => {
      const verifier = create()
      const check = honest('lengths')
      const stretched = (bytes: Uint8Array, length: number) => {
        const out = new Uint8Array(length)
        out.set(bytes.subarray(0, length))
        return out
      }
      for (const length of [0, 1, 31, 33, 63, 64, 65, 1_000]) {
        expect(verifier.verify({ ...check, publicKey: stretched(check.publicKey, length) })).toBe(false)
        expect(verifier.isValidKey(stretched(check.publicKey, length))).toBe(false)
      }
      for (const length of [0, 1, 31, 32, 33, 63, 65, 96, 1_000]) {
        expect(verifier.verify({ ...check, signature: stretched(check.signature, length) })).toBe(false)
      }
      expect(verifier.stats()).toEqual({ verifications: 0, keyChecks: 0 })
    })

    it('passes the self-test of the node', () => {
      expect(findFault(create())).toBeNull()
    })

    it('refuses every small-order key and every encoding of one', () => {
      const verifier = create()
      for (const { name: what, bytes } of [...SMALL_ORDER_ENCODINGS, ...NON_CANONICAL_SMALL_ORDER]) {
        expect(verifier.isValidKey(bytes), what).toBe(false)
        // The attacker's form: any message has a signature by a small-order key, with a = 0.
        const check = finish({
          publicKey: bytes,
          encodedR: honest('R').signature.subarray(0, 32),
          a: 0n,
          r,
          message: utf8('R'),
        })
        expect(verifier.verify(check), what).toBe(false)
      }
    })

    it('refuses every other encoding that is not canonical', () => {
      const verifier = create()
      for (const { name: what, bytes } of NON_CANONICAL_OTHERS) expect(verifier.isValidKey(bytes), what).toBe(false)
    })

    it('refuses keys with a small-order part, even where the cofactorless equation holds', () => {
      const verifier = create()
      for (let i = 1; i < 8; i++) {
        const crafted = [craft({ a, i, r, message: utf8('mixed') })]
        for (let j = 0; j < 8; j++) {
          const grinded = craftCofactorless({ a, i, r, j })
          if (grinded !== null) crafted.push(grinded)
        }
        for (const check of crafted) {
          expect(verifier.isValidKey(check.publicKey)).toBe(false)
          expect(verifier.verify(check)).toBe(false)
        }
      }
    })

    it('refuses an R with a small-order part, and R of small order in any encoding', () => {
      const verifier = create()
      for (let j = 1; j < 8; j++) expect(verifier.verify(craft({ a, r, j, message: utf8('R + T') }))).toBe(false)
      const publicKey = honest('').publicKey
      for (const { name: what, bytes } of [...SMALL_ORDER_ENCODINGS, ...NON_CANONICAL_SMALL_ORDER]) {
        const check = finish({ publicKey, encodedR: bytes, a, r: 0n, message: utf8('r = 0') })
        expect(verifier.verify(check), what).toBe(false)
      }
    })

    it('refuses S + n·L and S with any of its top bits set', () => {
      const verifier = create()
      const check = honest('malleable')
      let tried = 0
      for (let times = 1n; times < 16n; times++) {
        const signature = withScalarPlusL(check.signature, times)
        if (signature === null) continue
        tried++
        expect(verifier.verify({ ...check, signature })).toBe(false)
      }
      expect(tried).toBe(15)
      for (const bits of [0x10, 0x20, 0x40, 0x80, 0xe0, 0xf0]) {
        const signature = check.signature.slice()
        signature[63] = (signature[63] ?? 0) | bits
        expect(verifier.verify({ ...check, signature })).toBe(false)
      }
    })

    it('finds the first invalid check and looks no further', () => {
      const verifier = create()
      const good = [honest('0'), honest('1'), honest('2')]
      const forged = { ...honest('3'), message: utf8('not 3') }
      expect(verifier.firstInvalid([])).toBe(-1)
      expect(verifier.firstInvalid(good)).toBe(-1)
      expect(verifier.stats().verifications).toBe(3)
      expect(verifier.firstInvalid([...good, forged, forged])).toBe(3)
      expect(verifier.stats().verifications).toBe(7)
      expect(verifier.firstInvalid(Array.from({ length: 64 }, () => forged))).toBe(0)
      expect(verifier.stats()).toEqual({ verifications: 8, keyChecks: 1 })
    })

    it('checks a key once, whether it is valid or not', () => {
      const verifier = create()
      const check = honest('cached')
      const bad = craft({ a, i: 4, r, message: utf8('cached') })
      for (let n = 0; n < 5; n++) {
        expect(verifier.verify(check)).toBe(true)
        expect(verifier.verify(bad)).toBe(false)
      }
      expect(verifier.stats()).toEqual({ verifications: 5, keyChecks: 2 })
      expect(verifier.caches().map(({ name: what, size }) => [what, size])).toEqual([
        ['validKeys', 1],
        ['invalidKeys', 1],
      ])
    })

    it('answers by the bytes of a key, not by the buffer that once held them', () => {
      const verifier = create()
      const check = honest('reused buffer')
      const publicKey = check.publicKey.slice()
      expect(verifier.verify({ ...check, publicKey })).toBe(true)
      publicKey.set(craft({ a, i: 1, r, message: check.message }).publicKey)
      expect(verifier.isValidKey(publicKey)).toBe(false)
      expect(verifier.verify(check)).toBe(true)
    })

    it('knows a key by all of its bits', () => {
      const verifier = create()
      const { publicKey } = honest('bits')
      expect(verifier.isValidKey(publicKey)).toBe(true)
      for (let at = 0; at < 32; at++) {
        const other = publicKey.slice()
        other[at] = (other[at] ?? 0) ^ 1
        verifier.isValidKey(other)
        expect(verifier.stats().keyChecks).toBe(at + 2)
      }
    })

    it('forgets the key that was not used for the longest time', () => {
      const verifier = create({ validMax: 2, invalidMax: 2 })
      const valid = [1n, 2n, 3n].map((n) => craft({ a: a + n, r, message: utf8('') }).publicKey)
      const invalid = [1, 2, 3].map((i) => craft({ a, i, r, message: utf8('') }).publicKey)
      for (const [one, two, three] of [valid, invalid] as [Uint8Array, Uint8Array, Uint8Array][]) {
        for (const key of [one, two, one, three]) verifier.isValidKey(key)
        const before = verifier.stats().keyChecks
        verifier.isValidKey(one)
        expect(verifier.stats().keyChecks).toBe(before)
        verifier.isValidKey(two)
        expect(verifier.stats().keyChecks).toBe(before + 1)
      }
    })

    it('keeps a bounded number of keys, and invalid ones never push out valid ones', () => {
      const verifier = create({ validMax: 2, invalidMax: 2 })
      const keys = [1n, 2n, 3n].map((n) => craft({ a: a + n, r, message: utf8('') }).publicKey)
      for (const key of keys) expect(verifier.isValidKey(key)).toBe(true)
      for (const { bytes } of SMALL_ORDER_ENCODINGS) expect(verifier.isValidKey(bytes)).toBe(false)
      expect(verifier.caches()).toEqual([
        { name: 'validKeys', size: 2, capacity: 2 },
        { name: 'invalidKeys', size: 2, capacity: 2 },
      ])
      const before = verifier.stats().keyChecks
      for (const key of keys.slice(1)) expect(verifier.isValidKey(key)).toBe(true)
      expect(verifier.stats().keyChecks).toBe(before)
      // The first key was the least recently used one and has to be checked again.
      for (const key of keys.slice(0, 1)) expect(verifier.isValidKey(key)).toBe(true)
      expect(verifier.stats().keyChecks).toBe(before + 1)
    })
  })
}
