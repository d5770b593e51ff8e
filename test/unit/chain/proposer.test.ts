import { describe, expect, it } from 'vitest'
import { dueSlot, nextTurnMs } from '../../../src/chain/proposer.ts'
import { proposerOf, slotAt, slotTimeMs } from '../../../src/domain/slots.ts'
import { accountKey, buildNetwork, TEST_START_MS } from '../../toolkit/objects/builders.ts'

const network = buildNetwork({ validators: 4 })
const busy = { headSlot: 0, lastSignedSlot: -1, hasTransactions: true, isUnsettled: false }
const at = (slot: number): number => slotTimeMs(network, slot)

describe('slots', () => {
  it('begin every 2 s from genesis on, and go around', () => {
    expect(slotAt(network, TEST_START_MS)).toBe(0)
    expect(slotAt(network, TEST_START_MS + 1_999)).toBe(0)
    expect(slotAt(network, TEST_START_MS + 2_000)).toBe(1)
    expect(slotAt(network, TEST_START_MS - 1)).toBe(-1)
    expect([1, 2, 3, 4, 5].map((slot) => proposerOf(network, slot))).toEqual(
      [1, 2, 3, 0, 1].map((i) => accountKey(`v${i}`)),
    )
    expect(proposerOf({ ...network, validators: [] }, 3)).toBeNull()
  })
})

describe('a validator', () => {
  it('makes a block in its own slot alone, from its start to its end', () => {
    expect(dueSlot(network, accountKey('v2'), at(2) - 1, busy)).toBeNull()
    expect(dueSlot(network, accountKey('v2'), at(2), busy)).toBe(2)
    expect(dueSlot(network, accountKey('v2'), at(3) - 1, busy)).toBe(2)
    expect(dueSlot(network, accountKey('v2'), at(3), busy)).toBeNull()
    expect(dueSlot(network, accountKey('somebody'), at(2), busy)).toBeNull()
  })

  it('never signs a slot twice, nor one that the head has reached', () => {
    expect(dueSlot(network, accountKey('v2'), at(6), { ...busy, lastSignedSlot: 6 })).toBeNull()
    expect(dueSlot(network, accountKey('v2'), at(6), { ...busy, lastSignedSlot: 5 })).toBe(6)
    expect(dueSlot(network, accountKey('v2'), at(6), { ...busy, headSlot: 6 })).toBeNull()
  })

  it('makes none in genesis slot or before', () => {
    expect(dueSlot(network, accountKey('v0'), at(0), busy)).toBeNull()
    expect(dueSlot(network, accountKey('v0'), at(-4), busy)).toBeNull()
  })

  it('makes an empty one only while something waits to be settled', () => {
    const idle = { ...busy, hasTransactions: false }
    expect(dueSlot(network, accountKey('v2'), at(2), idle)).toBeNull()
    expect(dueSlot(network, accountKey('v2'), at(2), { ...idle, isUnsettled: true })).toBe(2)
  })

  it('knows when its next turn is', () => {
    expect(nextTurnMs(network, accountKey('v2'), at(2))).toBe(at(6))
    expect(nextTurnMs(network, accountKey('v2'), at(2) - 1)).toBe(at(2))
    expect(nextTurnMs(network, accountKey('v0'), at(0) - 5_000)).toBe(at(4))
    expect(nextTurnMs(network, accountKey('somebody'), at(2))).toBeNull()
  })
})
