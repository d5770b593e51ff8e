import { describe, expect, it } from 'vitest'
import { openVerifier } from '../../../../src/adapters/crypto/open-verifier.ts'
import { utf8 } from '../../../../src/lib/bytes.ts'
import { craft } from '../../../../src/conform/torsion.ts'

const check = craft({ a: 11n, r: 13n, message: utf8('opened') })

describe('openVerifier', () => {
  it('gives libsodium where its binary is there, with nothing counted yet', async () => {
    const { verifier, fallbackReason } = await openVerifier({ loadNative: () => null })
    expect(fallbackReason).toBeNull()
    expect(verifier.name).toBe('libsodium')
    expect(verifier.stats()).toEqual({ verifications: 0, keyChecks: 0 })
    expect(verifier.verify(check)).toBe(true)
  })

  it('falls back to noble with the reason where the binary is missing', async () => {
    const { verifier, fallbackReason } = await openVerifier({
      loadNative: () => null,
      loadSodium: () => Promise.reject(new Error("ADDON_NOT_FOUND: Cannot find addon '.'\nand a list of places")),
    })
    expect(fallbackReason).toBe("sodium-native can't be loaded: ADDON_NOT_FOUND: Cannot find addon '.'")
    expect(verifier.name).toBe('noble')
    expect(verifier.verify(check)).toBe(true)
  })

  it.each([[undefined], [{}], [{ default: {} }], [{ default: { crypto_sign_verify_detached: () => true } }]])(
    'falls back where the package is something else: %j',
    async (loaded) => {
      const { verifier, fallbackReason } = await openVerifier({
        loadNative: () => null,
        loadSodium: () => Promise.resolve(loaded),
      })
      expect(verifier.name).toBe('noble')
      expect(fallbackReason).toMatch(/lacks the functions/)
    },
  )

  it('falls back where a build of libsodium has another rule', async () => {
    const loadNative = (): null => null
    const real = (await import('sodium-native')).default as unknown as Record<string, (...args: unknown[]) => boolean>
    // A build with a laxer rule for keys.
    const orderTwoPasses = {
      crypto_sign_verify_detached: real.crypto_sign_verify_detached,
      crypto_core_ed25519_is_valid_point: (point: Uint8Array) =>
        real.crypto_core_ed25519_is_valid_point?.(point) === true ||
        Buffer.from(point).toString('hex').startsWith('f8b98a2f'),
    }
    const poisoned = await openVerifier({ loadNative, loadSodium: () => Promise.resolve({ default: orderTwoPasses }) })
    expect(poisoned.verifier.name).toBe('noble')
    expect(poisoned.fallbackReason).toBe('this libsodium has another rule: it accepts a key with a part of order 2')

    const cofactored = {
      ...orderTwoPasses,
      crypto_core_ed25519_is_valid_point: real.crypto_core_ed25519_is_valid_point,
      crypto_sign_verify_detached: () => true,
    }
    const lenient = await openVerifier({ loadNative, loadSodium: () => Promise.resolve({ default: cofactored }) })
    expect(lenient.fallbackReason).toBe('this libsodium has another rule: it accepts S + L')

    const crashing = {
      ...cofactored,
      crypto_sign_verify_detached: () => {
        throw new Error('illegal instruction')
      },
    }
    const broken = await openVerifier({ loadNative, loadSodium: () => Promise.resolve({ default: crashing }) })
    expect(broken.verifier.name).toBe('noble')
    expect(broken.fallbackReason).toBe('libsodium fails its self-test: illegal instruction')
  })

  it('takes libsodium with a reason where a native checker is there and is not to be trusted', async () => {
    const always = (index: number) =>
      class {
        isValidKey = (): boolean => index === -1
        firstInvalid = (): number => index
        figures = (): number[] => [0, 0, 0, 0]
      }
    const libraries: readonly (readonly [() => unknown, RegExp])[] = [
      [() => ({}), /lacks what is needed/],
      [() => ({ Checker: always(-1) }), /the native checker has another rule: it accepts/],
      [() => ({ Checker: always(0) }), /the native checker has another rule: it refuses/],
      [
        () => {
          throw new Error('wrong ELF class')
        },
        /can't be used: wrong ELF class/,
      ],
    ]
    for (const [loadNative, reason] of libraries) {
      const { verifier, fallbackReason } = await openVerifier({ loadNative })
      expect(verifier.name).toBe('libsodium')
      expect(fallbackReason).toMatch(reason)
    }
  })
})
