import { expect, it } from 'vitest'
import { asMessageId } from '../../../src/domain/ids.ts'
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import { MESSAGE_OBJECTS_MAX, MESSAGES_MAX, PROPAGATION_OBJECTS_MAX } from '../../../src/node/limits.ts'
import { PropagationLog } from '../../../src/node/propagation-log.ts'

const sizeOf = (log: PropagationLog, name: string): number =>
  log.sizes().find((each) => each.name === `propagation.${name}`)?.size ?? Number.NaN

it('remembers what young messages brought, within a bound on all of it, whatever is in each', () => {
  const log = new PropagationLog()
  const full = 2 * (MESSAGE_OBJECTS_MAX / 256)
  for (let message = 0; message < full; message++)
    for (let item = 0; item < 256; item++) log.brought(asMessageId(String(message)), `${message}-${item}`)
  expect(sizeOf(log, 'brought')).toBe(MESSAGE_OBJECTS_MAX)
  expect(sizeOf(log, 'messages')).toBe(full / 2)
  expect(log.objectsOf(asMessageId(String(full / 2 - 1)))).toEqual([])
  expect(log.objectsOf(asMessageId(String(full / 2))).length).toBe(256)
  expect(log.objectsOf(asMessageId(String(full - 1)))[255]).toBe(`${full - 1}-255`)
})

it('remembers no more messages than its bound where each brings one object', () => {
  const log = new PropagationLog()
  for (let message = 0; message < MESSAGES_MAX + 100; message++) log.brought(asMessageId(String(message)), `${message}`)
  expect(sizeOf(log, 'messages')).toBe(MESSAGES_MAX)
  expect(sizeOf(log, 'brought')).toBe(MESSAGES_MAX)
  expect(log.objectsOf(asMessageId('99'))).toEqual([])
  expect(log.objectsOf(asMessageId('100'))).toEqual(['100'])
})

const record = (id: string, event: PropagationRecord['event'], index = 0): PropagationRecord => ({
  ...{ t_ns: String(index), node: 'node-0', kind: 'transaction', id, event, from: null, bytes: 1, reason: null },
})

it('tells what it remembers page by page, whole objects, while new ones come', () => {
  const log = new PropagationLog()
  for (let index = 0; index < 50; index++) {
    log.add(record(`tx-${index}`, 'DELIVER', index))
    log.add(record(`tx-${index}`, 'DUPLICATE', index))
  }
  const told: string[] = []
  for (let before: number | null = null; ;) {
    const { objects, next } = log.before(before, 7, 9)
    // A page ends with the object in which it is full.
    expect(objects.length).toBe(Math.min(5, 50 - told.length))
    for (const [id, { records }] of objects) told.push(`${id} ${records.length}`)
    log.add(record(`late-${told.length}`, 'DELIVER'))
    if (next === null) break
    before = next
  }
  expect(told).toEqual(Array.from({ length: 50 }, (_, index) => `tx-${49 - index} 2`))
})

it('counts what it took, each once, and what of that it has forgotten', () => {
  const log = new PropagationLog()
  expect([log.add(record('a', 'PUBLISH')), log.add(record('a', 'PUBLISH')), log.add(record('a', 'DUPLICATE'))]).toEqual(
    [...[true, false, false]],
  )
  log.add(record('b', 'REJECT'))
  for (let index = 0; index < PROPAGATION_OBJECTS_MAX; index++) log.add(record(`tx-${index}`, 'DELIVER'))
  expect(log.counts()).toEqual({
    ...{ taken: PROPAGATION_OBJECTS_MAX + 1, duplicates: 1, rejected: 1, ignored: 0, untraced: 0, forgotten: 1 },
  })
  expect(log.before(null, 1, 1).objects[0]?.[0]).toBe(`tx-${PROPAGATION_OBJECTS_MAX - 1}`)
  expect(log.before(0, 10, 10)).toEqual({ objects: [], next: null })
})
