import { expect, test } from 'vitest'
import { FrameMeter } from '../../../../src/adapters/libp2p/frame-meter.ts'
import {
  OPENING_TOLL,
  OPENINGS_BURST,
  PINGS_BURST,
  STREAMS_PER_CONNECTION_MAX,
  TOLL_BURST,
} from '../../../../src/adapters/libp2p/limits.ts'
import { concatAll, concatBytes } from '../../../../src/lib/bytes.ts'
import { createPrng } from '../../../../src/lib/prng.ts'

function frame(type: number, flags: number, length: number, body = 0): Uint8Array {
  const bytes = new Uint8Array(12 + body)
  const view = new DataView(bytes.buffer)
  view.setUint8(1, type)
  view.setUint16(2, flags)
  view.setUint32(8, length)
  // A body that looks like pings must not count.
  bytes.fill(0x02, 12)
  return bytes
}

const ping = frame(2, 1, 7)
const never = (): boolean => false

test('a flood of pings and one of streams are noticed at their bounds (A28)', () => {
  const pings = new FrameMeter(0, never)
  for (let i = 0; i < PINGS_BURST; i++) expect(pings.read(ping, 0)).toBe(null)
  expect(pings.read(ping, 0)).toBe('pings')
  const openings = new FrameMeter(0, () => true)
  for (let i = 0; i < OPENINGS_BURST; i++) expect(openings.read(frame(1, 1, 0), 0)).toBe(null)
  expect(openings.read(frame(1, 1, 0), 0)).toBe('openings')
})

test('answers and data count for nothing, and no window updates that frames of ours ask for, wherever the chunks are cut', () => {
  const seed = 7
  const prng = createPrng(seed)
  const meter = new FrameMeter(0, never)
  for (let i = 0; i < 167; i++) meter.sent()
  const stream = concatAll(
    Array.from({ length: 500 }, (_, i) => {
      if (i % 3 === 0) return frame(2, 2, i)
      return i % 3 === 1 ? frame(0, 0, 100 + i, 100 + i) : frame(1, 0, i)
    }),
  )
  for (let at = 0; at < stream.byteLength;) {
    const size = 1 + prng.below(300)
    expect(meter.read(stream.subarray(at, at + size), 0), `seed ${seed}`).toBe(null)
    at += size
  }
  // The meter is still in step with the frames.
  for (let i = 0; i < PINGS_BURST; i++) expect(meter.read(ping, 0)).toBe(null)
  expect(meter.read(concatBytes(frame(0, 0, 5, 5), ping), 0)).toBe('pings')
})

test('frames that carry nothing or a crumb, and window that nobody asked for, are paid for (A45)', () => {
  const paid = (...frames: readonly Uint8Array[]): number => {
    let sum = 0
    const meter = new FrameMeter(0, (count) => (sum += count) < 1_000)
    for (const bytes of frames) meter.read(bytes, 0)
    return sum
  }
  const [empty, crumb, content, update] = [frame(0, 0, 0), frame(0, 0, 1, 1), frame(0, 0, 64, 64), frame(1, 0, 9)]
  expect(paid(empty, empty, crumb, update)).toBe(4)
  // A length and its frame apart, as some implementations write them.
  expect(paid(content, crumb, content, crumb)).toBe(0)
  expect(paid(content, crumb, crumb)).toBe(1)
  // Content makes up for no emptiness.
  expect(paid(content, empty, content, update)).toBe(2)
})

test('a new stream is paid for, and who cannot pay has opened too many (A46)', () => {
  let paid = 0
  const meter = new FrameMeter(0, (count) => (paid += count) <= 2 * OPENING_TOLL)
  for (let i = 0; i < 2; i++) expect(meter.read(frame(1, 1, 0), 0)).toBe(null)
  expect(paid).toBe(2 * OPENING_TOLL)
  expect(meter.read(frame(1, 1, 0), 0)).toBe('openings')
})

test('all streams that a connection may have at once fit into what is free', () => {
  expect(STREAMS_PER_CONNECTION_MAX * OPENING_TOLL).toBeLessThan(TOLL_BURST)
})

test('who cannot pay has sent too many empty frames', () => {
  const meter = new FrameMeter(0, never)
  expect(meter.read(frame(0, 0, 0), 0)).toBe('empty-frames')
})
