/**
 * SSZ of what is seldom read, by declaration: a format says what each field is and how long it
 * may be, and reads and writes it. Hot objects (transactions, blocks, batches) are read in place by codecs of their
 * own.
 *
 * Strict: each accepted byte string is the only one of its value. The first offset is the end of the fixed part,
 * offsets don't go back or out, nothing is longer than declared, no byte is left over. What is read is a view of the
 * bytes. @chainsafe/ssz reads the same by the same declarations, and is what tests hold this against; it can't declare
 * a list where there is no Buffer of Node's, as in browsers (findings/ssz-lists-need-node-buffer.sh).
 */
import { concatAll } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { encodeList, splitList } from './list-codec.ts'

export interface Format<T> {
  /** Length of every value, bytes; null where they differ. */
  readonly bytesFixed: number | null
  /** Length of the longest value, bytes. */
  readonly bytesMax: number
  /** The value must be within its limits: this node made it. */
  encode(value: T): Uint8Array
  /** Null where the bytes, all of them, are no value. */
  decode(bytes: Uint8Array): T | null
}

const OFFSET_BYTES = 4

export const u8: Format<number> = {
  bytesFixed: 1,
  bytesMax: 1,
  encode: (value) => Uint8Array.of(value),
  decode: (bytes) => (bytes.byteLength === 1 ? (bytes[0] ?? null) : null),
}

export const u16: Format<number> = {
  bytesFixed: 2,
  bytesMax: 2,
  encode: (value) => Uint8Array.of(value & 0xff, value >> 8),
  decode: (bytes) => (bytes.byteLength === 2 ? viewOf(bytes).getUint16(0, true) : null),
}

export const u64: Format<bigint> = {
  bytesFixed: 8,
  bytesMax: 8,
  encode: (value) => {
    const bytes = new Uint8Array(8)
    viewOf(bytes).setBigUint64(0, value, true)
    return bytes
  },
  decode: (bytes) => (bytes.byteLength === 8 ? viewOf(bytes).getBigUint64(0, true) : null),
}

/** Exactly `length` bytes. */
export function byteVector(length: number): Format<Uint8Array> {
  return {
    bytesFixed: length,
    bytesMax: length,
    encode: (value) => {
      assert(value.byteLength === length, 'a vector has its length')
      return value
    },
    decode: (bytes) => (bytes.byteLength === length ? bytes : null),
  }
}

/** At most `lengthMax` bytes. */
export function byteList(lengthMax: number): Format<Uint8Array> {
  return {
    bytesFixed: null,
    bytesMax: lengthMax,
    encode: (value) => value,
    decode: (bytes) => (bytes.byteLength <= lengthMax ? bytes : null),
  }
}

/** At most `countMax` values. */
export function list<T>(item: Format<T>, countMax: number): Format<readonly T[]> {
  const { bytesFixed } = item
  const itemsOf = (bytes: Uint8Array): readonly Uint8Array[] | null => {
    if (bytesFixed === null) return splitList(bytes, countMax)
    const count = bytes.byteLength / bytesFixed
    if (!Number.isInteger(count) || count > countMax) return null
    return Array.from({ length: count }, (_, at) => bytes.subarray(at * bytesFixed, (at + 1) * bytesFixed))
  }
  return {
    bytesFixed: null,
    bytesMax: countMax * (bytesFixed ?? OFFSET_BYTES + item.bytesMax),
    encode: (values) => {
      const items = values.map((value) => item.encode(value))
      return bytesFixed === null ? encodeList(items) : concatAll(items)
    },
    decode: (bytes) => {
      const items = itemsOf(bytes)
      if (items === null) return null
      const values: T[] = []
      for (const bytesOfOne of items) {
        const value = item.decode(bytesOfOne)
        if (value === null) return null
        values.push(value)
      }
      return values
    },
  }
}

/**
 * Fields in the order in which they are declared; those of varying length stand behind the others, and an offset in
 * their place.
 */
export function container<T extends object>(fields: { readonly [Name in keyof T]: Format<T[Name]> }): Format<
  Readonly<T>
> {
  const all = Object.entries(fields) as unknown as readonly (readonly [string, Format<unknown>])[]
  const fixedBytes = all.reduce((sum, [, { bytesFixed }]) => sum + (bytesFixed ?? OFFSET_BYTES), 0)
  const varying = all.filter(([, { bytesFixed }]) => bytesFixed === null)
  return {
    bytesFixed: varying.length === 0 ? fixedBytes : null,
    bytesMax: varying.reduce((sum, [, { bytesMax }]) => sum + bytesMax, fixedBytes),
    encode: (value) => {
      const values = value as Readonly<Record<string, unknown>>
      const heads: Uint8Array[] = []
      const tails: Uint8Array[] = []
      let end = fixedBytes
      for (const [name, format] of all) {
        const bytes = format.encode(values[name])
        heads.push(format.bytesFixed === null ? offsetBytes(end) : bytes)
        if (format.bytesFixed !== null) continue
        tails.push(bytes)
        end += bytes.byteLength
      }
      return concatAll([...heads, ...tails])
    },
    decode: (bytes) => {
      if (bytes.byteLength < fixedBytes) return null
      const view = viewOf(bytes)
      const values: Record<string, unknown> = {}
      const starts: number[] = []
      let at = 0
      for (const [name, format] of all) {
        const { bytesFixed } = format
        if (bytesFixed === null) starts.push(view.getUint32(at, true))
        else if ((values[name] = format.decode(bytes.subarray(at, at + bytesFixed))) === null) return null
        at += bytesFixed ?? OFFSET_BYTES
      }
      if ((starts[0] ?? bytes.byteLength) !== fixedBytes) return null
      for (const [index, [name, format]] of varying.entries()) {
        const start = starts[index] ?? 0
        const end = starts[index + 1] ?? bytes.byteLength
        if (end < start || end > bytes.byteLength) return null
        if ((values[name] = format.decode(bytes.subarray(start, end))) === null) return null
      }
      return values as T
    },
  }
}

function offsetBytes(offset: number): Uint8Array {
  const bytes = new Uint8Array(OFFSET_BYTES)
  viewOf(bytes).setUint32(0, offset, true)
  return bytes
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
