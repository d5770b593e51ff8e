import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readAmount,
  readApiUrl,
  readCount,
  readDuration,
  readIdPrefix,
  readListenAddress,
  readNodeNames,
  readShare,
  readSize,
  readWords,
} from '../../../src/cli/parse.ts'

/** The message of a refusal, or an empty text where the reader took it. */
function refusal(reading: { ok: true } | { ok: false; message: string }): string {
  return reading.ok ? '' : reading.message
}

describe('amounts', () => {
  it('are every unsigned 64-bit integer in plain digits', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (amount) => {
        expect(readAmount(amount.toString())).toEqual({ ok: true, value: amount })
      }),
      { seed: 20_261_120 },
    )
    expect(readAmount('18446744073709551615')).toEqual({ ok: true, value: 2n ** 64n - 1n })
  })

  it.each([
    ['-5', 'is negative'],
    ['+5', 'has a sign'],
    ['18446744073709551616', 'more than 64 bits'],
    ['9'.repeat(10_000), 'more than 64 bits'],
    ['1e3', 'has an exponent'],
    ['1.5e3', 'has an exponent'],
    ['0x10', 'is hexadecimal'],
    ['1.5', 'has a fraction'],
    ['1,5', 'has a fraction'],
    ['.5', 'has a fraction'],
    ['007', 'has leading zeros'],
    ['', 'is empty'],
    [' 5', 'is not a whole number'],
    ['5n', 'is not a whole number'],
    ['٥', 'is not a whole number'],
    ['NaN', 'is not a whole number'],
    ['__proto__', 'is not a whole number'],
  ])('are never %j: the reason is given', (text, reason) => {
    expect(refusal(readAmount(text))).toContain(reason)
  })

  it('quotes at most a line of what was wrong', () => {
    expect(refusal(readAmount('9'.repeat(10_000))).length).toBeLessThan(200)
  })
})

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(readDuration(text)).toEqual({ ok: true, value: ms })
  })

  it.each(['', 's', '-1s', '1 s', '1d', '1e3s', '99999h', '1s1s'])('%j is none', (text) => {
    expect(readDuration(text).ok).toBe(false)
  })

  it('a bare number is told which unit it may mean', () => {
    expect(refusal(readDuration('30'))).toContain('write 30s or 30ms')
  })
})

describe('sizes', () => {
  it.each([
    ['250', 250],
    ['250B', 250],
    ['16KiB', 16_384],
    ['1MiB', 1_048_576],
    ['1.5kB', 1_500],
    ['2gib', 2_147_483_648],
  ])('%s is %d bytes', (text, bytes) => {
    expect(readSize(text)).toEqual({ ok: true, value: bytes })
  })

  it.each(['', '-1', '1.5', '1TB', 'KiB', '1 000', '999999999999GiB'])('%j is none', (text) => {
    expect(readSize(text).ok).toBe(false)
  })
})

describe('shares', () => {
  it.each([
    ['100%', 1],
    ['50%', 0.5],
    ['99.5%', 0.995],
  ])('%s is %d', (text, share) => {
    expect(readShare(text)).toEqual({ ok: true, value: share })
  })

  it.each(['0%', '101%', '-1%', '0.5', '100', '%', ''])('%j is none', (text) => {
    expect(readShare(text).ok).toBe(false)
  })
})

describe('ids', () => {
  it('may be given whole, as a prefix of four digits, in capitals or with 0x', () => {
    expect(readIdPrefix('3F1A')).toEqual({ ok: true, value: '3f1a' })
    expect(readIdPrefix(`0x${'ab'.repeat(32)}`)).toEqual({ ok: true, value: 'ab'.repeat(32) })
  })

  it.each(['3f1', '', 'xyz1', 'ab'.repeat(33), '../../etc', '3f1a/propagation'])('%j is none', (text) => {
    expect(readIdPrefix(text).ok).toBe(false)
  })
})

describe('lists of nodes', () => {
  it('are ranges, numbers and names, each node once', () => {
    expect(readNodeNames('0-2,2,5,node-7')).toEqual({
      ok: true,
      value: ['node-0', 'node-1', 'node-2', 'node-5', 'node-7'],
    })
  })

  it.each(['', '4-0', '0-', '0,,1', '-1', 'a b', '0-99999'])('%j is none', (text) => {
    expect(readNodeNames(text).ok).toBe(false)
  })
})

describe('API addresses', () => {
  it.each([
    ['127.0.0.1:4600', 'http://127.0.0.1:4600'],
    ['http://localhost:4600/', 'http://localhost:4600'],
    ['[::1]:4600', 'http://[::1]:4600'],
  ])('%s is %s', (text, url) => {
    expect(readApiUrl(text)).toEqual({ ok: true, value: url })
  })

  it('hold no secret, and the error does not repeat one', () => {
    const message = refusal(readApiUrl('http://user:hunter2@127.0.0.1:4600'))
    expect(message).toContain('--token-file')
    expect(message).not.toContain('hunter2')
  })

  it.each([
    '',
    'https://127.0.0.1:4600',
    'http://127.0.0.1:4600/v1',
    'http://',
    '127.0.0.1:99999',
    'file:///etc/passwd',
  ])('%j is none', (text) => {
    expect(readApiUrl(text).ok).toBe(false)
  })
})

describe('addresses to listen on', () => {
  it.each(['127.0.0.1:4600', 'localhost:0', '[::1]:65535'])('%s is one', (text) => {
    expect(readListenAddress(text)).toEqual({ ok: true, value: text })
  })

  it.each(['4600', '127.0.0.1', '127.0.0.1:65536', 'http://127.0.0.1:4600', '::1:4600'])('%j is none', (text) => {
    expect(readListenAddress(text).ok).toBe(false)
  })
})

describe('counts and words', () => {
  it('keep their bounds', () => {
    const read = readCount(1, 10)
    expect(read('10')).toEqual({ ok: true, value: 10 })
    for (const text of ['0', '11', '1.0', '-1', '', '1e1', '999999999999999999']) expect(read(text).ok).toBe(false)
  })

  it('come from their closed list, also the names that every object has', () => {
    const read = readWords(['peers', 'mesh'])
    expect(read('mesh, peers,mesh')).toEqual({ ok: true, value: ['mesh', 'peers'] })
    for (const text of ['constructor', '__proto__', 'toString', '', 'peers,']) expect(read(text).ok).toBe(false)
  })
})
