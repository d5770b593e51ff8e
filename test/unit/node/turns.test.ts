import { expect, it } from 'vitest'
import { Turns } from '../../../src/node/turns.ts'

it('lets so many work at once, the others in their order, and goes on after a failure', async () => {
  const turns = new Turns(2)
  const order: number[] = []
  const ends: (() => void)[] = []
  const results = Array.from({ length: 5 }, (_, index) =>
    turns
      .run(async () => {
        order.push(index)
        await new Promise<void>((resolve) => ends.push(resolve))
        if (index === 1) throw new Error('one fails')
        return index
      })
      .catch(() => 'failed'),
  )
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  await settled()
  expect([order, turns.waiting]).toEqual([[0, 1], 3])
  ends.shift()?.()
  await settled()
  expect([order, turns.waiting]).toEqual([[0, 1, 2], 2])
  for (let turn = 0; turn < 5; turn++) {
    ends.shift()?.()
    await settled()
  }
  expect(await Promise.all(results)).toEqual([0, 'failed', 2, 3, 4])
  expect(order).toEqual([0, 1, 2, 3, 4])
  expect(await turns.run(() => Promise.resolve('later'))).toBe('later')
})
