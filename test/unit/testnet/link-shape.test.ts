import { describe, expect, it } from 'vitest'
import { formatLinkShape, parseLinkShape } from '../../../testnet/shaper/shape.ts'

describe('the shape of a link', () => {
  it.each([
    ['0', 0, 0, null],
    ['40ms', 40, 0, null],
    ['40ms±20ms', 40, 20, null],
    ['40ms+-20ms', 40, 20, null],
    ['40ms +/- 20ms', 40, 20, null],
    ['1.5s±250ms', 1_500, 250, null],
    ['500us', 0.5, 0, null],
    ['40ms@1MiB/s', 40, 0, 1_048_576],
    ['40ms±20ms@64kB/s', 40, 20, 64_000],
    ['@100B/s', 0, 0, 100],
  ])('%s is read', (text, delayMs, jitterMs, bytesPerSecond) => {
    expect(parseLinkShape(text)).toEqual({ ok: true, shape: { delayMs, jitterMs, bytesPerSecond } })
  })

  it.each([
    '',
    '40',
    '40 m',
    '-40ms',
    '40ms±',
    '±20ms',
    '40ms±20',
    'fast',
    '40ms@',
    '40ms@1MiB',
    '40ms@0B/s',
    '1e3ms',
    '40ms±50ms',
    '61s',
  ])('"%s" is refused with a sentence that quotes it', (text) => {
    const parsed = parseLinkShape(text)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.message).toContain(`"${text}"`)
  })

  it.each(['0', '40ms', '40ms±20ms', '40ms±20ms@1024B/s'])('%s is written as it is read', (text) => {
    const parsed = parseLinkShape(text)
    expect(parsed.ok && formatLinkShape(parsed.shape)).toBe(text)
  })
})
