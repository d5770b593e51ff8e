import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import { journeyOf, journeysOf, uniqueRecords } from '../../../src/trace/journey.ts'
import { parseRecording } from '../../../src/trace/recording.ts'
import {
  bandOf,
  curveOf,
  delaysOf,
  heatMapOf,
  hopsHistogram,
  perNode,
  predictedHops,
  reachedOf,
  summaryOf,
  theoryOf,
} from '../../../src/trace/spread.ts'
import { treeDot, treeText } from '../../../src/trace/tree-text.ts'

interface Flood {
  readonly network: { readonly name: string; readonly peerId: string }[]
  readonly records: PropagationRecord[]
  readonly duplicates: number
}

/** A flood over a random graph with known delays: each node hands on to its neighbours, later copies are duplicates. */
function floodOf(size: number, chance: readonly number[], skewNs: readonly number[] = []): Flood {
  let at = 0
  const draw = (): number => chance[at++ % chance.length] ?? 0
  const network = Array.from({ length: size }, (_, index) => ({ name: `node-${index}`, peerId: `peer-${index}` }))
  const neighbours = network.map((_, index) => [
    ...new Set([(index + 1) % size, (index + size - 1) % size, Math.floor(draw() * size) % size]),
  ])
  const arrivals: { ns: number; to: number; from: number }[] = []
  const seen = new Map<number, number>([[0, 0]])
  const records: PropagationRecord[] = []
  let duplicates = 0
  const stamp = (ns: number, node: number): string => String(1_000_000_000_000n + BigInt(ns + (skewNs[node] ?? 0)))
  const record = (ns: number, node: number, event: PropagationRecord['event'], from: number | null): void => {
    records.push({
      t_ns: stamp(ns, node),
      node: `node-${node}`,
      kind: 'transaction',
      id: 'aa',
      event,
      from: from === null ? null : `peer-${from}`,
      bytes: 100,
      reason: null,
      queueMs: event === 'DELIVER' ? 0.1 : null,
      checkMs: event === 'DELIVER' ? 0.2 : null,
    })
  }
  record(0, 0, 'PUBLISH', null)
  const send = (from: number, ns: number): void => {
    for (const to of neighbours[from] ?? [])
      if (to !== from) arrivals.push({ from, to, ns: ns + 400_000 + Math.floor(draw() * 5_000_000) })
  }
  send(0, 0)
  while (arrivals.length > 0) {
    arrivals.sort((a, b) => b.ns - a.ns)
    const next = arrivals.pop()
    if (next === undefined) break
    if (seen.has(next.to)) {
      duplicates++
      record(next.ns, next.to, 'DUPLICATE', next.from)
    } else {
      seen.set(next.to, next.ns)
      record(next.ns, next.to, 'DELIVER', next.from)
      send(next.to, next.ns)
    }
  }
  return { network, records, duplicates }
}

const floods = fc
  .record({
    size: fc.integer({ min: 3, max: 24 }),
    chance: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 64 }),
    order: fc.array(fc.nat(), { minLength: 8, maxLength: 64 }),
  })
  .map(({ size, chance, order }) => {
    const flood = floodOf(size, chance)
    // A recording keeps the order of receipt, which is another one.
    const records = flood.records
      .map((record, index) => ({ record, key: (order[index % order.length] ?? 0) + index / 1e6 }))
      .sort((a, b) => a.key - b.key)
      .map(({ record }) => record)
    return { ...flood, records }
  })

