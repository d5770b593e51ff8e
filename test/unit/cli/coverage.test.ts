import { describe, expect, it } from 'vitest'
import type { PropagationEvent, PropagationRecord } from '../../../src/domain/propagation.ts'
import { coverageOf, type Sighting, type WatchedNode } from '../../../src/cli/coverage.ts'

const ID = 'ab'.repeat(32)
const START_NS = 1_800_000_000_000_000_000n

function at(node: string, ms: number, event: PropagationEvent, more: Partial<PropagationRecord> = {}): Sighting {
  const t_ns = (START_NS + BigInt(Math.round(ms * 1e6))).toString()
  const from = event === 'PUBLISH' ? null : 'peer'
  return { node, record: { t_ns, node, kind: 'transaction', id: ID, event, from, bytes: 168, reason: null, ...more } }
}

function watched(...names: string[]): WatchedNode[] {
  return names.map((name) => ({ name, trouble: null, hasIt: false }))
}

describe('coverage', () => {
  it('counts from the PUBLISH of the origin, whose own delay is none', () => {
    const figures = coverageOf(ID, watched('a', 'b', 'c', 'd'), [
      at('b', 10, 'DELIVER'),
      at('a', 0, 'PUBLISH'),
      at('c', 30, 'DELIVER'),
      at('d', 20, 'DELIVER'),
    ])
    expect(figures).toMatchObject({ coverage: 1, nodes: 4, reached: 4, p50Ms: 20, p95Ms: 30, maxMs: 30, copies: 1 })
    expect(figures.laggards).toEqual([])
  })

  it('takes nearest-rank percentiles over many nodes', () => {
    const names = Array.from({ length: 101 }, (_, index) => `n${index}`)
    const sightings = names.map((name, index) => at(name, index, index === 0 ? 'PUBLISH' : 'DELIVER'))
    expect(coverageOf(ID, watched(...names), sightings)).toMatchObject({ p50Ms: 50, p95Ms: 95, maxMs: 100 })
  })

  it('counts every copy that reached a node, once however often it is told', () => {
    const duplicates = [at('b', 12, 'DUPLICATE', { from: 'x' }), at('b', 12, 'DUPLICATE', { from: 'y' })]
    const once = [
      at('a', 0, 'PUBLISH'),
      at('a', 5, 'DUPLICATE'),
      at('b', 10, 'DELIVER'),
      at('c', 10, 'DELIVER'),
      ...duplicates,
    ]
    // b got three, c one; what came back to the origin was needed by nobody and is not what a receiver pays.
    expect(coverageOf(ID, watched('a', 'b', 'c'), once).copies).toBe(2)
    expect(coverageOf(ID, watched('a', 'b', 'c'), [...once, ...once])).toEqual(
      coverageOf(ID, watched('a', 'b', 'c'), once),
    )
  })

  it('does not depend on the order in which records come', () => {
    const sightings = [at('a', 0, 'PUBLISH'), at('b', 3, 'DELIVER'), at('b', 4, 'DUPLICATE'), at('c', 7, 'RECOVERED')]
    expect(coverageOf(ID, watched('a', 'b', 'c'), sightings.toReversed())).toEqual(
      coverageOf(ID, watched('a', 'b', 'c'), sightings),
    )
  })

  it('names laggards with their reason, nodes that are down among them', () => {
    const nodes: WatchedNode[] = [
      ...watched('a', 'b', 'c'),
      { name: 'd', trouble: 'killed', hasIt: false },
      { name: 'e', trouble: 'unreachable', hasIt: false },
    ]
    const figures = coverageOf(ID, nodes, [at('a', 0, 'PUBLISH'), at('c', 1, 'IGNORE', { reason: 'pool-full' })])
    expect(figures).toMatchObject({ coverage: 0.2, nodes: 5, reached: 1, p50Ms: null, maxMs: null, copies: null })
    expect(figures.laggards).toEqual([
      { name: 'b', reason: 'not seen' },
      { name: 'c', reason: 'refused: pool-full' },
      { name: 'd', reason: 'killed' },
      { name: 'e', reason: 'unreachable' },
    ])
  })

  it('counts a node that has it and was killed since', () => {
    const nodes: WatchedNode[] = [...watched('a'), { name: 'b', trouble: 'killed', hasIt: false }]
    expect(coverageOf(ID, nodes, [at('a', 0, 'PUBLISH'), at('b', 4, 'DELIVER')])).toMatchObject({
      reached: 2,
      maxMs: 4,
    })
  })

  it('counts a node that only says that it has it, without a time', () => {
    const nodes = [...watched('a', 'b'), { name: 'c', trouble: null, hasIt: true }]
    expect(coverageOf(ID, nodes, [at('a', 0, 'PUBLISH'), at('b', 8, 'DELIVER')])).toMatchObject({
      reached: 3,
      p50Ms: 8,
      maxMs: 8,
      copies: 1,
    })
  })

  it('counts from the first sighting where the origin forgot its PUBLISH', () => {
    const figures = coverageOf(ID, watched('a', 'b', 'c'), [at('b', 10, 'DELIVER'), at('c', 30, 'DELIVER')])
    expect(figures).toMatchObject({ reached: 2, p50Ms: 0, maxMs: 20 })
  })

  it('shows no negative delay where clocks or records are a little apart', () => {
    expect(coverageOf(ID, watched('a', 'b'), [at('a', 1, 'PUBLISH'), at('b', 0.5, 'DELIVER')]).maxMs).toBe(0)
  })

  it('leaves out other transactions and other nodes', () => {
    const sightings = [at('a', 0, 'PUBLISH', { id: 'cd'.repeat(32) }), at('x', 1, 'DELIVER')]
    expect(coverageOf(ID, watched('a', 'b'), sightings)).toMatchObject({ reached: 0, coverage: 0 })
  })

  it('has no delays in a network of one', () => {
    expect(coverageOf(ID, watched('a'), [at('a', 0, 'PUBLISH')])).toEqual({
      coverage: 1,
      nodes: 1,
      reached: 1,
      p50Ms: null,
      p95Ms: null,
      maxMs: null,
      copies: null,
      laggards: [],
    })
  })
})
