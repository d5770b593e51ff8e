import { describe, expect, it } from 'vitest'
import { Histogram } from '../../../src/lib/histogram.ts'
import { createPrng } from '../../../src/lib/prng.ts'

function exact(values: readonly number[], share: number): number {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? Number.NaN
}

describe('a histogram', () => {
  it('has no figures without samples', () => {
    expect(new Histogram().percentile(0.5)).toBe(null)
    expect(new Histogram().figures()).toBe(null)
  })

  it('gives one sample back', () => {
    const histogram = new Histogram()
    histogram.record(12.345)
    const same = { min: 12.345, mean: 12.345, p50: 12.345, p90: 12.345, p95: 12.345, p99: 12.345, max: 12.345 }
    expect(histogram.figures()).toEqual({ count: 1, p999: 12.345, ...same })
  })

  it('is exact below 256 µs', () => {
    const histogram = new Histogram()
    for (let us = 0; us < 256; us++) histogram.record(us / 1_000)
    for (const share of [0.01, 0.25, 0.5, 0.75, 0.99, 1])
      expect(histogram.percentile(share)).toBeCloseTo((Math.ceil(share * 256) - 1) / 1_000, 9)
  })

  it.each([1, 2, 3, 4, 5])('is never below the true figure, and above by 1/128 at most (seed %i)', (seed) => {
    const prng = createPrng(seed)
    const histogram = new Histogram()
    // Nine orders of magnitude, so that every size of bucket is met.
    const values = Array.from({ length: 5_000 }, () => Math.round(10 ** (prng.next() * 9.5)) / 1_000)
    for (const value of values) histogram.record(value)
    for (const share of [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const [found, truth] = [histogram.percentile(share) ?? Number.NaN, exact(values, share)]
      expect(found).toBeGreaterThanOrEqual(truth - 1e-9)
      expect(found).toBeLessThanOrEqual(truth * (1 + 1 / 128) + 1e-9)
    }
    const figures = histogram.figures()
    expect(figures?.max).toBe(Math.max(...values))
    expect(figures?.min).toBe(Math.min(...values))
    expect(figures?.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 2)
  })

  it('every boundary between buckets falls on one side', () => {
    for (let e = 8; e < 32; e++) {
      for (const us of [2 ** e - 1, 2 ** e, 2 ** e + 1]) {
        const histogram = new Histogram()
        histogram.record(0)
        histogram.record(us / 1_000)
        histogram.record(2 ** 31)
        const median = (histogram.percentile(0.5) ?? 0) * 1_000
        expect(median).toBeGreaterThanOrEqual(us - 1e-6)
        expect(median).toBeLessThanOrEqual(us * (1 + 1 / 128) + 1e-6)
      }
    }
  })

  it('keeps what is out of its range: too long, or before its time', () => {
    const histogram = new Histogram()
    histogram.record(-5)
    histogram.record(10_000_000)
    expect(histogram.figures()).toMatchObject({ count: 2, min: 0, max: 10_000_000 })
    expect(histogram.percentile(0.5)).toBe(0)
  })
})
