/** What takes the place of buffer.ts in the library for browsers (scripts/build.js), which have no `Buffer`. */

/** Lower-case hexadecimal of `bytes`. */
export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** The bytes of a text that is known to be hexadecimal. */
export function bytesOfHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16))
}

/** One character a byte: the shortest key of a map. */
export function keyOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** Negative, zero or positive, in lexicographic order. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.byteLength, b.byteLength)
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return (a[at] ?? 0) - (b[at] ?? 0)
  return a.byteLength - b.byteLength
}

/** Bytes of any content, for what is dropped soon. */
export function briefBytes(length: number): Uint8Array {
  return new Uint8Array(length)
}

/** UTF-8 of `text`. */
export function utf8Of(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
