/**
 * A fingerprint of a set of ids that costs O(1) to keep: SHA-256 over (sum of the ids, each a big-endian number, modulo
 * 2^256, as 32 bytes big-endian) ‖ (their number as u64, big-endian).
 *
 * A sum and not an exclusive or: equal sums of chosen ids cost about 2^31 hashes by the generalised birthday, equal
 * exclusive ors cost a linear system of 256 equations. What an attacker would gain is to hide one difference between
 * two pools until either of them changes.
 */
import { concatBytes } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'

/** Limbs of 16 bits, the lowest first: their sums stay whole numbers that need no object. */
const LIMBS = 16
const TOP = 0x1_0000

export class IdSum {
  readonly #sum = new Uint16Array(LIMBS)
  #count = 0
  #fingerprint: string | null = null

  get count(): number {
    return this.#count
  }

  add(id: string): void {
    let carry = 0
    for (let limb = 0; limb < LIMBS; limb++) {
      const sum = (this.#sum[limb] as number) + limbOf(id, limb) + carry
      this.#sum[limb] = sum
      carry = sum >= TOP ? 1 : 0
    }
    this.#count++
    this.#fingerprint = null
  }

  remove(id: string): void {
    let borrow = 0
    for (let limb = 0; limb < LIMBS; limb++) {
      const difference = (this.#sum[limb] as number) - limbOf(id, limb) - borrow
      this.#sum[limb] = difference
      borrow = difference < 0 ? 1 : 0
    }
    this.#count--
    this.#fingerprint = null
  }

  /** 64 hex digits. */
  fingerprint(): string {
    this.#fingerprint ??= sha256Hex(this.#bytes())
    return this.#fingerprint
  }

  #bytes(): Uint8Array {
    const sum = new Uint8Array(2 * LIMBS)
    const view = new DataView(sum.buffer)
    for (let limb = 0; limb < LIMBS; limb++) view.setUint16(2 * (LIMBS - 1 - limb), this.#sum[limb] as number)
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

/** A limb of an id of 64 hex digits. */
function limbOf(id: string, limb: number): number {
  const at = 60 - 4 * limb
  return (digit(id, at) << 12) | (digit(id, at + 1) << 8) | (digit(id, at + 2) << 4) | digit(id, at + 3)
}

/** Of a digit's code the low four bits are its value for 0 to 9, and nine less for a to f. */
function digit(id: string, at: number): number {
  const code = id.charCodeAt(at)
  return (code & 0xf) + 9 * (code >> 6)
}
