import { expect, test } from 'vitest'
import { asNetAddress, asPeerId } from '../../../src/domain/ids.ts'
import { Redial } from '../../../src/peers/redial.ts'

const address = asNetAddress('/ip4/10.0.0.1/tcp/1')
const redial = (): Redial => new Redial({ addresses: [address], longestMs: 4_000, chance: () => 0.5 })

test('an address is due at the start and only once while it is being dialled', () => {
  const machine = redial()
  expect(machine.due(0)).toEqual([address])
  expect(machine.due(1_000)).toEqual([])
})

test('waits double up to the longest', () => {
  const machine = redial()
  const waits: number[] = []
  let now = 0
  for (let i = 0; i < 6; i++) {
    expect(machine.due(now)).toEqual([address])
    machine.failed(address, now)
    const from = now
    while (machine.due(now).length === 0) now++
    waits.push(now - from)
    machine.failed(address, now)
    now += 10_000
  }
  expect(waits[0]).toBe(500)
  expect(Math.max(...waits)).toBe(4_000)
})

test('a lost peer is dialled again soon', () => {
  const machine = redial()
  machine.due(0)
  machine.succeeded(address, asPeerId('p'))
  expect(machine.due(100_000)).toEqual([])
  machine.lost(asPeerId('p'), 100_000)
  expect(machine.due(100_400)).toEqual([])
  expect(machine.due(100_500)).toEqual([address])
})

test('a dial that never ends is given up', () => {
  const machine = redial()
  machine.due(0)
  expect(machine.due(15_001)).toEqual([address])
})
