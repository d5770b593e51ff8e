import * as lp from 'it-length-prefixed'
import { describe, expect, it } from 'vitest'
import { framesOf } from '../../../../src/adapters/libp2p/exchange.ts'

const LIMITS = { deadlineMs: 1_000, frameBytesMax: 1_000_000, totalBytesMax: 2_000_000, streamsMax: 1 }

/** The frames that are read of these chunks. */
async function framesIn(chunks: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }
  const frames: Uint8Array[] = []
  for await (const frame of framesOf(source(), LIMITS)) frames.push(frame)
  return frames
}

const bytesOf = (...values: number[]): Uint8Array => Uint8Array.from(values)
const singly = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => bytesOf(byte))

describe('the length before a frame', () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 70_000])('of %i bytes is read as it was written', async (length) => {
    const frame = new Uint8Array(length).fill(7)
    const written = lp.encode.single(frame).subarray()
    expect(await framesIn([written, lp.encode.single(bytesOf(9)).subarray()])).toEqual([frame, bytesOf(9)])
  })

  it('may come a byte at a time', async () => {
    const frame = new Uint8Array(300).fill(7)
    expect(await framesIn(singly(lp.encode.single(frame).subarray()))).toEqual([frame])
  })

  it.each([
    ['0 in two', bytesOf(0x80, 0x00)],
    ['3 in two', bytesOf(0x83, 0x00, 1, 2, 3)],
    ['128 in three', bytesOf(0x80, 0x81, 0x00, ...new Uint8Array(128))],
  ])('is refused when it has more bytes than it needs: %s', async (_, bytes) => {
    await expect(framesIn([bytes])).rejects.toThrow('padded')
    await expect(framesIn(singly(bytes))).rejects.toThrow('padded')
  })

  it('is refused when it does not end', async () => {
    await expect(framesIn([bytesOf(0xff, 0xff, 0xff, 0xff)])).rejects.toThrow('no end')
  })

  it('that exceeds the limits is refused before the frame has come', async () => {
    await expect(framesIn([lp.encode.single(new Uint8Array(1_000_001)).subarray(0, 4)])).rejects.toMatchObject({
      name: 'TooLargeError',
    })
  })
})
