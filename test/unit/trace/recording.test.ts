import { describe, expect, it } from 'vitest'
import { createPrng, type Prng } from '../../../src/lib/prng.ts'
import { idsOf, journeyOf } from '../../../src/trace/journey.ts'
import { parseLine, parseRecording, RecordingReader, recordsOf, type Recording } from '../../../src/trace/recording.ts'
import { reportHtml } from '../../../src/trace/report-html.ts'
import { networkNodes, reportDocument, reportOf } from '../../../src/trace/report.ts'
import { treeDot, treeText } from '../../../src/trace/tree-text.ts'

const NAMES = ['node-0', 'node-1', 'node-2']
const HEAD = {
  v: 1,
  line: 'network',
  network: 'dev-x',
  networkId: '0'.repeat(64),
  seed: 1,
  topology: 'full',
  degree: 2,
  link: '0',
  createdAt: 1_795_000_000_000,
  version: '0.1.0',
  clockErrorMs: 0,
  nodes: NAMES.map((name) => ({ name, peerId: `${name}-key`, dials: [] as string[] })),
}
const RECORD = {
  t_ns: '1795000000000000000',
  node: 'node-0',
  kind: 'transaction',
  id: 'ab'.repeat(32),
  event: 'DELIVER',
  from: 'node-1-key',
  bytes: 200,
  reason: null,
  queueMs: 0.1,
  checkMs: 0.2,
}
const MESH = { line: 'mesh', t_ns: '1', node: 'node-0', peers: ['node-1'] }
const NODE = { line: 'node', t_ns: '1', node: 'node-0', peerId: 'key', state: 'ready' }
const BLOCK_HEAD = { line: 'head', t_ns: '1', node: 'node-0', height: 1, hash: 'ab' }
const DROPPED = { line: 'dropped', t_ns: '1', node: '', n: 3, reason: 'full' }

const textOf = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
/** ESC with its partners, directions, separators of lines, nothing at all. */
const HOSTILE = ['\u001b[2J', '\u009b31m', 'a\nb', '\u202eabc', '\u2066x', 'a\u2028b', '\u200b', '\u0000', '\ud800', '']

describe('a line of a recording', () => {
  it.each([RECORD, MESH, NODE, BLOCK_HEAD, DROPPED].map((line) => [line]))('is taken as it is written: %j', (line) => {
    expect(parseLine(JSON.stringify(line))).toEqual(line)
  })

  it.each<[object, string]>([
    ...Object.keys(RECORD).map((field): [object, string] => [RECORD, field]),
    ...Object.keys(MESH).map((field): [object, string] => [MESH, field]),
    ...Object.keys(NODE).map((field): [object, string] => [NODE, field]),
    ...Object.keys(BLOCK_HEAD).map((field): [object, string] => [BLOCK_HEAD, field]),
    ...Object.keys(DROPPED).map((field): [object, string] => [DROPPED, field]),
  ])('is none where a field has another type: %j, %s', (line, field) => {
    for (const value of [{}, [{}], true, -1, '\u001b[2J', 'x'.repeat(300)])
      expect(parseLine(JSON.stringify({ ...line, [field]: value })), JSON.stringify(value)).toBe(null)
  })

  it('is none where a text of it is not what it looks like', () => {
    for (const text of HOSTILE.slice(0, -1)) {
      expect(parseLine(JSON.stringify({ ...RECORD, node: text })), JSON.stringify(text)).toBe(null)
      expect(parseLine(JSON.stringify({ ...RECORD, reason: text }))).toBe(null)
      expect(parseLine(JSON.stringify({ ...NODE, state: text }))).toBe(null)
      expect(parseLine(JSON.stringify({ ...MESH, peers: [text] }))).toBe(null)
    }
  })
})

