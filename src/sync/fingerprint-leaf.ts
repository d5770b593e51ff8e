/**
 * Up to LEAF_MAX neighbouring items of a fingerprint tree: their keys in order, for each of two salts the hash of each,
 * and the sum of these.
 *
 * Rules. A hash that has not been made yet is not in the sum; `missing` counts them. What lies side by side in order
 * lies side by side in memory: an insert moves a few kilobytes within the cache instead of following pointers through
 * cold memory.
 */
import { assert } from '../lib/assert.ts'
import { readHex } from '../lib/bytes.ts'
import { ITEM_KEY_BYTES, type ItemKey } from '../domain/item-key.ts'
import { sha256OneBlock } from '../lib/sha256-block.ts'
import { LEAF_MAX } from './limits.ts'
import { addTo, copyWords, LIMBS, subtractFrom } from './sum256.ts'

export type SlotIndex = 0 | 1
/** Salts by slot; null where none is open. */
export type Salts = readonly [Uint8Array | null, Uint8Array | null]
const SLOTS = [0, 1] as const

/** `splice` returns a list of what it took out, here always of nothing. */
function insertAt<T>(list: T[], at: number, item: T): void {
  list.push(item)
  for (let to = list.length - 1; to > at; to--) list[to] = list[to - 1] as T
  list[at] = item
}

export class FingerprintLeaf {
  readonly keys: ItemKey[] = []
  /** The whole ids of the same items. */
  readonly ids: string[] = []
  readonly sums: readonly [Uint32Array, Uint32Array] = [new Uint32Array(LIMBS), new Uint32Array(LIMBS)]
  /** How many hashes are still to be made. */
  readonly missing: [number, number] = [0, 0]
  readonly #elements: readonly [Uint32Array, Uint32Array] = [
    new Uint32Array(LEAF_MAX * LIMBS),
    new Uint32Array(LEAF_MAX * LIMBS),
  ]
  /** 1 where the hash was made. */
  readonly #made: readonly [Uint8Array, Uint8Array] = [new Uint8Array(LEAF_MAX), new Uint8Array(LEAF_MAX)]

  get count(): number {
    return this.keys.length
  }

  /** How many of its keys are before the bound. */
  rankOf(bound: string): number {
    let low = 0
    let high = this.keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.keys[middle] as string) < bound) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Puts a key at its place, hashed under every open salt. There must be room. */
  insert(at: number, key: ItemKey, id: string, salts: Salts): void {
    const count = this.keys.length
    assert(count < LEAF_MAX, 'a full leaf is divided first')
    insertAt(this.keys, at, key)
    insertAt(this.ids, at, id)
    const bytes = keyBytes(key)
    for (const slot of SLOTS) {
      const elements = this.#elements[slot]
      const made = this.#made[slot]
      elements.copyWithin((at + 1) * LIMBS, at * LIMBS, count * LIMBS)
      made.copyWithin(at + 1, at, count)
      const salt = salts[slot]
      made[at] = salt === null ? 0 : 1
      if (salt === null) continue
      sha256OneBlock(salt, bytes, elements, at * LIMBS)
      addTo(this.sums[slot], 0, elements, at * LIMBS)
    }
  }

  remove(at: number): void {
    const count = this.keys.length
    this.keys.splice(at, 1)
    this.ids.splice(at, 1)
    for (const slot of SLOTS) {
      const elements = this.#elements[slot]
      const made = this.#made[slot]
      if (made[at] === 1) subtractFrom(this.sums[slot], 0, elements, at * LIMBS)
      else if (this.missing[slot] > 0) this.missing[slot]--
      elements.copyWithin(at * LIMBS, (at + 1) * LIMBS, count * LIMBS)
      made.copyWithin(at, at + 1, count)
    }
  }

  /** A new salt: all hashes are to be made anew. */
  forget(slot: SlotIndex): void {
    this.#made[slot].fill(0)
    this.sums[slot].fill(0)
    this.missing[slot] = this.keys.length
  }

  /** Makes up to `most` of the missing hashes; how many it made. */
  fill(slot: SlotIndex, salt: Uint8Array, most: number): number {
    let done = 0
    for (let at = 0; at < this.keys.length && done < most && this.missing[slot] > 0; at++) {
      if (this.#made[slot][at] === 1) continue
      sha256OneBlock(salt, keyBytes(this.keys[at] as ItemKey), this.#elements[slot], at * LIMBS)
      addTo(this.sums[slot], 0, this.#elements[slot], at * LIMBS)
      this.#made[slot][at] = 1
      this.missing[slot]--
      done++
    }
    return done
  }

  /** Adds the hashes of the first `count` items to `sum`. All must have been made. */
  addFirst(slot: SlotIndex, count: number, sum: Uint32Array): void {
    const elements = this.#elements[slot]
    for (let at = 0; at < count; at++) addTo(sum, 0, elements, at * LIMBS)
  }

  /** Gives its items from `from` on to a new leaf behind it. */
  divide(from: number): FingerprintLeaf {
    const behind = new FingerprintLeaf()
    behind.append(this, from)
    this.keys.length = from
    this.ids.length = from
    for (const slot of SLOTS) {
      subtractFrom(this.sums[slot], 0, behind.sums[slot], 0)
      this.missing[slot] -= behind.missing[slot]
    }
    return behind
  }

  /** Takes the items of a leaf that is behind this one, from `from` on. There must be room. */
  append(other: FingerprintLeaf, from = 0): void {
    const base = this.keys.length - from
    for (let at = from; at < other.keys.length; at++) {
      this.keys.push(other.keys[at] as ItemKey)
      this.ids.push(other.ids[at] as string)
      for (const slot of SLOTS) {
        const isMade = other.#made[slot][at] as number
        this.#made[slot][base + at] = isMade
        if (isMade === 1) {
          copyWords(this.#elements[slot], (base + at) * LIMBS, other.#elements[slot], at * LIMBS)
          addTo(this.sums[slot], 0, other.#elements[slot], at * LIMBS)
        } else if (other.missing[slot] > 0) this.missing[slot]++
      }
    }
  }

  /** Throws where the sums are not those of its keys. */
  invariants(salts: Salts): void {
    for (const slot of SLOTS) {
      const salt = salts[slot]
      if (salt === null) continue
      const sum = new Uint32Array(LIMBS)
      const element = new Uint32Array(LIMBS)
      let missing = 0
      this.keys.forEach((key, at) => {
        if (this.#made[slot][at] === 0) {
          missing++
          return
        }
        sha256OneBlock(salt, keyBytes(key), element, 0)
        addTo(sum, 0, element, 0)
      })
      assert(missing === this.missing[slot], 'missing hashes are counted')
      for (let limb = 0; limb < LIMBS; limb++)
        assert(sum[limb] === this.sums[slot][limb], 'a sum is that of the hashes')
    }
  }
}

const KEY = new Uint8Array(ITEM_KEY_BYTES)

/** The same buffer each time: it is hashed at once. */
function keyBytes(key: ItemKey): Uint8Array {
  readHex(key, KEY, 0)
  return KEY
}
