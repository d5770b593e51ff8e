import { expect, test } from 'vitest'
import { asNetAddress, asPeerId } from '../../../src/domain/ids.ts'
import { HELD_MS } from '../../../src/peers/limits.ts'
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
  machine.succeeded(address, asPeerId('p'), 0)
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

test('a peer that can not be one of ours is dialled less and less often, though each connection stands for a moment', () => {
  const machine = redial()
  const peer = asPeerId('p')
  let now = 0
  const tries: number[] = []
  for (let i = 0; i < 8; i++) {
    while (machine.due(now).length === 0) now++
    tries.push(now)
    machine.unfit(peer, address, { kind: 'other-network', detail: '' })
    machine.succeeded(address, peer, now)
    machine.lost(peer, now)
  }
  expect(tries[1]).toBe(500)
  expect((tries[7] ?? 0) - (tries[6] ?? 0)).toBe(4_000)
  expect(machine.stories()[0]).toMatchObject({ state: 'waiting', failures: 8, failure: { kind: 'other-network' } })
})

test('what the last try came to is told, and over when a peer greets', () => {
  const machine = redial()
  expect(machine.stories()).toMatchObject([
    { address, isConfigured: true, state: 'waiting', triedMs: null, failure: null },
  ])
  machine.due(10)
  machine.failed(address, 20, { kind: 'refused', detail: 'ECONNREFUSED' })
  expect(machine.storyAt(address)).toMatchObject({ triedMs: 10, dueMs: 520, failures: 1, failure: { kind: 'refused' } })
  machine.due(520)
  machine.unfit(asPeerId('p'), address, { kind: 'other-network', detail: '' })
  // How the connection ended says less than why.
  machine.failed(address, 530, { kind: 'turned-away', detail: '' })
  expect(machine.storyAt(address)).toMatchObject({ failure: { kind: 'other-network' } })
  machine.due(100_000)
  machine.failed(address, 100_001, { kind: 'refused', detail: '' })
  expect(machine.storyAt(address)).toMatchObject({ failure: { kind: 'refused' } })
  machine.due(200_000)
  machine.succeeded(address, asPeerId('p'), 200_000)
  machine.greeted(asPeerId('p'), address)
  expect(machine.storyAt(address)).toMatchObject({
    state: 'connected',
    peer: 'p',
    failures: 0,
    failure: null,
    dueMs: null,
  })
})

test('a name whose dial ends at a peer of another network says so, though nothing but the dial tied them together', () => {
  const name = asNetAddress('/dns4/node.example/tcp/1')
  const machine = new Redial({ addresses: [name], longestMs: 4_000, chance: () => 0.5 })
  const [peer, at] = [asPeerId('p'), asNetAddress('/ip4/192.0.2.7/tcp/1/p2p/p')]
  machine.due(0)
  machine.unfit(peer, at, { kind: 'other-network', detail: '' })
  machine.ledTo(name, peer)
  machine.failed(name, 100, { kind: 'turned-away', detail: '' })
  expect(machine.storyAt(name)?.failure?.kind).toBe('other-network')
  // Once it is one of ours, nothing of that is left.
  machine.due(10_000)
  machine.greeted(peer, at)
  machine.ledTo(name, peer)
  machine.succeeded(name, peer, 10_000)
  expect(machine.storyAt(name)?.failure).toBeNull()
})

test('whose connections end as soon as they stand is dialled less and less often, until one lasts', () => {
  const machine = redial()
  const peer = asPeerId('p')
  let now = 0
  const hold = (ms: number): number => {
    while (machine.due(now).length === 0) now++
    machine.succeeded(address, peer, now)
    machine.greeted(peer, address)
    now += ms
    machine.lost(peer, now)
    return (machine.storyAt(address)?.dueMs ?? 0) - now
  }
  expect([hold(20), hold(20), hold(HELD_MS - 1), hold(20), hold(20)]).toEqual([500, 1_000, 2_000, 4_000, 4_000])
  expect(machine.isBrief(address)).toBe(true)
  // It greeted each time: nothing is wrong with the address.
  expect(machine.storyAt(address)).toMatchObject({ failures: 0, failure: null })
  expect(hold(HELD_MS)).toBe(500)
  expect(machine.isBrief(address)).toBe(false)
})
