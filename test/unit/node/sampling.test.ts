import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { Sampling } from '../../../src/node/sampling.ts'
import { TRACED_PER_SECOND_MAX } from '../../../src/node/sampling-limits.ts'

const ids = Array.from({ length: 40_000 }, (_, index) => sha256Hex(utf8(`transaction ${index}`)))

/** Ids taken when `perSecond` of them come, from `startMs` on. */
function taken(sampling: Sampling, perSecond: number, from: number, count: number): string[] {
  return ids.slice(from, from + count).filter((id, index) => sampling.takes(id, ((from + index) * 1_000) / perSecond))
}

test('all are traced while they are few', () => {
  expect(taken(new Sampling(), TRACED_PER_SECOND_MAX, 0, 2_000)).toHaveLength(2_000)
})

test('under load a second traces about the bound, and two nodes trace the same ones', () => {
  const [a, b] = [new Sampling(), new Sampling()]
  taken(a, 5_000, 0, 20_000)
  taken(b, 4_000, 0, 20_000)
  const ofA = taken(a, 5_000, 20_000, 20_000)
  const ofB = new Set(taken(b, 4_000, 20_000, 20_000))
  expect(ofA.length).toBeGreaterThan(4 * (TRACED_PER_SECOND_MAX / 4))
  expect(ofA.length).toBeLessThan(4 * 2 * TRACED_PER_SECOND_MAX)
  expect(ofA.filter((id) => ofB.has(id)).length).toBeGreaterThan(ofA.length / 2)
})

test('when the load is over all are traced again', () => {
  const sampling = new Sampling()
  taken(sampling, 5_000, 0, 20_000)
  expect(sampling.oneIn).toBeGreaterThan(1)
  for (let second = 0; second < 12; second++) sampling.takes(ids[0]!, 100_000 + second * 1_000)
  expect(sampling.oneIn).toBe(1)
  expect(sampling.takes('f'.repeat(64), 200_000)).toBe(true)
})
