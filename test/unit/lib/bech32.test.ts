import { describe, expect, it } from 'vitest'
import { bytesToWords, decodeBech32m, encodeBech32m, wordsToBytes } from '../../../src/lib/bech32.ts'
import { createPrng } from '../../../src/lib/prng.ts'

/** BIP-350, test vectors for Bech32m. */
const VALID = [
  'A1LQFN3A',
  'a1lqfn3a',
  'an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6',
  'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
  '11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8',
  'split1checkupstagehandshakeupstreamerranterredcaperredlc445v',
  '?1v759aa',
]
const INVALID: readonly (readonly [text: string, reason: string])[] = [
  ['\x201xj0phk', 'bad-character'],
  ['\x7f1g6xzxy', 'bad-character'],
  ['\x801vctc34', 'bad-character'],
  ['an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4', 'too-long'],
  ['qyrz8wqd2c9m', 'no-prefix'],
  ['1qyrz8wqd2c9m', 'no-prefix'],
  ['y1b0jsk6g', 'bad-character'],
  ['lt1igcx5c0', 'bad-character'],
  ['in1muywd', 'too-short'],
  ['mm1crxm3i', 'bad-character'],
  ['au1s5cgom', 'bad-character'],
  ['M1VUXWEZ', 'bad-checksum'],
  ['16plkw9', 'no-prefix'],
  ['1p2gdwpf', 'no-prefix'],
]

describe('bech32m', () => {
  it.each(VALID)('reads and writes the valid vector %s', (text) => {
    const decoded = decodeBech32m(text)
    expect(decoded.ok).toBe(true)
    if (decoded.ok) expect(encodeBech32m(decoded.prefix, decoded.words)).toBe(text.toLowerCase())
  })

  it.each(INVALID)('refuses the invalid vector %j: %s', (text, reason) => {
    expect(decodeBech32m(text)).toEqual({ ok: false, reason })
  })

  it('refuses the older Bech32, mixed case and nothing at all', () => {
    expect(decodeBech32m('a12uel5l')).toEqual({ ok: false, reason: 'bad-checksum' })
    expect(decodeBech32m('A1lqfn3a')).toEqual({ ok: false, reason: 'mixed-case' })
    expect(decodeBech32m('')).toEqual({ ok: false, reason: 'no-prefix' })
    expect(decodeBech32m('a1'.repeat(1_000_000))).toEqual({ ok: false, reason: 'too-long' })
  })

  it('gives back any bytes, and finds every change of up to four characters', () => {
    const seed = 350
    const random = createPrng(seed)
    for (let n = 0; n < 500; n++) {
      const bytes = random.bytes(random.below(45))
      const text = encodeBech32m('hs', bytesToWords(bytes))
      const decoded = decodeBech32m(text)
      expect(decoded.ok && wordsToBytes(decoded.words), `seed ${seed}, round ${n}`).toEqual(bytes)

      const characters = text.split('')
      const places = random.shuffled(characters.map((_, i) => i).slice(3)).slice(0, 1 + random.below(4))
      for (const at of places) {
        const others = [...'qpzry9x8gf2tvdw0s3jn54khce6mua7l'].filter((character) => character !== characters[at])
        characters[at] = others[random.below(others.length)] ?? ''
      }
      expect(decodeBech32m(characters.join('')), `seed ${seed}, round ${n}`).toEqual({
        ok: false,
        reason: 'bad-checksum',
      })
    }
  })

  it('has one text for one byte string: no word too many, no padding but zeros', () => {
    expect(wordsToBytes([31, 28])).toEqual(Uint8Array.of(255))
    expect(wordsToBytes([31, 29])).toBeNull()
    expect(wordsToBytes([31, 28, 0])).toBeNull()
    expect(wordsToBytes([0])).toBeNull()
    expect(wordsToBytes([])).toEqual(new Uint8Array(0))
  })

  it('throws for what is no prefix or no word, and for more than 90 characters', () => {
    for (const prefix of ['', 'HS', 'a b', 'é', 'a'.repeat(84)]) expect(() => encodeBech32m(prefix, [])).toThrow()
    for (const word of [32, -1, 0.5]) expect(() => encodeBech32m('hs', [word])).toThrow()
    expect(encodeBech32m('hs', new Array<number>(81).fill(0))).toHaveLength(90)
    expect(() => encodeBech32m('hs', new Array<number>(82).fill(0))).toThrow()
  })
})
