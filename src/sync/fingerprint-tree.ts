/**
 * A set of items in the order of their keys that tells quickly how many lie between two bounds, which is the k-th, and
 * what the fingerprint of a range is.
 *
 * Tracked. A tree of two levels: leaves of up to LEAF_MAX neighbouring items (fingerprint-leaf.ts), and for all of them
 * a directory of how many items, and which sums under each of two salts, lie before each leaf. A sum is that of
 * H(salt ‖ key), modulo 2^256. Sums can be subtracted, so a range is the difference of two prefixes.
 *
 * Rules.
 * - A fingerprint is the first 16 bytes of SHA-256(sum ‖ count). Rationale: a sum alone would let a peer subtract and
 *   solve.
 * - What comes waits outside until somebody compares, or too much waits; then it goes in in order. Rationale: alone
 *   each item costs a way through cold memory, and most transactions are in a block before anybody compares.
 * - A new salt is a new set of sums. It is opened beside the current one and filled in slices (`tend`), each item once.
 *   Until it is filled nobody may ask for it (`isReady`). Inserts and deletes keep both sums true at all times.
 *   Rationale: hashing 100,000 items at the turn of an epoch would hold the node for 50 ms, and applying the salt to a
 *   finished sum would leave collisions of the sum what they are.
 * - Of two neighbouring leaves one holds more than LEAF_MAX / 4 items or both together more than LEAF_MAX / 2.
 *   Rationale: whoever makes items come and go must not leave us a directory of empty leaves.
 *
 * Invariants: order, counts, and both sums equal to what a plain recount gives (`invariants()`).
 *
 * The attacker's best move is to insert as many items as the owner's bound allows, all over the set: each then moves
 * half a leaf, 16 KiB.
 *
 * Cost: about 1 µs for an insert among 1,024 others, 4 µs for a prefix; with 100,000 items; 150 bytes an item. (A
 * search tree by pointers, which this was before, took 10 µs for an insert: twenty nodes, each in another place of a
 * memory that is too large for the caches.)
 */
import { assert } from '../lib/assert.ts'
import { sha256 } from '../lib/hash.ts'
import { END, itemKey, START, type Bound, type ItemKey } from '../domain/item-key.ts'
import { FingerprintLeaf, type SlotIndex } from './fingerprint-leaf.ts'
import { LEAF_MAX, PREPARE_SLICE, WAITING_MAX } from './limits.ts'
import { epochsKept, saltOf } from './salt-epochs.ts'
import { addTo, copyWords, LIMBS, subtractFrom } from './sum256.ts'

const FINGERPRINT_BYTES = 16
const SLOTS = [0, 1] as const

export interface RangeFingerprint {
  readonly count: number
  /** 16 bytes. */
  readonly fingerprint: Uint8Array
}

/** What lies before each leaf, and at the last place before nothing: all of it. */
interface Directory {
  readonly ranks: Int32Array
  readonly sums: readonly [Uint32Array, Uint32Array]
}

export class FingerprintTree {
  readonly #context: Uint8Array
  /** Never empty; in the order of their keys. Only the first one may have no items. */
  #leaves: FingerprintLeaf[] = [new FingerprintLeaf()]
  /** Items in the leaves. */
  #settled = 0
  readonly #epochs: [number, number] = [0, 0]
  readonly #salts: [Uint8Array | null, Uint8Array | null] = [null, null]
  /** Items that are not in the leaves yet: most transactions leave before anybody compares. */
  readonly #waiting = new Map<ItemKey, string>()
  /** Null where it is to be made anew. */
  #directory: Directory | null = null

  /** @param context what its salts are bound to: network and kind of set */
  constructor(context: Uint8Array) {
    this.#context = context
  }

  get size(): number {
    return this.#settled + this.#waiting.size
  }

  /**
   * Adds an item: `order` of 48 bits, id as 64 hex digits. False, and nothing changed, where its key is there already.
   */
  insert(order: number, id: string): boolean {
    const key = itemKey(order, id)
    if (this.has(key)) return false
    this.insertNew(key, id)
    return true
  }

