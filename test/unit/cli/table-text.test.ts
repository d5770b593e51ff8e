import { describe, expect, it } from 'vitest'
import { durationText, fieldsText, shortId, sizeText, tableText } from '../../../src/cli/table-text.ts'
import { plain } from '../../../src/lib/printable.ts'

describe('a table', () => {
  it('aligns its columns and leaves no trailing spaces', () => {
    const text = tableText(
      [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'LAST' }],
      [
        ['a', '100', 'x'],
        ['long…', '7', ''],
      ],
    )
    expect(text.split('\n')).toEqual(['NAME     N  LAST', 'a      100  x', 'long…    7'])
  })

  it('lists fields under one another', () => {
    expect(
      fieldsText([
        ['id', '1'],
        ['payload', ''],
      ]),
    ).toBe('id       1\npayload')
  })
})

describe('figures for people', () => {
  it('have units', () => {
    expect([0, 1_023, 1_024, 1_500_000, 3 * 2 ** 30].map(sizeText)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.4 MiB',
      '3.0 GiB',
    ])
    expect([740, 38_000, 200_000, 7_500_000, 349_200_000].map(durationText)).toEqual([
      '740 ms',
      '38 s',
      '3 m 20 s',
      '2 h 5 m',
      '4 d 1 h',
    ])
  })

  it('keep both ends of a long id', () => {
    expect(shortId('12D3KooWBt3JSNicXpD8zowhd9r8K6FLAVV1bbhuiWomgSTYZUH9')).toBe('12D3Ko…TYZUH9')
    expect(shortId('node-3')).toBe('node-3')
  })
})

describe('text of strangers', () => {
  it('can neither move the cursor nor forge a line nor turn the text around', () => {
    const shown = plain('a\u001b[2Jb\nc\r\u009b31m\u202egnp')
    expect(shown).toBe('a�[2Jb�c��31m�gnp')
  })
})
