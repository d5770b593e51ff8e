/**
 * The length before a frame: an unsigned varint of 7 bits a byte, in the fewest bytes that hold it (PROTOCOL.md,
 * Request protocols).
 *
 * it-length-prefixed 11 reads a length of any number of bytes and then skips as many as the fewest would have been, so
 * that a padded one is read as another frame than was sent. One number has one form here, as it has everywhere else in
 * the protocol.
 */
import type { LengthDecoderFunction } from 'it-length-prefixed'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes of the longest length: 28 bits, far more than any protocol allows. */
const LENGTH_BYTES_MAX = 4

/** The length is written in more bytes than it needs, or in more than any frame has. */
export class FrameLengthError extends Error {
  override readonly name = 'FrameLengthError'
}

/**
 * A decoder for one stream.
 * @throws RangeError where more bytes must come first: what it-length-prefixed waits at
 * @throws FrameLengthError where no length can come of it
 */
export function frameLengthDecoder(): LengthDecoderFunction {
  const decode: LengthDecoderFunction = (bytes: Uint8Array | Uint8ArrayList): number => {
    let value = 0
    for (let index = 0; index < LENGTH_BYTES_MAX; index++) {
      if (index === bytes.byteLength) throw new RangeError('the length is not whole yet')
      const byte = bytes instanceof Uint8Array ? (bytes[index] ?? 0) : bytes.get(index)
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte >= 0x80) continue
      if (byte === 0 && index > 0) throw new FrameLengthError('the length of a frame is padded')
      decode.bytes = index + 1
      return value
    }
    throw new FrameLengthError('the length of a frame has no end')
  }
  decode.bytes = 0
  return decode
}
