import { describe, expect, it } from 'vitest'
import { testnetStatusText } from '../../../src/cli/testnet-status-text.ts'
import type { NodeStatus, TestnetStatus } from '../../../testnet/control.ts'
import { withLag } from '../../../testnet/lag.ts'

const hash = (digit: string): string => digit.repeat(64)

function node(index: number, changes: Partial<NodeStatus> = {}): NodeStatus {
  return {
    name: `node-${index}`,
    peerId: `peer-${index}`,
    state: 'ready',
    pid: 100 + index,
    validator: index < 2 ? index : null,
    apiUrl: `http://127.0.0.1:${4_600 + index}`,
    peers: 3,
    mesh: 2,
    head: { height: 12, hash: hash('a') },
    settled: { height: 9 },
    lag: 0,
    mempool: { count: 5, fingerprint: hash('0') },
    rssBytes: 90 * 1_048_576,
    reason: null,
    ...changes,
  }
}

function status(nodes: readonly NodeStatus[], changes: Partial<TestnetStatus> = {}): TestnetStatus {
  return {
    v: 1,
    network: 'dev-x',
    blocksOnDemand: false,
    pageUrl: null,
    networkId: hash('1'),
    home: '/net',
    topology: 'random',
    degree: 6,
    link: '0',
    seed: 7,
    uptimeMs: 61_000,
    partition: null,
    nodes,
    ...changes,
  }
}

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('node-'))
    .map((line) => line.split(/ {2,}/))

describe('the state of a testnet', () => {
  it('says that blocks are made on demand, and how that ends', () => {
    expect(testnetStatusText(status([node(0)], { blocksOnDemand: true }), 0)).toContain('`testnet mine --release`')
    expect(testnetStatusText(status([node(0)]), 0)).not.toContain('mine')
  })

  it('has head, settled height and lag of each node, and who makes blocks', () => {
    const nodes = withLag([node(0), node(1), node(2, { head: { height: 9, hash: hash('b') }, settled: { height: 6 } })])
    const text = testnetStatusText(status(nodes), 0)
    expect(text.split('\n')[0]).toBe('dev-x  up 1 m 1 s  random, degree 6, links 0, seed 7  /net')
    expect(text).toMatch(/HEAD +SETTLED +LAG/)
    const rows = rowsOf(text)
    expect(rows[0]?.slice(0, 9)).toEqual(['node-0', 'ready', 'blocks', '3', '2', '5', '12', '9', '0'])
    expect(rows[2]?.slice(0, 8)).toEqual(['node-2', 'ready', '3', '2', '5', '9', '6', '3'])
    expect(text).not.toContain('different blocks')
  })

  it('claims nothing of a node that says nothing', () => {
    const silent = { state: 'killed', pid: null, peers: null, mesh: null, head: null, settled: null } as const
    const nodes = withLag([node(0), node(1, { ...silent, mempool: null, rssBytes: null })])
    expect(nodes.map(({ lag }) => lag)).toEqual([0, null])
    const rows = rowsOf(testnetStatusText(status(nodes), 0))
    expect(rows[1]).toEqual(['node-1', 'killed', 'blocks', 'http://127.0.0.1:4601'])
  })

  it('says when nodes at one height have different blocks', () => {
    const other = { head: { height: 12, hash: hash('b') } }
    const text = testnetStatusText(status(withLag([node(0), node(1, other), node(2)])), 0)
    expect(text).toContain('different blocks at height 12: aaaaaaaa on node-0 node-2 | bbbbbbbb on node-1')
  })

  it('says how long a partition lasts', () => {
    const partition = { groups: [['node-0'], ['node-1', 'node-2']], cutLinks: 2, healsAt: 20_000 }
    expect(testnetStatusText(status([], { partition }), 5_000)).toContain(
      'partitioned for 15 s more: node-0 | node-1 node-2 (2 links cut)',
    )
    expect(testnetStatusText(status([], { partition: { ...partition, healsAt: null } }), 0)).toContain('until healed')
  })
})

describe('lag', () => {
  it('is none where nobody says anything', () => {
    expect(withLag([node(0, { head: null })]).map(({ lag }) => lag)).toEqual([null])
    expect(withLag([])).toEqual([])
  })
})
