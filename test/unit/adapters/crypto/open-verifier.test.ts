import { describe, expect, it } from 'vitest'
import { openVerifier } from '../../../../src/adapters/crypto/open-verifier.ts'
import { utf8 } from '../../../../src/lib/bytes.ts'
import { craft } from '../../../../src/conform/torsion.ts'

const check = craft({ a: 11n, r: 13n, message: utf8('opened') })

describe('openVerifier', () => {
  it('gives libsodium where its binary is there, with nothing counted yet', async () => {
    const { verifier, fallbackReason } = await openVerifier()
    expect(fallbackReason).toBeNull()
    expect(verifier.name).toBe('libsodium')
    expect(verifier.stats()).toEqual({ verifications: 0, keyChecks: 0 })
    expect(verifier.verify(check)).toBe(true)
  })

  it('falls back to noble with the reason where the binary is missing', async () => {
    const { verifier, fallbackReason } = await openVerifier(() =>
      Promise.reject(new Error("ADDON_NOT_FOUND: Cannot find addon '.'\nand a list of places")),
    )
    expect(fallbackReason).toBe("sodium-native can't be loaded: ADDON_NOT_FOUND: Cannot find addon '.'")
    expect(verifier.name).toBe('noble')
    expect(verifier.verify(check)).toBe(true)
  })

  it.each([[undefined], [{}], [{ default: {} }], [{ default: { crypto_sign_verify_detached: () => true } }]])(
    'falls back where the package is something else: %j',
    async (loaded) => {
      const { verifier, fallbackReason } = await openVerifier(() => Promise.resolve(loaded))
      expect(verifier.name).toBe('noble')
      expect(fallbackReason).toMatch(/lacks the functions/)
    },
  )

  it('falls back where a build of libsodium has another rule', async () => {
    const real = (await import('sodium-native')).default as unknown as Record<string, (...args: unknown[]) => boolean>
    // A build with a laxer rule for keys.
    const orderTwoPasses = {
      crypto_sign_verify_detached: real.crypto_sign_verify_detached,
      crypto_core_ed25519_is_valid_point: (point: Uint8Array) =>
        real.crypto_core_ed25519_is_valid_point?.(point) === true ||
        Buffer.from(point).toString('hex').startsWith('f8b98a2f'),
    }
    const poisoned = await openVerifier(() => Promise.resolve({ default: orderTwoPasses }))
    expect(poisoned.verifier.name).toBe('noble')
    expect(poisoned.fallbackReason).toBe('this libsodium has another rule: it accepts a key with a part of order 2')

    const cofactored = {
      ...orderTwoPasses,
      crypto_core_ed25519_is_valid_point: real.crypto_core_ed25519_is_valid_point,
      crypto_sign_verify_detached: () => true,
    }
    const lenient = await openVerifier(() => Promise.resolve({ default: cofactored }))
    expect(lenient.fallbackReason).toBe('this libsodium has another rule: it accepts S + L')

    const crashing = {
      ...cofactored,
      crypto_sign_verify_detached: () => {
        throw new Error('illegal instruction')
      },
    }
    const broken = await openVerifier(() => Promise.resolve({ default: crashing }))
    expect(broken.verifier.name).toBe('noble')
    expect(broken.fallbackReason).toBe('libsodium fails its self-test: illegal instruction')
  })
})
