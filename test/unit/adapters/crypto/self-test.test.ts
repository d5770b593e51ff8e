import { describe, expect, it } from 'vitest'
import { createNobleVerifier } from '../../../../src/adapters/crypto/noble-verifier.ts'
import { findFault } from '../../../../src/adapters/crypto/self-test.ts'
import { equalBytes, toHex, utf8 } from '../../../../src/lib/bytes.ts'
import { sha256 } from '../../../../src/lib/hash.ts'
import type { SignatureCheck } from '../../../../src/ports/signature-verifier.ts'
import { craft, littleEndian, withScalarPlusL } from '../../../../src/conform/torsion.ts'

/** What the self-test asks, recorded while an honest verifier answers. */
function askedOf(): { keys: string[]; signatures: SignatureCheck[] } {
  const honest = createNobleVerifier()
  const keys: string[] = []
  const signatures: SignatureCheck[] = []
  const fault = findFault({
    isValidKey(key) {
      keys.push(toHex(key))
      return honest.isValidKey(key)
    },
    verify(check) {
      signatures.push(check)
      return honest.verify(check)
    },
  })
  expect(fault).toBeNull()
  return { keys, signatures }
}

describe('self-test', () => {
  it('asks about exactly the points and signatures that it names', () => {
    const scalar = (name: string) => BigInt(`0x${toHex(sha256(utf8(name)))}`) % 2n ** 252n
    const a = scalar('hearsay/self-test/key')
    const r = scalar('hearsay/self-test/nonce')
    const message = utf8('hearsay/self-test')
    const { keys, signatures } = askedOf()
    expect(keys.slice(0, 4)).toEqual([0, 1, 2, 4].map((i) => toHex(craft({ a, i, r, message }).publicKey)))
    // i·T has order 8 / gcd(8, i): the words say order 8, 4 and 2 for i = 1, 2 and 4.
    const honest = craft({ a, r, message })
    const expected = [
      honest.signature,
      withScalarPlusL(honest.signature, 1n),
      ...[1, 2, 4].map((j) => craft({ a, r, j, message }).signature),
      craft({ a, r: 0n, message }).signature,
    ]
    expect(signatures.map(({ signature }) => toHex(signature))).toEqual(
      expected.map((signature) => signature && toHex(signature)),
    )
    expect(signatures.every((check) => equalBytes(check.message, message))).toBe(true)
    expect(littleEndian(honest.publicKey)).toBe(littleEndian(signatures[0]?.publicKey ?? new Uint8Array(32)))
  })

  it('names every answer that is wrong', () => {
    const honest = createNobleVerifier()
    const { keys, signatures } = askedOf()
    const faults = new Set<string | null>()
    for (const wrong of keys) {
      faults.add(
        findFault({
          isValidKey: (key) => honest.isValidKey(key) !== (toHex(key) === wrong),
          verify: (check) => honest.verify(check),
        }),
      )
    }
    for (const wrong of signatures) {
      faults.add(
        findFault({
          isValidKey: (key) => honest.isValidKey(key),
          verify: (check) => honest.verify(check) !== equalBytes(check.signature, wrong.signature),
        }),
      )
    }
    expect(faults.size).toBe(12)
    expect(faults).not.toContain(null)
    expect(faults).toContain('it refuses an honest signature')
    expect(faults).toContain('it accepts the identity as R')
  })
})
