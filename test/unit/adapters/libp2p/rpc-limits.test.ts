import { describe, expect, it } from 'vitest'
import type { Rpc, RpcMessage } from '../../../../src/adapters/libp2p/router.ts'
import { answerable, costOf, isBlameless, isPlain } from '../../../../src/adapters/libp2p/rpc-limits.ts'

const ids = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => Uint8Array.of(i & 0xff, i >> 8))
const textOf = (id: Uint8Array): string => id.join(',')

describe('what an RPC costs', () => {
  it('counts itself, its messages, and its ids by 64', () => {
    const rpc: Rpc = { subscriptions: [], messages: [] }
    expect(costOf(rpc)).toBe(1)
    expect(costOf({ ...rpc, messages: [{ topic: 't' }, { topic: 't' }] })).toBe(3)
    const control = {
      ihave: [{ messageIDs: ids(64) }],
      iwant: [{ messageIDs: ids(1) }],
      idontwant: [],
      graft: [],
      prune: [],
    }
    expect(costOf({ ...rpc, control })).toBe(3)
  })
})

describe('a plain message', () => {
  const topics = new Set(['ours'])
  const plain: RpcMessage = { topic: 'ours', data: Uint8Array.of(1) }

  it('has a topic of ours, data, and nothing else', () => {
    expect(isPlain(plain, topics)).toBe(true)
    expect(isPlain({ ...plain, topic: 'another' }, topics)).toBe(false)
    expect(isPlain({ topic: 'ours' }, topics)).toBe(false)
    expect(isPlain({ ...plain, data: new Uint8Array(0) }, topics)).toBe(false)
  })

  it.each(['from', 'seqno', 'signature', 'key'])('has no %s, not even an empty one', (field) => {
    expect(isPlain({ ...plain, [field]: new Uint8Array(0) }, topics)).toBe(false)
  })
})

describe('what a relayer may not have seen', () => {
  const topics = new Set(['ours'])
  const keyed: RpcMessage = { topic: 'ours', data: Uint8Array.of(1), key: Uint8Array.of(1) }

  it('is a key alone', () => {
    expect(isBlameless(keyed, topics)).toBe(true)
    expect(isBlameless({ topic: 'ours', data: Uint8Array.of(1) }, topics)).toBe(false)
    expect(isBlameless({ ...keyed, topic: 'another' }, topics)).toBe(false)
    for (const field of ['from', 'seqno', 'signature'])
      expect(isBlameless({ ...keyed, [field]: Uint8Array.of(1) }, topics)).toBe(false)
  })
})

describe('lists of an IWANT whose answers can be decoded', () => {
  it('hold at most 128 ids', () => {
    const lists = answerable(ids(300), textOf, () => 1)
    expect(lists.map((list) => list.length)).toEqual([128, 128, 44])
    expect(lists.flat()).toEqual(ids(300))
  })

  it('hold at most a mebibyte of messages, or one', () => {
    expect(answerable(ids(5), textOf, () => 400_000).map((list) => list.length)).toEqual([2, 2, 1])
    expect(answerable(ids(3), textOf, () => 2_000_000).map((list) => list.length)).toEqual([1, 1, 1])
  })

  it('are none for nothing', () => {
    expect(answerable([], textOf, () => 1)).toEqual([])
  })
})
