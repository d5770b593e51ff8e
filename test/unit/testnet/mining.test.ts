import { expect, it } from 'vitest'
import { bestOf, nextJob, type Standing } from '../../../testnet/mining.ts'
import { asAccountId } from '../../../src/domain/ids.ts'

const NETWORK = {
  genesisTimeMs: 0,
  slotMs: 2_000,
  validators: [0, 1, 2, 3].map((number) => asAccountId(String(number).repeat(64))),
}
const standing = (number: number, changes: Partial<Standing['place']> = {}): Standing => ({
  node: `node-${number}`,
  validator: number < 4 ? number : null,
  place: { height: 0, hash: 'genesis', slot: 0, transactions: 0, isAnnounced: true, lastSignedSlot: -1, ...changes },
})
const all = (changes: Partial<Standing['place']> = {}): Standing[] => [0, 1, 2, 3, 4].map((n) => standing(n, changes))
const job = (standings: readonly Standing[], nowMs: number): [string, number] | null => {
  const found = nextJob(NETWORK, standings, nowMs)
  return found === null ? null : [found.owner.node, found.slot]
}

it('the oldest slot that is unused and not too long ago is the next', () => {
  expect(job(all(), 3_000)).toEqual(['node-1', 1])
  // 20 s are ten slots.
  expect(job(all(), 100_000)).toEqual(['node-0', 40])
  expect(job(all({ height: 3, hash: 'b', slot: 45 }), 100_000)).toEqual(['node-2', 46])
})

it('where all slots are used there is none until the next one begins', () => {
  expect(job(all(), 1_999)).toBeNull()
  const used = all({ height: 9, hash: 'b', slot: 50 })
  expect(job(used, 101_999)).toBeNull()
  expect(job(used, 102_000)).toEqual(['node-3', 51])
})

it('a slot is left out whose owner does not run, is behind, or has signed that far', () => {
  const nodes = all({ height: 1, hash: 'a', slot: 44 })
  expect(
    job(
      nodes.filter(({ node }) => node !== 'node-1'),
      100_000,
    ),
  ).toEqual(['node-2', 46])
  expect(job([...nodes.slice(0, 1), standing(1), ...nodes.slice(2)], 100_000)).toEqual(['node-2', 46])
  const signed = standing(1, { height: 1, hash: 'a', slot: 44, lastSignedSlot: 45 })
  expect(job([...nodes.slice(0, 1), signed, ...nodes.slice(2)], 100_000)).toEqual(['node-2', 46])
  expect(job([], 100_000)).toBeNull()
})

it('the best head is the highest, and at one height that of most', () => {
  const at = (number: number, hash: string, height: number): Standing => standing(number, { hash, height })
  expect(bestOf([at(0, 'a', 3), at(1, 'b', 4), at(2, 'a', 3)])?.place.hash).toBe('b')
  expect(bestOf([at(0, 'a', 4), at(1, 'b', 4), at(2, 'b', 4), at(3, 'c', 3)])?.place.hash).toBe('b')
  expect(bestOf([])).toBeNull()
})