describe('a recording', () => {
  it('is refused where its head is not one', () => {
    for (const field of Object.keys(HEAD))
      for (const value of [undefined, {}, [{}], true, 1e300, '\u001b[2J', 'x'.repeat(300)])
        expect(parseRecording(textOf({ ...HEAD, [field]: value })).ok, `${field} ${JSON.stringify(value)}`).toBe(false)
    for (const text of [
      '',
      '\n',
      'null',
      '[]',
      '{',
      '7',
      'not JSON\n',
      textOf(RECORD, HEAD),
      textOf(HEAD).slice(0, -9),
    ])
      expect(parseRecording(text).ok, text).toBe(false)
    const many = Array.from({ length: 1_001 }, (_, index) => ({ name: `n${index}`, peerId: `k${index}`, dials: [] }))
    expect(parseRecording(textOf({ ...HEAD, nodes: many })).ok).toBe(false)
    expect(parseRecording(textOf({ ...HEAD, nodes: many.slice(1) })).ok).toBe(true)
  })

  it('leaves out lines that are too long, and goes on behind them, however it is cut into pieces', () => {
    const text = `${textOf(HEAD, RECORD)}{"${'x'.repeat(200_000)}\n${textOf(RECORD)}${'y'.repeat(200_000)}`
    for (const size of [1, 4_096, 1_000_000]) {
      const reader = new RecordingReader()
      // Single characters only where it is short enough to wait for.
      const given = size === 1 ? textOf(HEAD, RECORD, MESH) : text
      for (let at = 0; at < given.length; at += size) reader.push(given.slice(at, at + size))
      const read = reader.end()
      expect(read.ok && [read.recording.lines.length, read.unread]).toEqual(size === 1 ? [2, 0] : [2, 2])
    }
  })

  it('of no end is given up at its first line', () => {
    const reader = new RecordingReader()
    const piece = '\0'.repeat(65_536)
    let pieces = 0
    while (reader.push(piece) && pieces < 1_000) pieces++
    expect(pieces).toBeLessThan(20)
    expect(reader.end().ok).toBe(false)
  })
})

describe('every view of a recording', () => {
  it('draws whatever lines it may hold: 400 seeds', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const recording = strange(createPrng(seed))
      try {
        draw(recording)
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error })
      }
    }
  })
})

function draw(recording: Recording): void {
  const report = reportOf(recording)
  JSON.stringify(reportDocument(report))
  reportHtml(report)
  const records = recordsOf(recording)
  for (const id of idsOf(records)) {
    const nodes = networkNodes(recording.head, recording.lines)
    const journey = journeyOf(id, nodes, records, recording.head.clockErrorMs)
    treeText(journey)
    treeDot(journey)
  }
}

/**
 * Lines that pass for lines, in no order that a network would give: circles, times of all ages, nodes that nobody
 * named.
 */
function strange(random: Prng): Recording {
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)] as T
  const nodes = [...NAMES, '__proto__', 'constructor', 'stranger']
  const times = ['0', '1', '1795000000000000000', '1795000000000500000', '99999999999999999999']
  const numbers = [0, 0.5, 1, 1e9, 8.64e15, 5e-324]
  const record = () => ({
    t_ns: pick(times),
    node: pick(nodes),
    kind: pick(['transaction', 'block', 'record', 'mesh']),
    id: pick(['ab'.repeat(32), 'cd'.repeat(32), '', 'zz', '__proto__']),
    event: pick(['PUBLISH', 'DELIVER', 'DUPLICATE', 'REJECT', 'IGNORE', 'FORWARD', 'RECOVERED', 'GRAFT', 'PRUNE']),
    from: pick([null, ...nodes.map((name) => `${name}-key`), ...nodes]),
    bytes: pick(numbers),
    reason: pick([null, 'known', '__proto__']),
    queueMs: pick([undefined, null, ...numbers]),
    checkMs: pick([undefined, null, ...numbers]),
  })
  const other = () =>
    pick([
      { ...MESH, t_ns: pick(times), node: pick(nodes), peers: [pick(nodes), pick(nodes)] },
      { ...NODE, t_ns: pick(times), node: pick(nodes), peerId: `${pick(nodes)}-key` },
      { ...BLOCK_HEAD, t_ns: pick(times), node: pick(nodes), height: pick(numbers) },
      { ...DROPPED, t_ns: pick(times), n: pick(numbers) },
    ])
  const head = {
    ...HEAD,
    seed: pick([null, ...numbers]),
    degree: pick([null, ...numbers]),
    clockErrorMs: pick(numbers),
    createdAt: pick([-8.64e15, ...numbers]),
  }
  const lines = Array.from({ length: random.below(40) }, () => (random.below(4) === 0 ? other() : record()))
  const read = parseRecording(textOf(head, ...lines))
  if (!read.ok || read.unread > 0) throw new Error('the generator makes lines that are none')
  return read.recording
}
