/**
 * What Node does with bytes faster than anything that is written here: its `Buffer`. In browsers buffer.browser.ts
 * takes its place.
 */

/** Lower-case hexadecimal of `bytes`. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** The bytes of a text that is known to be hexadecimal. */
export function bytesOfHex(text: string): Uint8Array {
  const decoded = Buffer.from(text, 'hex')
  return new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength)
}

/** One character a byte: the shortest key of a map. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** Negative, zero or positive, in lexicographic order. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/** Bytes of any content, for what is dropped soon: from the pool that Buffer keeps. */
export function briefBytes(length: number): Uint8Array {
  return Buffer.allocUnsafe(length)
}

/** UTF-8 of `text`. */
export function utf8Of(text: string): Uint8Array {
  const encoded = Buffer.from(text, 'utf8')
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength)
}
