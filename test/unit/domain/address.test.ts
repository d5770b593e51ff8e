import { describe, expect, it } from 'vitest'
import { bytesToWords, encodeBech32m } from '../../../src/lib/bech32.ts'
import { decodeAddress, encodeAddress, networkKindOf } from '../../../src/domain/address.ts'

const key = Uint8Array.from({ length: 32 }, (_, i) => i)

describe('addresses', () => {
  it('begin with hs1 on production networks and ths1 on development ones', () => {
    expect(encodeAddress(key, 'production')).toBe('hs1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0shfv6zc')
    expect(encodeAddress(key, 'development')).toBe('ths1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s7thcu2')
    expect(networkKindOf('main')).toBe('production')
    expect(networkKindOf('dev-demo')).toBe('development')
    expect(networkKindOf('mydev-net')).toBe('production')
  })

  it('give back the key, in upper case too', () => {
    for (const kind of ['production', 'development'] as const) {
      const text = encodeAddress(key, kind)
      expect(decodeAddress(text, kind)).toEqual({ ok: true, publicKey: key })
      expect(decodeAddress(text.toUpperCase(), kind)).toEqual({ ok: true, publicKey: key })
    }
  })

  it('say what is wrong', () => {
    const good = encodeAddress(key, 'production')
    const failure = (text: string) => decodeAddress(text, 'production')
    expect(failure(encodeAddress(key, 'development'))).toEqual({ ok: false, reason: 'wrong-network' })
    expect(decodeAddress(good, 'development')).toEqual({ ok: false, reason: 'wrong-network' })
    expect(failure(encodeBech32m('bc', bytesToWords(key)))).toEqual({ ok: false, reason: 'wrong-prefix' })
    expect(failure(encodeBech32m('__proto__', bytesToWords(key)))).toEqual({ ok: false, reason: 'wrong-prefix' })
    for (const length of [0, 20, 31, 33]) {
      const text = encodeBech32m('hs', bytesToWords(new Uint8Array(length)))
      expect(failure(text)).toEqual({ ok: false, reason: 'wrong-length' })
    }
    // 52 words with a padding bit set: another text for the same 32 bytes.
    const words = bytesToWords(key)
    const padded = [...words.slice(0, -1), (words.at(-1) ?? 0) | 1]
    expect(failure(encodeBech32m('hs', padded))).toEqual({ ok: false, reason: 'wrong-length' })
    expect(failure(`${good.slice(0, -1)}q`)).toEqual({ ok: false, reason: 'bad-checksum' })
    expect(failure(`${good.slice(0, -1)}W`)).toEqual({ ok: false, reason: 'mixed-case' })
    expect(failure(`${good.slice(0, -1)}b`)).toEqual({ ok: false, reason: 'bad-character' })
    expect(failure(` ${good}`)).toEqual({ ok: false, reason: 'bad-character' })
    expect(failure('alice')).toEqual({ ok: false, reason: 'no-prefix' })
    expect(failure('hs1qq')).toEqual({ ok: false, reason: 'too-short' })
    expect(failure('')).toEqual({ ok: false, reason: 'no-prefix' })
  })

  it('are of 32 bytes only', () => {
    expect(() => encodeAddress(key.subarray(1), 'production')).toThrow()
  })
})
