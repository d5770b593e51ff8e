import { describe, expect, it } from 'vitest'
import { SpreadRecorder } from '../../../src/sim/spread.ts'

describe('the record of a spread', () => {
  it('gives times, hops, copies and who was missed', () => {
    const spread = new SpreadRecorder()
    spread.published('m', 0, 100)
    // 0 told 1 and 2, 2 told 3; 4 never heard. Told out of order, as observers may.
    spread.arrived('m', 3, 2, 190)
    spread.arrived('m', 1, 0, 120)
    spread.arrived('m', 2, 0, 150)
    // What came again, or to the origin, or was never published, changes no time.
    spread.arrived('m', 1, 3, 400)
    spread.arrived('m', 0, 3, 400)
    spread.arrived('other', 1, 0, 400)
    for (const id of ['m', 'm', 'm', 'm', 'm', 'other']) spread.copy(id)
    const figures = spread.figures([0, 1, 2, 3, 4])
    expect(figures).toEqual({
      messages: 1,
      coverage: 4 / 5,
      p50Ms: 50,
      p99Ms: 90,
      maxMs: 90,
      hopsMean: (0 + 1 + 1 + 2) / 4,
      hops: [1, 2, 1],
      copies: 1,
      missed: [{ message: 0, node: 4 }],
    })
    expect(spread.ids()).toEqual(['m'])
    expect(spread.holders('m')).toEqual([0, 1, 2, 3])
    expect(spread.holders('other')).toEqual([])
  })

  it('takes means over messages', () => {
    const spread = new SpreadRecorder()
    for (const [id, delay] of [
      ['a', 10],
      ['b', 30],
    ] as const) {
      spread.published(id, 0, 0)
      spread.arrived(id, 1, 0, delay)
    }
    expect(spread.figures([0, 1])).toMatchObject({ messages: 2, coverage: 1, p50Ms: 20, maxMs: 20 })
  })
})
