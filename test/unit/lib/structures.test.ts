import { describe, expect, test } from 'vitest'
import { BoundedQueue } from '../../../src/lib/bounded-queue.ts'
import { ExpiringMap } from '../../../src/lib/expiring-map.ts'
import { MinHeap } from '../../../src/lib/min-heap.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { TokenBucket } from '../../../src/lib/rate.ts'

describe('ExpiringMap', () => {
  test('entries die by age and are not refreshed by reading or setting', () => {
    const map = new ExpiringMap<string, number>({ ttlMs: 100, capacity: 10 })
    map.set('a', 1, 0)
    map.set('a', 2, 60)
    expect(map.get('a', 99)).toBe(2)
    expect(map.get('a', 100)).toBeUndefined()
  })

  test('at capacity the oldest goes', () => {
    const map = new ExpiringMap<number, number>({ ttlMs: 1_000, capacity: 3 })
    for (let i = 0; i < 5; i++) map.set(i, i, i)
    expect([...map.entries()].map(([key]) => key)).toEqual([2, 3, 4])
  })

  test('a clock set back revives nothing', () => {
    const map = new ExpiringMap<string, number>({ ttlMs: 100, capacity: 10 })
    map.set('a', 1, 0)
    expect(map.get('a', 200)).toBeUndefined()
    expect(map.get('a', 50)).toBeUndefined()
  })

  test('expiry visits only what has expired', () => {
    const map = new ExpiringMap<number, number>({ ttlMs: 10, capacity: 100 })
    for (let i = 0; i < 10; i++) map.set(i, i, i)
    expect(map.expire(14)).toBe(5)
    expect(map.size).toBe(5)
  })
})

describe('the oldest of a map', () => {
  test('is found whatever was deleted, set again and added meanwhile', () => {
    const seed = 11
    const prng = createPrng(seed)
    const map = new ExpiringMap<number, number>({ ttlMs: 50, capacity: 40 })
    let naive: { key: number; at: number }[] = []
    for (let now = 0, step = 0; step < 5_000; step++) {
      now += prng.below(3)
      const key = prng.below(60)
      const expired = naive.filter(({ at }) => at + 50 <= now)
      if (prng.below(4) === 0) {
        expect(map.delete(key), `seed ${seed}, step ${step}`).toBe(naive.some((entry) => entry.key === key))
        naive = naive.filter((entry) => entry.key !== key)
      } else {
        const lives = naive.some((entry) => entry.key === key && entry.at + 50 > now)
        map.set(key, step, now)
        if (!lives) {
          naive = naive.filter((entry) => entry.key !== key && !expired.includes(entry))
          if (naive.length >= 40) naive.shift()
          naive.push({ key, at: now })
        }
      }
      expect(
        [...map.entries()].map(([each]) => each),
        `seed ${seed}, step ${step}`,
      ).toEqual(naive.map(({ key: k }) => k))
    }
  })

  test('costs in a large map about what it costs to delete a key that is known', () => {
    const capacity = 65_536
    const timed = (fill: (key: number) => void): number => {
      for (let key = 0; key < capacity; key++) fill(key)
      const start = process.cpuUsage().user
      for (let key = capacity; key < capacity + 200_000; key++) fill(key)
      return process.cpuUsage().user - start
    }
    const expiring = new ExpiringMap<number, number>({ ttlMs: 1e9, capacity })
    const plain = new Map<number, { value: number; expiresAtMs: number }>()
    const ours = timed((key) => {
      expiring.set(key, key, 0)
    })
    const known = timed((key) => {
      plain.set(key, { value: key, expiresAtMs: 0 })
      plain.delete(key - capacity)
    })
    // In maps of one size, so that caches matter to both alike. By a new iterator for each it was more than a hundred
    // times as much.
    expect(ours / Math.max(1, known)).toBeLessThan(20)
  })
})

describe('BoundedQueue', () => {
  test('keeps order across the end of its ring and refuses when full', () => {
    const queue = new BoundedQueue<number>(3)
    for (let i = 0; i < 3; i++) expect(queue.push(i)).toBe(true)
    expect(queue.push(99)).toBe(false)
    expect([queue.shift(), queue.shift()]).toEqual([0, 1])
    queue.push(3)
    queue.push(4)
    expect([queue.peek(), queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([2, 2, 3, 4, undefined])
  })
})

describe('MinHeap', () => {
  test('pops in order whatever the order of pushes', () => {
    const seed = 7
    console.log(`seed ${seed}`)
    const prng = createPrng(seed)
    const numbers = Array.from({ length: 500 }, () => prng.below(100))
    const heap = new MinHeap<number>((a, b) => a < b)
    for (const number of numbers) heap.push(number)
    const popped: number[] = []
    for (let next = heap.pop(); next !== undefined; next = heap.pop()) popped.push(next)
    expect(popped).toEqual(numbers.toSorted((a, b) => a - b))
  })
})

describe('TokenBucket', () => {
  test('gives its burst at once, then its rate', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 5, nowMs: 0 })
    expect(Array.from({ length: 7 }, () => bucket.take(1, 0))).toEqual([true, true, true, true, true, false, false])
    expect(bucket.take(1, 99)).toBe(false)
    expect(bucket.take(1, 200)).toBe(true)
  })

  test('a debt takes as long as it is large', () => {
    const bucket = new TokenBucket({ perSecond: 1_000, burst: 100, nowMs: 0 })
    expect(bucket.spend(300, 0)).toBe(200)
    expect(bucket.spend(0, 200)).toBe(0)
  })

  test('a clock set back gives nothing', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 1, nowMs: 1_000 })
    bucket.take(1, 1_000)
    expect(bucket.take(1, 0)).toBe(false)
  })
})

describe('prng', () => {
  test('the same seed gives the same numbers, a child does not depend on draws of its parent', () => {
    const a = createPrng(1)
    const b = createPrng(1)
    b.next()
    b.next()
    expect(a.child('x').bytes(8)).toEqual(b.child('x').bytes(8))
    expect(createPrng(1).child('x').next()).not.toBe(createPrng(1).child('y').next())
  })

  test('below is uniform: chi-square over 20 cells at p > 0.001', () => {
    const seed = 42
    console.log(`seed ${seed}`)
    const prng = createPrng(seed)
    const cells = new Array<number>(20).fill(0)
    for (let i = 0; i < 100_000; i++) {
      const cell = prng.below(20)
      cells[cell] = (cells[cell] ?? 0) + 1
    }
    const chiSquare = cells.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0)
    expect(chiSquare).toBeLessThan(43.8)
  })
})
