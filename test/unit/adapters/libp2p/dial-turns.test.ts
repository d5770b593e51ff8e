import { expect, test } from 'vitest'
import { DialTurns } from '../../../../src/adapters/libp2p/dial-turns.ts'

/** Lets what is due go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('so many dials begin at once, and those that wait begin in their order, one for each that ends', async () => {
  const turns = new DialTurns({ atOnce: 2, turnMs: 60_000 })
  const begun: number[] = []
  const ends: (() => void)[] = []
  for (let dial = 0; dial < 5; dial++)
    void turns.take().then((end) => {
      begun.push(dial)
      ends.push(end)
    })
  await settle()
  expect(begun).toEqual([0, 1])
  ends[1]?.()
  // A turn ends once.
  ends[1]?.()
  await settle()
  expect(begun).toEqual([0, 1, 2])
  for (const end of ends) end()
  await settle()
  expect(begun).toEqual([0, 1, 2, 3, 4])
  for (const end of ends) end()
  // All places are free again.
  for (let dial = 5; dial < 7; dial++) void turns.take().then(() => begun.push(dial))
  await settle()
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test('who takes longer than a turn holds up nobody', async () => {
  const turns = new DialTurns({ atOnce: 1, turnMs: 1 })
  const first = await turns.take()
  const second = await turns.take()
  // What the first one gives back when it ends at last is no longer its own.
  first()
  let hasThird = false
  const third = turns.take().then((end) => {
    hasThird = true
    return end
  })
  second()
  ;(await third)()
  expect(hasThird).toBe(true)
})
