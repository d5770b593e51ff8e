import { describe, expect, it } from 'vitest'
import { Inclusion } from '../../../../src/cli/load/inclusion.ts'

describe('inclusion', () => {
  it('counts from the moment a transaction was due, to the first block and to the settled one', () => {
    const inclusion = new Inclusion()
    inclusion.offer('a', 100)
    inclusion.accept('a')
    inclusion.noteBlock(['a', 'stranger'], 600)
    // A reorg puts it into another block: the first one counts.
    inclusion.noteBlock(['a'], 900)
    expect(inclusion.missing).toBe(1)
    inclusion.noteSettled(['a'], 2_100)
    inclusion.noteSettled(['a'], 9_000)
    const figures = inclusion.figures()
    expect(figures).toMatchObject({ followed: 1, inBlock: 1, settled: 1 })
    expect([figures.inBlockMs?.max, figures.settledMs?.max]).toEqual([500, 2_000])
    expect(inclusion.missing).toBe(0)
  })

  it('does not wait for what was refused', () => {
    const inclusion = new Inclusion()
    inclusion.offer('a', 0)
    inclusion.withdraw('a')
    expect(inclusion.missing).toBe(0)
    inclusion.noteSettled(['a'], 10)
    expect(inclusion.figures()).toMatchObject({ followed: 0, settled: 0 })
  })

  it('takes a transaction for accepted that is in a block though its answer was lost', () => {
    const inclusion = new Inclusion()
    inclusion.offer('a', 0)
    expect(inclusion.missing).toBe(0)
    inclusion.noteBlock(['a'], 10)
    expect(inclusion.missing).toBe(1)
    // The answer comes late, or says that the batch failed.
    inclusion.accept('a')
    inclusion.withdraw('a')
    inclusion.noteSettled(['a'], 20)
    expect(inclusion.figures()).toMatchObject({ followed: 1, inBlock: 1, settled: 1 })
  })

  it('of a block that is settled at first sight is both', () => {
    const inclusion = new Inclusion()
    inclusion.offer('a', 0)
    inclusion.accept('a')
    inclusion.noteSettled(['a'], 30)
    expect(inclusion.figures()).toMatchObject({
      inBlock: 1,
      settled: 1,
      inBlockMs: { max: 30 },
      settledMs: { max: 30 },
    })
  })
})
