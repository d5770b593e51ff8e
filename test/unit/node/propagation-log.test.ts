import { expect, it } from 'vitest'
import { asMessageId } from '../../../src/domain/ids.ts'
import { MESSAGE_OBJECTS_MAX, MESSAGES_MAX } from '../../../src/node/limits.ts'
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
