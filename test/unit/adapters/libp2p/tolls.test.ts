import { expect, it } from 'vitest'
import {
  SOCKETS_PER_ADDRESS_MAX,
  TOLL_ACCOUNTS_MAX,
  TOLL_BURST,
  TOLL_MEMORY_MS,
  TOLL_PER_SECOND,
} from '../../../../src/adapters/libp2p/limits.ts'
import { Tolls } from '../../../../src/adapters/libp2p/tolls.ts'
import { asPeerId } from '../../../../src/domain/ids.ts'

const of = (name: string, group: string | null = null) => ({ peer: asPeerId(name), group })

it('lets a burst through and then so many a second, of each peer', () => {
  const tolls = new Tolls()
  expect(tolls.pay(of('a'), TOLL_BURST, 0)).toBe(true)
  expect(tolls.pay(of('a'), 1, 0)).toBe(false)
  expect(tolls.pay(of('b'), 1, 0)).toBe(true)
  expect(tolls.pay(of('a'), TOLL_PER_SECOND, 1_000)).toBe(true)
  expect(tolls.pay(of('a'), 1, 1_000)).toBe(false)
})

it('bounds all identities of one address, however many there are (A44)', () => {
  const tolls = new Tolls()
  for (let n = 0; n < SOCKETS_PER_ADDRESS_MAX; n++)
    expect(tolls.pay(of(`peer ${n}`, '10.0.0.1'), TOLL_BURST, 0)).toBe(true)
  expect(tolls.pay(of('another', '10.0.0.1'), 1, 0)).toBe(false)
  expect(tolls.pay(of('elsewhere', '10.0.0.2'), 1, 0)).toBe(true)
})

it('gives back what was worth something, to the peer and its address, and no more than a burst', () => {
  const tolls = new Tolls()
  for (let n = 0; n < SOCKETS_PER_ADDRESS_MAX; n++) tolls.pay(of(`peer ${n}`, '10.0.0.1'), TOLL_BURST, 0)
  for (let n = 0; n < 3; n++) tolls.giveBack(of('peer 0', '10.0.0.1'), TOLL_BURST, 0)
  expect(tolls.pay(of('peer 0', '10.0.0.1'), TOLL_BURST, 0)).toBe(true)
  expect(tolls.pay(of('peer 0', '10.0.0.1'), 1, 0)).toBe(false)
})

it('remembers longer than a burst takes to come back, and not for ever', () => {
  expect(TOLL_MEMORY_MS).toBeGreaterThanOrEqual((10_000 * TOLL_BURST) / TOLL_PER_SECOND)
  const tolls = new Tolls()
  for (let n = 0; n < 2 * TOLL_ACCOUNTS_MAX; n++) tolls.pay(of(`peer ${n}`, `group ${n}`), 1, 0)
  expect(tolls.sizes().tollPeers.size).toBe(TOLL_ACCOUNTS_MAX)
  expect(tolls.sizes().tollAddresses.size).toBe(TOLL_ACCOUNTS_MAX)
})