describe('journeyOf', () => {
  it('makes a tree of every flood: one origin, each other node below it, times monotone along every path', () => {
    fc.assert(
      fc.property(floods, ({ network, records }) => {
        const journey = journeyOf('aa', network, records)
        const byName = new Map(journey.nodes.map((node) => [node.name, node]))
        expect(journey.nodes.filter(({ from }) => from === null).map(({ name }) => name)).toEqual(['node-0'])
        for (const node of journey.nodes) {
          let steps = 0
          for (let at = node; at.from !== null; steps++) {
            const parent = byName.get(at.from)
            if (parent === undefined || steps > network.length)
              throw new Error(`${node.name} does not lead to the origin`)
            expect(parent.firstSeenMs ?? Number.NaN).toBeLessThanOrEqual(at.firstSeenMs ?? Number.NaN)
            at = parent
          }
          expect(node.hops).toBe(steps)
        }
      }),
      { seed: 61, numRuns: 60 },
    )
  })

  it('counts every arrival once, and takes each hop apart without a rest', () => {
    fc.assert(
      fc.property(floods, ({ network, records, duplicates }) => {
        const journey = journeyOf('aa', network, [...records, ...records.slice(0, 5)])
        const delivered = network.length - 1
        expect(journey.copies).toBe(delivered + duplicates)
        expect(journey.duplicates.reduce((sum, { copies }) => sum + copies, 0)).toBe(duplicates)
        const byName = new Map(journey.nodes.map((node) => [node.name, node]))
        for (const { from, firstSeenMs, networkMs, queueMs, checkMs } of journey.nodes) {
          if (from === null) continue
          const hop = (firstSeenMs ?? 0) - (byName.get(from)?.firstSeenMs ?? 0)
          expect((networkMs ?? 0) + (queueMs ?? 0) + (checkMs ?? 0)).toBeCloseTo(hop, 2)
        }
        const totals = perNode([journey])
        expect(totals.reduce((sum, { copies }) => sum + copies, 0)).toBe(journey.copies)
        expect(totals.reduce((sum, node) => sum + node.duplicates, 0)).toBe(duplicates)
      }),
      { seed: 62, numRuns: 60 },
    )
  })

  it('makes no loop of clocks that differ, whatever they say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20_000_000, max: 20_000_000 }), { minLength: 10, maxLength: 10 }),
        (skew) => {
          const { network, records } = floodOf(10, [0.3, 0.8, 0.1, 0.6], skew)
          const journey = journeyOf('aa', network, records, 40)
          const parent = new Map(journey.nodes.map(({ name, from, way }) => [name, way === 'orphan' ? null : from]))
          for (const name of parent.keys()) {
            let steps = 0
            for (let at: string | null = name; at !== null; at = parent.get(at) ?? null)
              if (++steps > 10) throw new Error(`a loop at ${name}`)
          }
          // Within the error every parent is believed.
          expect(journey.nodes.filter(({ way }) => way === 'orphan')).toEqual([])
        },
      ),
      { seed: 63, numRuns: 60 },
    )
  })

  it('keeps a parent that is too late to be one out of the tree', () => {
    const { network, records } = floodOf(3, [0.5], [0, 0, 0])
    const late = records.map((record) =>
      record.node === 'node-1' ? { ...record, t_ns: String(BigInt(record.t_ns) + 10n ** 12n), from: 'peer-2' } : record,
    )
    const swapped = late.map((record) => (record.node === 'node-2' ? { ...record, from: 'peer-1' } : record))
    const journey = journeyOf('aa', network, swapped)
    expect(journey.nodes.find(({ name }) => name === 'node-2')?.way).toBe('orphan')
    expect(treeText(journey)).toContain('from node-1')
  })

  it('shows who refused a forged one and why, and that nobody has it', () => {
    const network = [
      { name: 'node-0', peerId: 'peer-0' },
      { name: 'node-1', peerId: 'peer-1' },
    ]
    const refusal: PropagationRecord = {
      t_ns: '5',
      node: 'node-0',
      kind: 'transaction',
      id: 'ff',
      event: 'REJECT',
      from: 'peer-9',
      bytes: 9,
      reason: 'invalid-signature',
    }
    const journey = journeyOf('ff', network, [refusal])
    expect(journey.startNs).toBeNull()
    expect(reachedOf(journey)).toBe(0)
    expect(treeText(journey)).toContain('refused from peer-9: invalid-signature')
    expect(treeDot(journey)).toContain('color=red')
    expect(summaryOf([journey]).journeys).toBe(0)
  })
})

describe('figures of many journeys', () => {
  const flood = floodOf(12, [0.2, 0.9, 0.4, 0.7, 0.1])
  const journeys = journeysOf(flood.network, flood.records)

  it('reach everybody at the end of the curve, and the band encloses its median', () => {
    const [journey] = journeys
    if (journey === undefined) throw new Error('no journey')
    const curve = curveOf(journey)
    expect(curve[0]).toEqual({ ms: 0, share: 1 / 12 })
    expect(curve.at(-1)?.share).toBe(1)
    const band = bandOf(journeys, delaysOf(journeys).at(-1) ?? 0)
    expect(band.at(-1)).toMatchObject({ low: 1, median: 1, high: 1 })
    expect(band.every(({ low, median, high }) => low <= median && median <= high)).toBe(true)
  })

  it('agree: hops, heat map and summary count the same arrivals', () => {
    const summary = summaryOf(journeys)
    expect(summary).toMatchObject({ journeys: 1, nodes: 12, coverage: 1, everywhere: 1, needed: 11 })
    expect(hopsHistogram(journeys).reduce((a, b) => a + b, 0)).toBe(11)
    const heat = heatMapOf(journeys)
    expect(heat.nodes.at(-1)).toBe(
      journeys[0]?.nodes.find(({ firstSeenMs }) => firstSeenMs === summary.delays?.maxMs)?.name,
    )
    expect(heat.cells.flat().filter((cell) => typeof cell === 'number')).toHaveLength(12)
  })

  it('come with a theory that is in the same range', () => {
    const theory = theoryOf(journeys, 3, 50)
    expect(theory?.medianMs).toBeGreaterThan(1)
    expect(theory?.medianMs).toBeLessThan(100)
    const predicted = predictedHops(100, 6, 99)
    expect(predicted.reduce((a, b) => a + b, 0)).toBeCloseTo(99)
    expect(predicted[1]).toBeGreaterThan(5)
  })
})

describe('parseRecording', () => {
  const head = {
    v: 1,
    line: 'network',
    network: 'dev-x',
    networkId: '0'.repeat(64),
    seed: null,
    topology: 'full',
    degree: null,
    link: '0',
    createdAt: 0,
    version: '0.1.0',
    clockErrorMs: 0,
    nodes: [],
  }

  it('reads what is whole and counts what is not', () => {
    const { records } = floodOf(3, [0.5])
    const text = [head, ...records].map((line) => JSON.stringify(line)).join('\n')
    const read = parseRecording(`${text}\n{"t_ns":"1","no`)
    expect(read).toMatchObject({ ok: true, unread: 1 })
    expect(read.ok && read.recording.lines).toEqual(records)
  })

  it('refuses another file', () => {
    expect(parseRecording('{"v":2}')).toMatchObject({ ok: false })
    expect(parseRecording('')).toMatchObject({ ok: false })
  })

  it('keeps each record once', () => {
    const { records } = floodOf(3, [0.5])
    expect(uniqueRecords([...records, ...records])).toEqual(records)
  })
})
