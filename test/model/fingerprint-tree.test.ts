import { describe, expect, it } from 'vitest'
import { boundAt, boundBetween, END, itemKey, START, type Bound, type ItemKey } from '../../src/domain/item-key.ts'
import { concatBytes, fromHex, toHex } from '../../src/lib/bytes.ts'
import { sha256 } from '../../src/lib/hash.ts'
import { createPrng, type Prng } from '../../src/lib/prng.ts'
import { FingerprintTree } from '../../src/sync/fingerprint-tree.ts'
import { EPOCH_MS } from '../../src/sync/limits.ts'
import { epochOf, saltOf } from '../../src/sync/salt-epochs.ts'

const CONTEXT = new Uint8Array([1, 2, 3])

/** The same by the plainest means: a sorted array, sums of BigInts made anew each time. */
class NaiveSet {
  readonly items = new Map<ItemKey, string>()

  keys(lower: Bound, upper: Bound): ItemKey[] {
    return [...this.items.keys()].filter((key) => key >= lower && key < upper).sort()
  }

  fingerprint(epoch: number, lower: Bound, upper: Bound): string {
    const keys = this.keys(lower, upper)
    let sum = 0n
    for (const key of keys) {
      const hash = sha256(concatBytes(saltOf(CONTEXT, epoch), fromHex(key) ?? new Uint8Array()))
      // Each limb of 32 bits is read little-endian, and the limbs are in ascending order.
      sum += BigInt(`0x${toHex(hash.slice().reverse())}`)
    }
    const bytes = new Uint8Array(36)
    for (let index = 0; index < 32; index++) bytes[index] = Number((sum >> BigInt(8 * index)) & 255n)
    new DataView(bytes.buffer).setUint32(32, keys.length, true)
    return toHex(sha256(bytes).subarray(0, 16))
  }
}

function anyBound(random: Prng, keys: readonly ItemKey[]): Bound {
  const choice = random.below(5)
  if (choice === 0) return START
  if (choice === 1) return END
  if (choice === 2) return boundAt(random.below(20))
  return keys[random.below(Math.max(1, keys.length))] ?? START
}

