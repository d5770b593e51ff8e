import { describe, expect, it } from 'vitest'
import { oneLine, plain, plainJson, plainLines } from '../../../src/lib/printable.ts'

/** Every character of the categories that do more than be seen, one of each block at least. */
const UNPRINTABLE = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter((character) => character !== '\t'),
  ...Array.from({ length: 0x21 }, (_, offset) => String.fromCharCode(0x7f + offset)),
  ...['\u00ad', '\u061c', '\u180e', '\u200b', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029'],
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060', '\u2066', '\u2067', '\u2068', '\u2069'],
  ...['\u206f', '\ufeff', '\ufff9', '\u{e0001}', '\u{e0041}', '\ud800', '\udfff'],
]

describe('a plain text', () => {
  it('shows what would otherwise do something', () => {
    for (const character of UNPRINTABLE)
      expect(plain(`a${character}b`), `U+${character.codePointAt(0)?.toString(16)}`).toBe('a�b')
    expect(plain('\u001b]0;title\u0007')).toBe('�]0;title�')
  })

  it('leaves alone what is only seen', () => {
    for (const text of ['', 'node-0', 'Zoë', '40ms±20ms', '…–✓→', 'בדיקה', '日本', '🚀', 'é'])
      expect(plain(text)).toBe(text)
    expect(plain('a\tb')).toBe('a b')
  })

  it('has the ends of line that are ours, and no others', () => {
    expect(plainLines('a\nb\r\nc\u2028d\u001b')).toBe('a\nb�\nc�d�')
    expect(oneLine('a\r\nb\u0085c\u2029\u2028d\ve\ff')).toBe('a b c d e f')
  })
})

describe('plain JSON', () => {
  it('is the same document, of characters that are only seen', () => {
    for (const character of UNPRINTABLE) {
      const document = { [`k${character}`]: [`v${character}`, 'ü🚀'] }
      const text = plainJson(document)
      expect(text).toBe(plain(text))
      expect(text).toContain('ü🚀')
      expect(JSON.parse(text)).toEqual(document)
    }
  })
})
