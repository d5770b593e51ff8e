import { describe, expect, it } from 'vitest'
import type { PropagationRecord } from '../../../src/domain/propagation.ts'
import { dateText } from '../../../src/trace/date-text.ts'
import type { Recording } from '../../../src/trace/recording.ts'
import { memoryLines } from '../../../src/trace/memory-lines.ts'
import { reportHtml } from '../../../src/trace/report-html.ts'
import { reportDocument, reportOf } from '../../../src/trace/report.ts'

const nodes = ['node-0', 'node-1', '<script>alert(1)</script>'].map((name, index) => ({
  name,
  peerId: `peer-${index}`,
  dials: [],
}))
const record = (
  t: number,
  node: number,
  id: string,
  event: PropagationRecord['event'],
  from: number | null,
  reason: string | null = null,
): PropagationRecord => ({
  t_ns: String(1_000_000_000 + t * 1_000_000),
  node: nodes[node]?.name ?? '',
  kind: 'transaction',
  id,
  event,
  from: from === null ? null : `peer-${from}`,
  bytes: 100,
  reason,
})
const recording: Recording = {
  head: {
    v: 1,
    line: 'network',
    network: 'dev-test',
    networkId: 'ff',
    seed: 1,
    topology: 'ring',
    degree: 2,
    link: '0',
    createdAt: 1_795_206_062_806,
    version: '0.1.0',
    clockErrorMs: 0,
    nodes,
  },
  lines: [
    record(0, 0, 'aa', 'PUBLISH', null),
    record(10, 1, 'aa', 'DELIVER', 0),
    record(25, 2, 'aa', 'DELIVER', 1),
    record(26, 0, 'aa', 'DUPLICATE', 2),
    record(30, 0, 'bb', 'PUBLISH', null),
    { line: 'node', t_ns: '1029000000', node: nodes[2]?.name ?? '', peerId: 'peer-2', state: 'killed' },
    record(42, 1, 'bb', 'DELIVER', 0),
    record(50, 1, 'cc', 'REJECT', 9, 'invalid-signature'),
  ],
}

describe('reportOf', () => {
  const report = reportOf(recording)

  it('counts what the recording holds', () => {
    expect(report.transactions).toMatchObject({ journeys: 2, everywhere: 2, absent: 1, arrivals: 4, needed: 3 })
    expect(report.records).toEqual({ PUBLISH: 2, DELIVER: 3, DUPLICATE: 1, REJECT: 1 })
    expect(report.refusals).toMatchObject({ count: 1, offences: 1 })
    // The third node was killed before: it is not what coverage is measured against, and nobody reproaches it.
    expect(report.missed.count).toBe(0)
    expect(report.nodes.map(({ missed, pending, absent }) => [missed, pending, absent])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ])
    expect(report.slowest?.path.map(({ name }) => name)).toEqual(nodes.map(({ name }) => name))
    expect(report.invariants.invalidRelayed).toBe(0)
  })

  it('notices a refused object that a node took', () => {
    const taken = { ...recording, lines: [...recording.lines, record(60, 0, 'cc', 'DELIVER', 1)] }
    expect(reportOf(taken).invariants.invalidRelayed).toBe(1)
  })

  it('counts the chains of those that are up: one that was killed is on none, one that is a block behind on the same', () => {
    const head = (t: number, node: number, height: number, hash: string): Recording['lines'][number] => ({
      ...{ line: 'head', t_ns: String(1_000_000_000 + t * 1_000_000), node: nodes[node]?.name ?? '', height, hash },
    })
    const chains = (...heads: readonly Recording['lines'][number][]): number | null =>
      reportOf({ ...recording, lines: [...recording.lines, ...heads] }).invariants.heads
    const behind = [head(60, 0, 1, 'b1'), head(61, 1, 1, 'b1'), head(70, 0, 2, 'b2')]
    expect(chains(...behind)).toBe(1)
    // The third node was killed on a branch of its own.
    expect(chains(head(20, 2, 1, 'fork'), ...behind)).toBe(1)
    expect(chains(...behind, head(71, 1, 2, 'fork'))).toBe(2)
    expect(
      reportHtml(reportOf({ ...recording, lines: [...recording.lines, head(20, 2, 1, 'fork'), ...behind] })),
    ).toMatch(/<td>✓<\/td><td>all nodes that are up are on one chain/)
  })

  it('names who could not be asked, and does not call itself whole', () => {
    expect(report.unasked).toEqual([])
    const silent = { name: nodes[1]?.name ?? '', trouble: 'no answer in 5 s', status: null, mesh: null, at: 1_060 }
    const lines = memoryLines([{ ...silent, seen: null, edgeNs: null, objects: [] }], (peerId) => peerId)
    const partial = reportOf({ ...recording, lines: [...recording.lines, ...lines] })
    expect(partial.unasked).toEqual([{ node: silent.name, why: silent.trouble }])
    expect(reportHtml(partial)).toContain(`${silent.name} could not be asked`)
    expect(reportHtml(report)).toContain('<td>✓</td><td>the recording is whole</td>')
    expect(reportHtml(partial)).toContain('<td>✗</td><td>the recording is whole</td>')
  })

  it('is the same file each time, with nothing in it that runs or is fetched', () => {
    const html = reportHtml(report)
    expect(reportHtml(reportOf(structuredClone(recording)))).toBe(html)
    expect(html).not.toContain('<script>')
    expect(html.match(/<script [^>]*>/g)).toEqual(['<script type="application/json" id="report">'])
    expect(html).not.toMatch(/(src|href)=|url\(|@import/)
    expect(JSON.stringify(reportDocument(report))).toContain('"everywhere":2')
  })
})

describe('dateText', () => {
  it('is the date of the calendar', () => {
    let at = 951_782_400_000
    for (let step = 0; step < 500; step++) {
      at += 86_400_000 * 37 + 12_345_678
      expect(dateText(at)).toBe(new Date(at).toISOString().slice(0, 19).replace('T', ' '))
    }
  })
})
