/**
 * A fingerprint of a set of ids that costs O(1) to keep: SHA-256 over (sum of the ids, each a big-endian number, modulo 2^256, as 32
 * bytes big-endian) ‖ (their number as u64, big-endian).
 *
 * A sum and not an exclusive or: equal sums of chosen ids cost about 2^31 hashes by the generalised birthday, equal exclusive ors
 * cost a linear system of 256 equations. What an attacker would gain is to hide one difference between two pools until either of
 * them changes.
 */
import { concatBytes, fromHex } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import { assert } from '../lib/assert.ts'

const MODULUS = 1n << 256n

export class IdSum {
  #sum = 0n
  #count = 0
  #fingerprint: string | null = null

  get count(): number {
    return this.#count
  }

  add(id: string): void {
    this.#sum = (this.#sum + BigInt(`0x${id}`)) % MODULUS
    this.#count++
    this.#fingerprint = null
  }

  remove(id: string): void {
    this.#sum = (this.#sum - BigInt(`0x${id}`) + MODULUS) % MODULUS
    this.#count--
    this.#fingerprint = null
  }

  /** 64 hex digits. */
  fingerprint(): string {
    this.#fingerprint ??= sha256Hex(this.#bytes())
    return this.#fingerprint
  }

  #bytes(): Uint8Array {
    const sum = fromHex(this.#sum.toString(16).padStart(64, '0'))
    assert(sum !== null, 'a sum is 64 hex digits')
    const count = new Uint8Array(8)
    new DataView(count.buffer).setBigUint64(0, BigInt(this.#count))
    return concatBytes(sum, count)
  }
}

/** The fingerprint of `ids`, made at once. */
export function fingerprintOf(ids: Iterable<string>): string {
  const sum = new IdSum()
  for (const id of ids) sum.add(id)
  return sum.fingerprint()
}
