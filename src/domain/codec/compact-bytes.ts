/**
 * Bytes of varying length for what is counted in bytes: reconciliation. Integers are LEB128 in their shortest form, so
 * that every value has one encoding; a reader says null where bytes are missing or a form is not the shortest, and
 * never throws.
 */
import { concatBytes } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'

/** Largest integer that is written: 48 bits keep every sum exact in a double. */
const VARINT_MAX = 2 ** 48 - 1

export class CompactWriter {
  #bytes: Uint8Array = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  u32(value: number): void {
    this.#room(4)
    new DataView(this.#bytes.buffer).setUint32(this.#length, value, true)
    this.#length += 4
  }

  varint(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= VARINT_MAX, 'a varint has at most 48 bits')
    this.#room(7)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.byteLength)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.byteLength
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.byteLength) return
    const grown = concatBytes(this.#bytes, new Uint8Array(Math.max(this.#bytes.byteLength, count)))
    this.#bytes = grown
  }
}

export class CompactReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at
  }

  u8(): number | null {
    return this.#bytes[this.#at] === undefined ? null : (this.#bytes[this.#at++] as number)
  }

  u32(): number | null {
    if (this.left < 4) return null
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getUint32(this.#at, true)
    this.#at += 4
    return value
  }

  varint(): number | null {
    let value = 0
    let scale = 1
    for (let index = 0; index < 7; index++) {
      const byte = this.u8()
      if (byte === null) return null
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return (byte === 0 && index > 0) || value > VARINT_MAX ? null : value
      scale *= 0x80
    }
    return null
  }

  /** A view. */
  raw(count: number): Uint8Array | null {
    if (this.left < count) return null
    const view = this.#bytes.subarray(this.#at, this.#at + count)
    this.#at += count
    return view
  }
}
