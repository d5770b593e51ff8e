import { describe, expect, it } from 'vitest'
import { BURST_MS, OpenLoop, type Burst } from '../../../../src/cli/load/open-loop.ts'

function run(loop: OpenLoop, looksMs: readonly number[]): { readonly atMs: number; readonly burst: Burst }[] {
  return looksMs.flatMap((atMs) => loop.take(atMs).map((burst) => ({ atMs, burst })))
}

const everyMs = (durationMs: number): number[] => Array.from({ length: durationMs + 1 }, (_, ms) => ms)

describe('an open loop', () => {
  it.each([
    [500, 60_000, 30_000],
    [1, 1_000, 1],
    [3, 10_000, 30],
    [333, 1_000, 333],
    [4_999, 1_234, 6_168],
    [100_000, 100, 10_000],
    [0.5, 4_000, 2],
    [7, 100, 0],
  ])('at %d/s for %d ms offers %d, each once and in order', (ratePerSecond, durationMs, total) => {
    const loop = new OpenLoop({ ratePerSecond, durationMs })
    expect(loop.total).toBe(total)
    const taken = run(loop, everyMs(durationMs))
    let next = 0
    for (const { burst } of taken) {
      expect(burst.first).toBe(next)
      expect(burst.count).toBeGreaterThan(0)
      next += burst.count
    }
    expect(next).toBe(total)
    expect(loop.nextAtMs()).toBe(null)
    expect(loop.take(durationMs + 1_000_000)).toEqual([])
  })

  it('never sends before the time, and is never more than a burst off the rate', () => {
    const ratePerSecond = 777
    const loop = new OpenLoop({ ratePerSecond, durationMs: 5_000 })
    let sent = 0
    for (const ms of everyMs(4_999)) {
      for (const { atMs, count } of loop.take(ms)) {
        expect(atMs).toBeLessThanOrEqual(ms)
        sent += count
      }
      expect(Math.abs(sent - (ratePerSecond * ms) / 1_000)).toBeLessThanOrEqual((ratePerSecond * BURST_MS) / 1_000 + 1)
      expect(loop.dueAt(ms)).toBe(sent)
    }
  })

  it('after a stall gives all that was due meanwhile, each with the moment it was meant for', () => {
    const loop = new OpenLoop({ ratePerSecond: 1_000, durationMs: 1_000 })
    loop.take(0)
    const late = loop.take(105)
    expect(late.map(({ atMs }) => atMs)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    expect(late.every(({ count }) => count === 10)).toBe(true)
    expect(loop.nextAtMs()).toBe(110)
  })

  it('says when it has to be looked at again, and passes over empty bursts', () => {
    const loop = new OpenLoop({ ratePerSecond: 2, durationMs: 2_000 })
    const moments: number[] = []
    for (let next = loop.nextAtMs(); next !== null; next = loop.nextAtMs()) {
      moments.push(next)
      expect(loop.take(next)).toHaveLength(1)
    }
    expect(moments).toEqual([490, 990, 1_490, 1_990])
  })

  it('knows how many are due before it starts and after its end', () => {
    const loop = new OpenLoop({ ratePerSecond: 100, durationMs: 1_000 })
    expect([loop.dueAt(-1), loop.dueAt(0), loop.dueAt(999), loop.dueAt(5_000)]).toEqual([0, 1, 100, 100])
  })
})
