import { describe, expect, it } from 'vitest'
import { EarlyBlocks } from '../../../src/chain/early-blocks.ts'
import { EARLY_BLOCKS_MAX } from '../../../src/chain/limits.ts'

describe('early blocks', () => {
  it('come out when they are due, the earliest first', () => {
    const early = new EarlyBlocks<string>()
    early.hold('b', 2_000)
    early.hold('a', 1_000)
    early.hold('c', 3_000)
    expect(early.takeDue(999)).toEqual([])
    expect(early.takeDue(2_000)).toEqual(['a', 'b'])
    expect(early.takeDue(9_000)).toEqual(['c'])
  })

  it('are 64 at most (A8)', () => {
    const early = new EarlyBlocks<number>()
    const held = Array.from({ length: 100 }, (_, i) => early.hold(i, i))
    expect(held.filter(Boolean)).toHaveLength(EARLY_BLOCKS_MAX)
    expect(early.takeDue(1_000)).toHaveLength(EARLY_BLOCKS_MAX)
    expect(early.size).toBe(0)
  })
})
