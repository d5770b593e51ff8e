import { expect, test } from 'vitest'
import {
  compareBytes,
  concatBytes,
  copyBytes,
  equalBytes,
  fromHex,
  joinForNow,
  textWithin,
  toHex,
  utf8,
} from '../../../src/lib/bytes.ts'
import { sha256, sha256Hex, sha256Of } from '../../../src/lib/hash.ts'

test('hex goes both ways and accepts one spelling only', () => {
  const bytes = Uint8Array.from([0, 1, 0xab, 0xff])
  expect(toHex(bytes)).toBe('0001abff')
  expect(fromHex('0001abff')).toEqual(bytes)
  for (const text of ['0001ABFF', '1', 'zz', '0x00', ' 00', '00 ']) expect(fromHex(text)).toBeNull()
  expect(fromHex('')).toEqual(new Uint8Array())
})

test('a view is not confused with its buffer', () => {
  const whole = Uint8Array.from([1, 2, 3, 4])
  expect(toHex(whole.subarray(1, 3))).toBe('0203')
  expect(sha256Hex(whole.subarray(1, 3))).toBe(sha256Hex(Uint8Array.from([2, 3])))
})

test('concatenation, equality and order', () => {
  expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3))
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false)
  expect(compareBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBeLessThan(0)
})

test('SHA-256 of "abc" (FIPS 180-4)', () => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(sha256Hex(utf8('abc'))).toBe(digest)
  expect(toHex(sha256(utf8('abc')))).toBe(digest)
  expect(toHex(sha256Of([utf8('a'), utf8('bc')]))).toBe(digest)
})

test('cuts a text at a number of bytes, between characters', () => {
  expect(textWithin('short', 5)).toBe('short')
  expect(textWithin('longer', 5)).toBe('longe')
  expect(textWithin('äöü', 5)).toBe('äö')
  expect(textWithin('a\u{1f600}', 4)).toBe('a')
  expect(textWithin('', 0)).toBe('')
})

test('what is joined for now is what is joined for good, short or long, and the next one takes its place', () => {
  const head = Uint8Array.of(1, 2)
  for (const length of [0, 1, 200, 1_022, 1_023, 5_000]) {
    const source = Uint8Array.from({ length: length + 3 }, (_, at) => at)
    expect(Uint8Array.from(joinForNow(head, source, 3))).toEqual(concatBytes(head, source.subarray(3)))
  }
  const first = joinForNow(head, Uint8Array.of(3), 0)
  joinForNow(head, Uint8Array.of(4), 0)
  expect(first).toEqual(Uint8Array.of(1, 2, 4))
})

test('bytes are copied to their place, and no others', () => {
  const target = Uint8Array.of(9, 9, 9, 9, 9)
  copyBytes(Uint8Array.of(1, 2, 3, 4), 1, 3, target, 2)
  expect(target).toEqual(Uint8Array.of(9, 9, 2, 3, 9))
})