describe('the fingerprint tree', () => {
  it('agrees with a sorted array over 10,000 random operations', { timeout: 60_000 }, () => {
    const seed = 4_001
    const random = createPrng(seed)
    const tree = new FingerprintTree(CONTEXT)
    const naive = new NaiveSet()
    let wallMs = 100 * EPOCH_MS
    tree.tend(wallMs, 1)
    for (let step = 0; step < 10_000; step++) {
      const note = `seed ${seed}, step ${step}`
      const keys = [...naive.items.keys()]
      const choice = random.below(100)
      if (choice < (naive.items.size < 60 ? 50 : 30)) {
        const order = random.below(20)
        const id = toHex(random.bytes(32))
        expect(tree.insert(order, id), note).toBe(true)
        naive.items.set(itemKey(order, id), id)
        expect(tree.insert(order, id.slice(0, 32) + '0'.repeat(32)), note).toBe(false)
      } else if (choice < 70) {
        const key = keys[random.below(Math.max(1, keys.length))] ?? itemKey(1, '0'.repeat(64))
        expect(tree.delete(key), note).toBe(naive.items.delete(key))
        expect(tree.delete(key), note).toBe(false)
      } else if (choice < 85) {
        wallMs += random.below(EPOCH_MS / 4)
        tree.tend(wallMs, random.below(20))
      } else {
        const [a, b] = [anyBound(random, keys), anyBound(random, keys)].sort() as [Bound, Bound]
        const inside = naive.keys(a, b)
        expect(tree.keysIn(a, b, 1_000), note).toEqual(inside)
        expect(tree.keysIn(a, b, 3), note).toEqual(inside.slice(0, 3))
        expect(tree.rankOf(b) - tree.rankOf(a), note).toBe(inside.length)
        for (const epoch of tree.readyEpochs()) {
          const { count, fingerprint } = tree.range(epoch, a, b)
          expect(count, note).toBe(inside.length)
          expect(toHex(fingerprint), note).toBe(naive.fingerprint(epoch, a, b))
        }
      }
      expect(tree.size, note).toBe(naive.items.size)
      if (step % 10 === 0) tree.invariants()
      const [key, id] = [...naive.items][random.below(Math.max(1, naive.items.size))] ?? []
      if (key !== undefined && id !== undefined) {
        expect(tree.idOf(key), note).toBe(id)
        expect(tree.has(key), note).toBe(true)
        expect(tree.keyAt(tree.rankOf(key)), note).toBe(key)
      }
    }
    for (const key of naive.items.keys()) tree.delete(key)
    tree.invariants()
    expect(tree.size).toBe(0)
  })

  it('divides and joins its leaves as the set grows and shrinks, at one end and anywhere', { timeout: 60_000 }, () => {
    const seed = 4_002
    const random = createPrng(seed)
    const tree = new FingerprintTree(CONTEXT)
    const naive = new NaiveSet()
    const wallMs = 100 * EPOCH_MS
    tree.tend(wallMs)
    for (const [round, aim] of [2_500, 20, 1_500, 0].entries()) {
      const before = naive.items.size
      for (let step = 0; naive.items.size !== aim; step++) {
        const note = `seed ${seed}, round ${round}, step ${step}`
        if (aim > before) {
          // Half of them in order, as transactions come, and half anywhere.
          const order = step % 2 === 0 ? 1_000 + step : random.below(1_000)
          const id = toHex(random.bytes(32))
          expect(tree.insert(order, id), note).toBe(true)
          naive.items.set(itemKey(order, id), id)
        } else {
          const keys = [...naive.items.keys()]
          const from = random.below(keys.length)
          // The oldest in one go, as blocks take them, or one anywhere.
          for (const key of keys.slice(from, from + Math.min(keys.length - aim, step % 2 === 0 ? 40 : 1))) {
            expect(tree.delete(key), note).toBe(true)
            naive.items.delete(key)
          }
        }
        if (step % 100 !== 0) continue
        tree.invariants()
        const keys = naive.keys(START, END)
        expect(tree.keysIn(START, END, 5_000), note).toEqual(keys)
        const [a, b] = [anyBound(random, keys), anyBound(random, keys)].sort() as [Bound, Bound]
        for (const epoch of tree.readyEpochs())
          expect(toHex(tree.range(epoch, a, b).fingerprint), note).toBe(naive.fingerprint(epoch, a, b))
      }
    }
    tree.invariants()
    expect(tree.size).toBe(0)
  })

  it('has the salt of the coming epoch ready before it begins, and that of the last one until half an epoch later', () => {
    const random = createPrng(5)
    const tree = new FingerprintTree(CONTEXT)
    const start = 50 * EPOCH_MS
    for (let index = 0; index < 5_000; index++) tree.insert(index, toHex(random.bytes(32)))
    for (let ms = 0; ms < 3 * EPOCH_MS; ms += 5_000) {
      tree.tend(start + ms, 1_024)
      if (ms < 60_000) continue
      const current = epochOf(start + ms)
      expect(tree.isReady(current), `after ${ms} ms`).toBe(true)
      const into = ms % EPOCH_MS
      if (into < EPOCH_MS / 2) expect(tree.isReady(current - 1)).toBe(ms >= EPOCH_MS || ms < EPOCH_MS / 2)
      if (into > EPOCH_MS / 2 + 60_000) expect(tree.isReady(current + 1)).toBe(true)
    }
    expect(toHex(tree.range(52, START, END).fingerprint)).not.toBe(toHex(tree.range(53, START, END).fingerprint))
    tree.invariants()
  })

  it('stays shallow for items that come in order', () => {
    const tree = new FingerprintTree(CONTEXT)
    const ids = createPrng(6)
    for (let index = 0; index < 20_000; index++) tree.insert(index, toHex(ids.bytes(32)))
    // A list would overflow the stack or take quadratic time; the check is linear and recursive in the depth.
    tree.invariants()
    expect(tree.keyAt(12_345).slice(0, 12)).toBe((12_345).toString(16).padStart(12, '0'))
  })

  it('starts empty again after a clear, under the same salts', () => {
    const tree = new FingerprintTree(CONTEXT)
    tree.tend(10 * EPOCH_MS)
    const empty = tree.range(10, START, END)
    tree.insert(1, 'ab'.repeat(32))
    expect(tree.range(10, START, END)).not.toEqual(empty)
    tree.clear()
    expect(tree.range(10, START, END)).toEqual(empty)
    tree.invariants()
  })
})

describe('a bound between two items', () => {
  it('divides them and is the shortest that does', () => {
    const random = createPrng(8)
    for (let round = 0; round < 2_000; round++) {
      const bytes = random.bytes(32)
      const other = bytes.slice()
      other[random.below(16)] = random.below(256)
      const [a, b] = [itemKey(random.below(2), toHex(bytes)), itemKey(random.below(2), toHex(other))].sort() as [
        ItemKey,
        ItemKey,
      ]
      if (a === b) continue
      const bound = boundBetween(a, b)
      expect(a < bound && bound <= b).toBe(true)
      const digits = bound.slice(12).replace(/(00)+$/, '').length
      if (digits > 0) expect(boundAt(Number.parseInt(b.slice(0, 12), 16)) <= a).toBe(true)
      const shorter = b.slice(0, 12 + Math.max(0, digits - 2)).padEnd(44, '0')
      if (digits > 0) expect(shorter <= a).toBe(true)
    }
  })
})
