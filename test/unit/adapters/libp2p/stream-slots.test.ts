import { expect, it } from 'vitest'
import { StreamSlots } from '../../../../src/adapters/libp2p/stream-slots.ts'

const never = new AbortController().signal

it('gives as many slots as there are, then to who has waited longest', async () => {
  const slots = new StreamSlots({ slotsMax: 2, waitingMax: 2 })
  expect(await slots.enter(never)).toBe(true)
  expect(await slots.enter(never)).toBe(true)
  const order: string[] = []
  const third = slots.enter(never).then((entered) => order.push(`third ${entered}`))
  const fourth = slots.enter(never).then((entered) => order.push(`fourth ${entered}`))
  expect(await slots.enter(never)).toBe(false)
  slots.leave()
  await third
  slots.leave()
  await fourth
  expect(order).toEqual(['third true', 'fourth true'])
  expect(slots.idle).toBe(false)
  slots.leave()
  slots.leave()
  expect(slots.idle).toBe(true)
})

it('lets go of who gives up, and hands the slot to the next', async () => {
  const slots = new StreamSlots({ slotsMax: 1, waitingMax: 2 })
  await slots.enter(never)
  const impatient = new AbortController()
  const first = slots.enter(impatient.signal)
  const second = slots.enter(never)
  impatient.abort()
  expect(await first).toBe(false)
  slots.leave()
  expect(await second).toBe(true)
  slots.leave()
  expect(slots.idle).toBe(true)
})
