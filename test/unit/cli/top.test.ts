import { describe, expect, it } from 'vitest'
import { keysOf } from '../../../src/cli/top-keys.ts'
import { sparkline, topLine, topLines, type TopNode, type TopView } from '../../../src/cli/top-screen.ts'

const node = (index: number): TopNode => ({
  name: `node-${index}`,
  state: index === 3 ? 'killed' : 'ready',
  height: index === 3 ? null : 7,
  peers: 4,
  mesh: 4,
  pool: 12,
  taken: 450,
  loopMs: 21,
  perSecond: [0, 4, 8],
  copies: 3.2,
  p95Ms: 41.5,
})
const view = (count: number, selected = 0): TopView => ({
  network: 'dev-x',
  nodes: Array.from({ length: count }, (_, index) => node(index)),
  selected,
  partition: null,
  nowMs: 0,
  message: '',
  unseen: '',
  steers: true,
})

describe('top', () => {
  it('draws the last seconds to scale, and nothing for nothing', () => {
    expect(sparkline([0, 4, 8], 5)).toBe('   ▄█')
    expect(sparkline([0, 0], 2)).toBe('  ')
    expect(sparkline([1], 1)).toBe('█')
  })

  it('fits the screen, with the chosen node in sight', () => {
    const lines = topLines(view(50, 44), 60, 20)
    expect(lines.length).toBeLessThanOrEqual(20)
    expect(lines.every((line) => [...line].length <= 60)).toBe(true)
    expect(lines.some((line) => line.startsWith('> node-44'))).toBe(true)
    // What is out of sight is not left out in silence.
    expect(lines[1]).toBe('31 to 45 of 50 nodes: ↑↓ leads to the others')
    expect(topLines(view(5, 4), 60, 20)[1]).toBe('')
    // Columns that do not fit are left out whole.
    const chosen = lines.find((line) => line.startsWith('> node-44')) ?? ''
    expect(chosen.trimEnd()).toMatch(/ (42 ms|3\.2|–|8|450)$/)
    expect(lines.at(-1)).toMatch(/q quit$/)
  })

  it('says the same in one line', () => {
    expect(topLine(view(5))).toBe('dev-x  4/5 up  height 7  8 tx/s  p95 42 ms')
  })

  it('knows its keys, Ctrl-C among them', () => {
    expect(['\x1b[A', 's', 'q', '\x03'].flatMap(keysOf)).toEqual(['up', 'send', 'quit', 'quit'])
    // A slow line gathers them.
    expect(keysOf('\x1b[B\x1b[B\x1bOA')).toEqual(['down', 'down', 'up'])
    // What is pasted is no order.
    for (const text of ['x', 'kr', '\x1b[Bk', 'quit', '']) expect(keysOf(text), text).toEqual([])
  })
})
