import { describe, expect, it } from 'vitest'
import type { CoverageFigures } from '../../../src/cli/coverage.ts'
import { coverageLine, laggardLines } from '../../../src/cli/coverage-text.ts'

function figures(reached: number, nodes: number, more: Partial<CoverageFigures> = {}): CoverageFigures {
  const base = {
    coverage: reached / nodes,
    nodes,
    reached,
    p50Ms: 38.2,
    p95Ms: 91,
    maxMs: 119.7,
    copies: 2.14,
    laggards: [],
  }
  return { ...base, ...more }
}

describe('the live line', () => {
  it('shows the share, the delays and the copies', () => {
    expect(coverageLine(figures(42, 50))).toBe('████████▍   42/50 nodes  p50 38 ms  p95 91 ms  max 120 ms  copies 2.1')
    expect(coverageLine(figures(50, 50))).toBe('██████████  50/50 nodes  p50 38 ms  p95 91 ms  max 120 ms  copies 2.1')
  })

  it('keeps its columns while it grows', () => {
    const starts = Array.from({ length: 51 }, (_, reached) => coverageLine(figures(reached, 50)).indexOf('/50'))
    expect(new Set(starts)).toEqual(new Set([14]))
  })

  it('is full only when all have it, and never empty when one has', () => {
    expect(coverageLine(figures(999, 1_000)).startsWith('█████████▉')).toBe(true)
    expect(coverageLine(figures(1, 1_000)).startsWith('▏')).toBe(true)
    expect(coverageLine(figures(0, 1_000)).startsWith(' ')).toBe(true)
  })

  it('leaves out what is not known yet', () => {
    const unknown = { p50Ms: null, p95Ms: null, maxMs: null, copies: null }
    expect(coverageLine(figures(1, 1, unknown))).toBe('██████████  1/1 node')
  })

  it('writes short delays with a digit more, and long ones in seconds', () => {
    expect(coverageLine(figures(3, 3, { p50Ms: 4.26, p95Ms: 9.96, maxMs: 12_340 }))).toContain(
      'p50 4.3 ms  p95 10.0 ms  max 12.3 s',
    )
  })
})

describe('laggards', () => {
  it('stand one a line under one another', () => {
    const laggards = [
      { name: 'node-3', reason: 'killed' },
      { name: 'node-10', reason: 'not seen' },
    ]
    expect(laggardLines(figures(8, 10, { laggards }))).toEqual(['  node-3   killed', '  node-10  not seen'])
    expect(laggardLines(figures(10, 10))).toEqual([])
  })
})
