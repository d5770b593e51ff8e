/**
 * Copies of short byte strings that live long, side by side in slabs: memory of its own for each costs as much as
 * hashing it. A slab lives as long as any of its copies does, so it is small: the worst that can come of it is one slab
 * for each copy.
 */

/** Sixteen of the usual size. */
const SLAB_BYTES = 4_096
/** What is longer gets memory of its own. */
const SHARED_BYTES_MAX = SLAB_BYTES / 8

export class ByteSlabs {
  #slab = new Uint8Array(0)
  #used = 0

  copy(bytes: Uint8Array): Uint8Array {
    const length = bytes.byteLength
    if (length > SHARED_BYTES_MAX) return Uint8Array.from(bytes)
    if (this.#used + length > this.#slab.byteLength) {
      this.#slab = new Uint8Array(SLAB_BYTES)
      this.#used = 0
    }
    const copy = this.#slab.subarray(this.#used, this.#used + length)
    copy.set(bytes)
    this.#used += length
    return copy
  }
}
