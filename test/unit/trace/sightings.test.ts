import { expect, it } from 'vitest'
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import { Attendance } from '../../../src/trace/attendance.ts'
import { Known } from '../../../src/trace/knowledge.ts'
import { ON_ITS_WAY_MS } from '../../../src/trace/limits.ts'
import { Sightings } from '../../../src/trace/sightings.ts'

const BOUNDS = { transactionsMax: 20, blocksMax: 5, refusedMax: 5, recordsMax: 10 }
const record = (id: string, event: PropagationRecord['event'], tMs: number, node = 'node-0'): PropagationRecord => ({
  ...{ t_ns: String(tMs * 1_000_000), node, kind: 'transaction', id, event, from: null, bytes: 1, reason: null },
})

it('keeps the last transactions, whatever flood of refused objects comes beside them', () => {
  const gone: string[] = []
  const sightings = new Sightings({ ...BOUNDS, onGone: (id) => gone.push(id) })
  for (let index = 0; index < 10; index++) sightings.take(record(`tx-${index}`, 'PUBLISH', index))
  for (let index = 0; index < 5_000; index++) sightings.take(record(`forged-${index}`, 'REJECT', 100 + index))
  expect(sightings.transactions().map(({ id }) => id)).toEqual(
    Array.from({ length: 10 }, (_, index) => `tx-${9 - index}`),
  )
  expect(sightings.refused().length).toBeLessThanOrEqual(BOUNDS.refusedMax + 64)
  expect(gone.every((id) => id.startsWith('forged-'))).toBe(true)
})

it('lets the oldest go whole, by when they were sent and not by when they were told, and takes nothing of them again', () => {
  const sightings = new Sightings(BOUNDS)
  // A node's memory is read from the newest back.
  for (let index = 199; index >= 0; index--) sightings.take(record(`tx-${index}`, 'DELIVER', 1_000 + index))
  const kept = sightings.transactions().map(({ id }) => id)
  expect(kept.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => `tx-${199 - index}`))
  expect(kept.length).toBeLessThanOrEqual(BOUNDS.transactionsMax + 64)
  expect(sightings.take(record('tx-150', 'DUPLICATE', 2_000))).toBe('gone')
  expect(sightings.get('tx-150')).toBeUndefined()
  expect(sightings.begun).toBe(200)
})

it('takes each record once, and bounds those of one object', () => {
  const sightings = new Sightings(BOUNDS)
  expect([1, 1, 2].map((at) => sightings.take(record('a', 'DELIVER', at)))).toEqual(['new', 'known', 'new'])
  for (let at = 3; at < 100; at++) sightings.take(record('a', 'DUPLICATE', at))
  expect(sightings.get('a')?.records.length).toBe(BOUNDS.recordsMax)
})

it('knows who was there when: a paused process is, a starting one is not yet', () => {
  const attendance = new Attendance()
  for (const [at, state] of [
    [10, 'starting'],
    [20, 'ready'],
    [30, 'paused'],
    [40, 'ready'],
    [50, 'killed'],
    [60, 'starting'],
    [70, 'ready'],
  ] as const)
    attendance.note('a', BigInt(at), state)
  expect([15, 20, 35, 49, 50, 65, 70, 99].map((at) => attendance.absence('a', BigInt(at)))).toEqual([
    ...['later', null, null, null, 'down', 'down', null, null],
  ])
  expect(attendance.absence('nobody', 1n)).toBeNull()
  // Its first known state is that it has gone: it was there before.
  attendance.note('b', 50n, 'killed')
  expect([attendance.absence('b', 49n), attendance.absence('b', 50n)]).toEqual([null, 'down'])
})

it('says that a node lacks an object only by its own word, when it is on its way no longer, of the run that was there', () => {
  const known = new Known()
  const dueNs = BigInt(ON_ITS_WAY_MS) * 1_000_000n
  known.attendance.note('a', 0n, 'ready')
  const standing = (): string => known.standing('a', 'tx', 1n).kind
  expect(standing()).toBe('pending')
  known.answered('a', 'tx', false, dueNs)
  expect(standing()).toBe('pending')
  known.answered('a', 'tx', false, dueNs + 1n)
  expect(standing()).toBe('lacks')
  known.answered('a', 'tx', true, dueNs + 2n)
  expect(standing()).toBe('held')
  known.forget('tx')
  known.attendance.note('a', dueNs + 10n, 'killed')
  expect(known.standing('a', 'tx', 1n)).toEqual({ kind: 'absent', absence: 'down' })
  known.attendance.note('a', dueNs + 20n, 'ready')
  known.answered('a', 'tx', false, dueNs + 30n)
  expect(known.standing('a', 'tx', 1n)).toEqual({ kind: 'absent', absence: 'restarted' })
})
