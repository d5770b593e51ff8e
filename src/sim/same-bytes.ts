/**
 * Makes equal bytes one object, for a whole simulated network: hundreds of nodes get the same message, and what is
 * remembered by an object's identity (message ids) is then computed once instead of once a node, and kept in memory
 * once. Nodes change no bytes that they got. Nothing is skipped: whoever asks for an id or a verdict still asks.
 */
import { equalBytes } from '../lib/bytes.ts'

/** Distinct messages before the older half is let go: more than are on their way at any time. */
const HALF_MAX = 16_384

export class SameBytes {
  #young = new Map<number, Uint8Array[]>()
  #old = new Map<number, Uint8Array[]>()
  #count = 0

  /**
   * The object that stands for these bytes: one that came before, or a copy of these that nothing else is a view on.
   */
  of(bytes: Uint8Array): Uint8Array {
    const key = keyOf(bytes)
    const known = find(this.#young.get(key), bytes) ?? find(this.#old.get(key), bytes)
    if (known !== undefined) return known
    const own = new Uint8Array(bytes)
    if (this.#count >= HALF_MAX) {
      this.#old = this.#young
      this.#young = new Map()
      this.#count = 0
    }
    const alike = this.#young.get(key)
    if (alike === undefined) this.#young.set(key, [own])
    else alike.push(own)
    this.#count++
    return own
  }
}

/** Signatures and hashes end most messages: their last bytes differ where anything does. */
function keyOf(bytes: Uint8Array): number {
  const end = bytes.byteLength
  let key = end
  for (let at = Math.max(0, end - 6); at < end; at++) key = (Math.imul(key, 31) + (bytes[at] ?? 0)) | 0
  return key
}

function find(alike: readonly Uint8Array[] | undefined, bytes: Uint8Array): Uint8Array | undefined {
  return alike?.find((one) => equalBytes(one, bytes))
}
