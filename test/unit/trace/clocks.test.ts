import { describe, expect, it } from 'vitest'
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import { alignedRecords } from '../../../src/trace/clocks.ts'
import { journeyOf } from '../../../src/trace/journey.ts'

const ID = 'cd'.repeat(32)
const at = (node: string, ms: number, from: string | null): PropagationRecord => ({
  t_ns: (1_800_000_000_000_000_000n + BigInt(ms * 1e6)).toString(),
  node,
  kind: 'transaction',
  id: ID,
  event: from === null ? 'PUBLISH' : 'DELIVER',
  from,
  bytes: 168,
  reason: null,
})

describe('clocks of several machines', () => {
  // b's clock is an hour ahead, c's a second behind: as written down, c has it before anybody.
  const nodes = [
    { name: 'a', clock: { offsetMs: 0, errorMs: 0 }, records: [at('a', 0, null)] },
    { name: 'b', clock: { offsetMs: 3_600_000, errorMs: 0.25 }, records: [at('b', 3_600_010, 'peer-a')] },
    { name: 'c', clock: { offsetMs: -1_000, errorMs: 1.5 }, records: [at('c', -980, 'peer-b')] },
  ]
  const network = ['a', 'b', 'c'].map((name) => ({ name, peerId: `peer-${name}` }))

  it('are brought onto one axis, with the error of any two of them', () => {
    const { records, clockErrorMs, uncompared } = alignedRecords(nodes)
    expect(clockErrorMs).toBe(1.75)
    expect(uncompared).toEqual([])
    const journey = journeyOf(ID, network, records, clockErrorMs)
    expect(journey.nodes.map(({ name, firstSeenMs, hops, way }) => [name, firstSeenMs, hops, way])).toEqual([
      ['a', 0, 0, 'origin'],
      ['b', 10, 1, 'gossip'],
      ['c', 20, 2, 'gossip'],
    ])
  })

  it('that cannot be told from ours are left alone, and the bound says so', () => {
    const [first] = nodes
    if (first === undefined) throw new Error('a node is needed')
    const near = { name: 'b', clock: { offsetMs: 3, errorMs: 4 }, records: [at('b', 10, 'peer-a')] }
    const { records, clockErrorMs } = alignedRecords([first, near])
    expect(records[1]).toEqual(near.records[0])
    expect(clockErrorMs).toBe(7)
  })

  it('that could not be compared are named', () => {
    const [first, second] = nodes
    if (first === undefined || second === undefined) throw new Error('two nodes are needed')
    expect(alignedRecords([first, { ...second, clock: null }])).toMatchObject({ uncompared: ['b'], clockErrorMs: 0 })
  })
})
