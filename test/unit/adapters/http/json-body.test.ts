import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../../src/adapters/http/json-body.ts'
import { utf8 } from '../../../../src/lib/bytes.ts'
import { createPrng } from '../../../../src/lib/prng.ts'

const parse = (text: string) => parseJson(utf8(text))

describe('JSON of strangers', () => {
  it('is what it says', () => {
    expect(parse(' {"a":[1,"x",null,{"b":true}]} ')).toEqual({ ok: true, value: { a: [1, 'x', null, { b: true }] } })
  })

  it('may be 8 deep and have 32 keys an object', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(parse(deep(8)).ok).toBe(true)
    expect(parse(deep(9))).toMatchObject({ ok: false, message: expect.stringContaining('8 deep') })
    const wide = (keys: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, k) => [`k${k}`, 0])))
    expect(parse(wide(32)).ok).toBe(true)
    expect(parse(wide(33))).toMatchObject({ ok: false, message: expect.stringContaining('32 keys') })
  })

  it('is refused whole for a key that reaches a prototype, wherever it stands and however it is written', () => {
    const seed = 22
    const prng = createPrng(seed)
    const before = Object.getOwnPropertyNames(Object.prototype).sort()
    const evil = [
      '"__proto__"',
      '"constructor"',
      '"prototype"',
      String.raw`"\u005f_proto__"`,
      String.raw`"__prot\u006f__"`,
    ]
    let refused = 0
    for (let round = 0; round < 10_000; round++) {
      const key = evil[prng.below(evil.length)] ?? ''
      let text = `{"a":1,${key}:{"x":${round}}}`
      for (let level = prng.below(6); level > 0; level--)
        text = prng.below(2) === 0 ? `[0,${text}]` : `{"k${level}":${text}}`
      const parsed = parse(text)
      if (!parsed.ok && /"(__proto__|constructor|prototype)"/.test(parsed.message)) refused++
    }
    expect(refused, `seed ${seed}`).toBe(10_000)
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('is refused where it is no JSON, or no UTF-8', () => {
    for (const text of ['', '{', "{'a':1}", '{"a":1,}', 'undefined', '\uFEFF{}', '{"a":NaN}'])
      expect(parse(text), text).toEqual({ ok: false, message: 'the body is not JSON' })
    expect(parseJson(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22))).toEqual({ ok: false, message: 'the body is not UTF-8' })
  })
})