  /** Adds an item that the caller knows not to be there. */
  insertNew(key: ItemKey, id: string): void {
    this.#waiting.set(key, id)
    if (this.#waiting.size >= WAITING_MAX) this.#settle()
  }

  /** Removes the item with this key; false where there is none. */
  delete(key: ItemKey): boolean {
    if (this.#waiting.delete(key)) return true
    const index = this.#leafOf(key)
    const leaf = this.#leafAt(index)
    const at = leaf.rankOf(key)
    if (leaf.keys[at] !== key) return false
    leaf.remove(at)
    this.#settled--
    this.#directory = null
    if (leaf.count === 0 && this.#leaves.length > 1) this.#leaves.splice(index, 1)
    else if (leaf.count <= LEAF_MAX / 4) this.#mergeAround(index)
    return true
  }

  clear(): void {
    this.#waiting.clear()
    this.#leaves = [new FingerprintLeaf()]
    this.#settled = 0
    this.#directory = null
  }

  has(key: ItemKey): boolean {
    if (this.#waiting.has(key)) return true
    const leaf = this.#leafAt(this.#leafOf(key))
    return leaf.keys[leaf.rankOf(key)] === key
  }

  /** The whole id, 64 hex digits, of the item with this key. */
  idOf(key: ItemKey): string | null {
    const waiting = this.#waiting.get(key)
    if (waiting !== undefined) return waiting
    const leaf = this.#leafAt(this.#leafOf(key))
    const at = leaf.rankOf(key)
    return leaf.keys[at] === key ? (leaf.ids[at] as string) : null
  }

  /** How many items are before the bound. */
  rankOf(bound: Bound): number {
    this.#settle()
    if (bound === END) return this.#settled
    const index = this.#leafOf(bound)
    return (this.#inStep().ranks[index] as number) + this.#leafAt(index).rankOf(bound)
  }

  /** The item with `rank` items before it, rank below `size`. */
  keyAt(rank: number): ItemKey {
    this.#settle()
    assert(rank >= 0 && rank < this.#settled, 'a rank is below the size')
    const index = this.#leafWith(rank)
    return this.#leafAt(index).keys[rank - (this.#inStep().ranks[index] as number)] as ItemKey
  }

  /** Keys from `lower` (inclusive) to `upper` (exclusive) in order, at most `limit`. */
  keysIn(lower: Bound, upper: Bound, limit: number): ItemKey[] {
    const from = this.rankOf(lower)
    const to = Math.min(this.rankOf(upper), from + limit)
    const keys: ItemKey[] = []
    if (from >= to) return keys
    let index = this.#leafWith(from)
    for (let at = from - (this.#inStep().ranks[index] as number); keys.length < to - from; at++) {
      const key = this.#leafAt(index).keys[at]
      if (key !== undefined) keys.push(key)
      else {
        index++
        at = -1
      }
    }
    return keys
  }

  /** Whether fingerprints under this epoch's salt can be had. */
  isReady(epoch: number): boolean {
    const slot = slotOf(epoch)
    return this.#epochs[slot] === epoch && epoch > 0 && this.#leaves.every((leaf) => leaf.missing[slot] === 0)
  }

  readyEpochs(): number[] {
    return this.#epochs.filter((epoch) => this.isReady(epoch))
  }

  /** Count and fingerprint of the items from `lower` to before `upper`. The epoch must be ready. */
  range(epoch: number, lower: Bound, upper: Bound): RangeFingerprint {
    this.#settle()
    assert(this.isReady(epoch), 'the sums of this epoch are complete')
    const slot = slotOf(epoch)
    const sum = new Uint32Array(LIMBS)
    const before = new Uint32Array(LIMBS)
    const count = this.#prefix(slot, upper, sum) - this.#prefix(slot, lower, before)
    subtractFrom(sum, 0, before, 0)
    return { count, fingerprint: fingerprintOf(sum, count) }
  }

  /**
   * Opens the salts that belong to this time and fills them, at most `itemsMax` items in this call. To be called at
   * every wake. True when there is nothing left to fill.
   */
  tend(wallMs: number, itemsMax = PREPARE_SLICE): boolean {
    let left = itemsMax
    for (const epoch of epochsKept(wallMs)) {
      if (epoch < 1) continue
      const slot = slotOf(epoch)
      if (this.#epochs[slot] !== epoch) this.#open(slot, epoch)
      const salt = this.#salts[slot] as Uint8Array
      for (const leaf of this.#leaves) {
        if (left === 0) break
        if (leaf.missing[slot] === 0) continue
        left -= leaf.fill(slot, salt, left)
        this.#directory = null
      }
    }
    return left > 0
  }

  /** Throws where the tree is not what it says; linear. */
  invariants(): void {
    assert(this.#waiting.size < WAITING_MAX, 'what waits is bounded')
    this.#settle()
    let count = 0
    let last = ''
    for (const [index, leaf] of this.#leaves.entries()) {
      assert(leaf.count <= LEAF_MAX && (leaf.count > 0 || this.#leaves.length === 1), 'leaves hold something')
      const before = this.#leaves[index - 1]
      assert(before === undefined || !isSparse(before, leaf), 'neighbouring leaves are not both nearly empty')
      for (const key of leaf.keys) {
        assert(key > last, 'keys are in order')
        last = key
      }
      count += leaf.count
      leaf.invariants(this.#salts)
    }
    assert(count === this.#settled, 'the count is that of the leaves')
  }

  /** Puts in what waits, side by side: neighbours share their way, and what is near in memory is fast. */
  #settle(): void {
    if (this.#waiting.size === 0) return
    const keys = [...this.#waiting.keys()].sort()
    for (const key of keys) this.#put(key, this.#waiting.get(key) as string)
    this.#waiting.clear()
    this.#directory = null
  }

  #put(key: ItemKey, id: string): void {
    let index = this.#leafOf(key)
    let leaf = this.#leafAt(index)
    if (leaf.count === LEAF_MAX) {
      const isAtEnd = index === this.#leaves.length - 1 && (leaf.keys.at(-1) as ItemKey) < key
      // What comes in order leaves full leaves behind it; what comes anywhere needs room anywhere.
      const behind = leaf.divide(isAtEnd ? LEAF_MAX - 1 : LEAF_MAX / 2)
      this.#leaves.splice(index + 1, 0, behind)
      if ((behind.keys[0] as ItemKey) <= key) {
        leaf = behind
        index++
      }
    }
    const at = leaf.rankOf(key)
    if (leaf.keys[at] === key) return
    leaf.insert(at, key, id, this.#salts)
    this.#settled++
  }

  /** Joins a leaf that has few items with a neighbour, where both fit into one with room to spare. */
  #mergeAround(index: number): void {
    for (const left of [index - 1, index]) {
      const [a, b] = [this.#leaves[left], this.#leaves[left + 1]]
      if (a === undefined || b === undefined || !isSparse(a, b)) continue
      a.append(b)
      this.#leaves.splice(left + 1, 1)
      return
    }
  }

  #open(slot: SlotIndex, epoch: number): void {
    this.#epochs[slot] = epoch
    this.#salts[slot] = saltOf(this.#context, epoch)
    for (const leaf of this.#leaves) leaf.forget(slot)
    this.#directory = null
  }

  /** Adds the sum of the items before the bound to `sum` and returns their number. */
  #prefix(slot: SlotIndex, bound: Bound, sum: Uint32Array): number {
    if (bound === START) return 0
    const { ranks, sums } = this.#inStep()
    const index = bound === END ? this.#leaves.length : this.#leafOf(bound)
    copyWords(sum, 0, sums[slot], index * LIMBS)
    if (bound === END) return this.#settled
    const leaf = this.#leafAt(index)
    const inside = leaf.rankOf(bound)
    leaf.addFirst(slot, inside, sum)
    return (ranks[index] as number) + inside
  }

  /** The directory, made anew where something has changed. */
  #inStep(): Directory {
    if (this.#directory !== null) return this.#directory
    const places = this.#leaves.length + 1
    const ranks = new Int32Array(places)
    const sums = [new Uint32Array(places * LIMBS), new Uint32Array(places * LIMBS)] as const
    this.#leaves.forEach((leaf, index) => {
      ranks[index + 1] = (ranks[index] as number) + leaf.count
      for (const slot of SLOTS) {
        copyWords(sums[slot], (index + 1) * LIMBS, sums[slot], index * LIMBS)
        addTo(sums[slot], (index + 1) * LIMBS, leaf.sums[slot], 0)
      }
    })
    this.#directory = { ranks, sums }
    return this.#directory
  }

  #leafAt(index: number): FingerprintLeaf {
    return this.#leaves[index] as FingerprintLeaf
  }

  /** The last leaf that begins at or before the bound; the first where none does. */
  #leafOf(bound: string): number {
    let low = 0
    let high = this.#leaves.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#leafAt(middle).keys[0] as ItemKey) <= bound) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The leaf with the item of this rank. */
  #leafWith(rank: number): number {
    const { ranks } = this.#inStep()
    let low = 0
    let high = this.#leaves.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((ranks[middle] as number) <= rank) low = middle
      else high = middle - 1
    }
    return low
  }
}

function slotOf(epoch: number): SlotIndex {
  return (epoch & 1) as SlotIndex
}

/** Whether two neighbours should be one. */
function isSparse(a: FingerprintLeaf, b: FingerprintLeaf): boolean {
  return Math.min(a.count, b.count) <= LEAF_MAX / 4 && a.count + b.count <= LEAF_MAX / 2
}

function fingerprintOf(sum: Uint32Array, count: number): Uint8Array {
  const bytes = new Uint8Array(4 * LIMBS + 4)
  const view = new DataView(bytes.buffer)
  for (let index = 0; index < LIMBS; index++) view.setUint32(4 * index, sum[index] as number, true)
  view.setUint32(4 * LIMBS, count, true)
  return sha256(bytes).subarray(0, FINGERPRINT_BYTES)
}
