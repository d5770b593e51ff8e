/** Byte strings. Nothing here depends on time, chance or input and output. */
import { briefBytes, bytesOfHex, compare, hexOf, utf8Of } from './buffer.ts'

const HEX = /^(?:[0-9a-f]{2})*$/

/** Lower-case hexadecimal of `bytes`, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
  return hexOf(bytes)
}

/** The bytes that lower-case hexadecimal `text` stands for, or null where it is anything else: one text, one value. */
export function fromHex(text: string): Uint8Array | null {
  return HEX.test(text) ? bytesOfHex(text) : null
}

/**
 * Writes the bytes that lower-case hexadecimal `text` stands for to `target[at…]`. The text must be known to be
 * hexadecimal.
 */
export function readHex(text: string, target: Uint8Array, at: number): void {
  for (let from = 0, to = at; from < text.length; from += 2, to++)
    target[to] = (digit(text.charCodeAt(from)) << 4) | digit(text.charCodeAt(from + 1))
}

/** Of a digit's code the low four bits are its value for 0 to 9, and nine less for a to f. */
function digit(code: number): number {
  return (code & 0xf) + 9 * (code >> 6)
}

/** Whether two byte strings are the same. Not constant-time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && compare(a, b) === 0
}

/** The same for secrets: the time that it takes says nothing of where they differ. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.byteLength ^ b.byteLength
  for (let at = 0; at < a.byteLength; at++) difference |= (a[at] as number) ^ (b[at] ?? 0)
  return difference === 0
}

/** Three-way comparison in lexicographic order: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return compare(a, b)
}

/** One new byte string made of all parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts)
}

/** The same for a list of any length: arguments of a call are on the stack, where some ten thousand have room. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.byteLength
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.byteLength
  }
  return out
}

/**
 * The two parts in order, for what is dropped soon: the bytes come from the pool that Buffer keeps, which is several
 * times as fast as memory of their own. Whoever keeps them keeps the whole pool of 8 KiB.
 */
export function joinBriefly(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const out = briefBytes(head.byteLength + tail.byteLength)
  out.set(head, 0)
  out.set(tail, head.byteLength)
  return out
}

/** What is joined for a moment is rarely longer, bytes. */
const SCRATCH_BYTES = 1_024
const scratch = new Uint8Array(SCRATCH_BYTES)
/** Views of its first bytes, by their number: made once. */
const scratches: (Uint8Array | undefined)[] = []

/**
 * `head` and the bytes of `source` from `from` on, for who reads them at once and keeps nothing: the next call writes
 * over them.
 */
export function joinForNow(head: Uint8Array, source: Uint8Array, from: number): Uint8Array {
  const length = head.byteLength + source.byteLength - from
  if (length > SCRATCH_BYTES) return joinBriefly(head, source.subarray(from))
  copyBytes(head, 0, head.byteLength, scratch, 0)
  copyBytes(source, from, source.byteLength, scratch, head.byteLength)
  return (scratches[length] ??= scratch.subarray(0, length))
}

/** Writes `source[from…end)` to `target[at…]`: for short pieces cheaper than a view of them. */
export function copyBytes(source: Uint8Array, from: number, end: number, target: Uint8Array, at: number): void {
  for (let read = from, write = at; read < end; read++, write++) target[write] = source[read] as number
}

/** As much of a text as takes at most `bytesMax` bytes of UTF-8, by whole characters. */
export function textWithin(text: string, bytesMax: number): string {
  let [bytes, end] = [0, 0]
  for (const character of text) {
    bytes += utf8(character).byteLength
    if (bytes > bytesMax) return text.slice(0, end)
    end += character.length
  }
  return text
}

/** UTF-8 of `text`. */
export function utf8(text: string): Uint8Array {
  return utf8Of(text)
}
