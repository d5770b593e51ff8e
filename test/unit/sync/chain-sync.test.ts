import { expect, test } from 'vitest'
import { asBlockHash, asPeerId, type BlockHash } from '../../../src/domain/ids.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { CHAIN_DEADLINE_MS, HEADERS_DEADLINE_MS } from '../../../src/sync/chain-limits.ts'
import { ChainSync, type ChainAsk, type ChainState, type MissingBranch } from '../../../src/sync/chain-sync.ts'

const [a, b, c] = [asPeerId('a'), asPeerId('b'), asPeerId('c')]
const hash = (n: number): BlockHash => asBlockHash(`block-${n}`)

const state = (overrides: Partial<ChainState> & { blocks?: number } = {}): ChainState => ({
  rootHeight: 0,
  hasHeader: () => false,
  branches: () =>
    overrides.blocks === undefined || overrides.blocks === 0 ? [] : [branch('maker', 0, overrides.blocks)],
  ...overrides,
})

/** A branch that lacks `blocks` from `from` on. */
const branch = (maker: string, from: number, blocks: number): MissingBranch => ({
  first: hash(from),
  maker,
  tip: hash(from + blocks - 1),
  missing: (limit) => Array.from({ length: Math.min(limit, blocks) }, (_, i) => hash(from + i)),
})

/** Every block failed, though the peer answered. */
const lacking = (hashes: readonly BlockHash[]) => ({ failed: hashes, isSilent: false })

test('headers are asked of the peer with the highest unknown head, one request at a time', () => {
  const sync = new ChainSync()
  for (const [peer, height] of [
    [a, 5],
    [b, 9],
    [c, 7],
  ] as const) {
    sync.peerJoined(peer)
    sync.headTold(peer, { height, hash: hash(height) })
  }
  expect(sync.next(state(), 0)).toEqual([{ kind: 'headers', peer: b }])
  expect(sync.next(state(), 1)).toEqual([])
  sync.headersChecked(b, 0, false, 2)
  expect(sync.next(state(), 1_000)).toEqual([{ kind: 'headers', peer: c }])
})

test('whoever claims ever higher heads and proves none keeps nobody from being asked, nor makes us behind', () => {
  const sync = new ChainSync()
  for (const peer of [a, b]) sync.peerJoined(peer)
  const asked: string[] = []
  let lies = 1_000_000
  for (let ms = 0; ms < 600_000; ms += 250) {
    sync.headTold(a, { height: ++lies, hash: hash(lies) })
    sync.headTold(b, { height: 1_000, hash: hash(1_000) })
    for (const ask of sync.next(state(), ms)) {
      asked.push(ask.peer)
      if (ask.peer === a) sync.headersChecked(a, 0, false, ms + 200)
      else sync.headersChecked(b, 64, false, ms + 200)
    }
  }
  // Once a liar has had his chance, headers come from the other one.
  expect(asked.filter((peer) => peer === a)).toHaveLength(1)
  expect(asked.filter((peer) => peer === b).length).toBeGreaterThan(1_000)
  expect(sync.isBehind(1_000)).toBe(false)
  expect(sync.isBehind(999)).toBe(true)
})

test('who was asked longest ago is asked first, and a head that came another way is no lie', () => {
  const sync = new ChainSync()
  for (const peer of [a, b]) sync.peerJoined(peer)
  const order: string[] = []
  for (let turn = 0; turn < 4; turn++) {
    for (const [peer, height] of [
      [a, 9],
      [b, 8],
    ] as const)
      sync.headTold(peer, { height: height + turn, hash: hash(height + turn) })
    for (const ask of sync.next(state(), turn * 1_000)) {
      order.push(ask.peer)
      sync.headersChecked(ask.peer, 0, true, turn * 1_000)
    }
  }
  expect(order).toEqual([a, b, a, b])
})

test('a known head is not asked for', () => {
  const sync = new ChainSync()
  sync.peerJoined(a)
  sync.headTold(a, { height: 3, hash: hash(3) })
  expect(sync.next(state({ hasHeader: () => true }), 0)).toEqual([])
})

test('blocks are spread over peers, and what one does not deliver is asked of another', () => {
  const sync = new ChainSync()
  for (const peer of [a, b]) sync.peerJoined(peer)
  const first = sync.next(state({ blocks: 40 }), 0) as Extract<ChainAsk, { kind: 'blocks' }>[]
  expect(new Set(first.map(({ peer }) => peer))).toEqual(new Set([a, b]))
  const [lying] = first
  sync.blocksEnded(lying!.peer, lying!.hashes, lacking(lying!.hashes), 10)
  const [again] = sync.next(state({ blocks: 16 }), 20) as Extract<ChainAsk, { kind: 'blocks' }>[]
  expect(again?.peer).not.toBe(lying!.peer)
  expect(again?.hashes).toEqual(lying!.hashes)
})

test('a silent source costs one deadline', () => {
  const sync = new ChainSync()
  for (const peer of [a, b]) sync.peerJoined(peer)
  const [ask] = sync.next(state({ blocks: 1 }), 0)
  const [other] = sync.next(state({ blocks: 1 }), CHAIN_DEADLINE_MS + 1)
  expect(other?.peer).not.toBe(ask?.peer)
})

test('a source that was silent about headers is not asked for blocks while others are there', () => {
  const sync = new ChainSync()
  for (const peer of [a, b, c]) sync.peerJoined(peer)
  sync.headTold(a, { height: 9, hash: hash(9) })
  sync.headTold(b, { height: 8, hash: hash(8) })
  expect(sync.next(state(), 0)).toEqual([{ kind: 'headers', peer: a }])
  sync.next(state(), HEADERS_DEADLINE_MS + 1)
  expect(sync.next(state(), HEADERS_DEADLINE_MS + 1_000)).toEqual([{ kind: 'headers', peer: b }])
  sync.headersChecked(b, 5, true, HEADERS_DEADLINE_MS + 1_001)
  const known = { hasHeader: () => true }
  const asks = sync.next(state({ blocks: 500, ...known }), HEADERS_DEADLINE_MS + 1_002)
  expect(asks.length).toBe(4)
  expect(asks.map(({ peer }) => peer)).not.toContain(a)
  // Alone it is better than nobody.
  for (const peer of [b, c]) sync.peerGone(peer)
  expect(sync.next(state({ blocks: 500, ...known }), HEADERS_DEADLINE_MS + 1_003).map(({ peer }) => peer)).toContain(a)
})

test('the only source is asked again after a pause', () => {
  const sync = new ChainSync()
  sync.peerJoined(a)
  sync.next(state({ blocks: 1 }), 0)
  sync.blocksEnded(a, [hash(0)], lacking([hash(0)]), 5)
  expect(sync.next(state({ blocks: 1 }), 10)).toEqual([])
  expect(sync.next(state({ blocks: 1 }), 2_000)).toHaveLength(1)
})

test('ten thousand random operations keep the invariants, and all peers gone leave nothing', () => {
  const seed = 11
  console.log(`seed ${seed}`)
  const prng = createPrng(seed)
  const sync = new ChainSync()
  const peers = Array.from({ length: 6 }, (_, i) => asPeerId(`p${i}`))
  const open: ChainAsk[] = []
  let now = 0
  for (let i = 0; i < 10_000; i++) {
    now += prng.below(400)
    const peer = peers[prng.below(peers.length)]!
    const op = prng.below(6)
    if (op === 0) sync.peerJoined(peer)
    if (op === 1) sync.peerGone(peer)
    if (op === 2) sync.headTold(peer, { height: prng.below(100), hash: hash(prng.below(100)) })
    if (op === 3) open.push(...sync.next(state({ blocks: prng.below(100), rootHeight: prng.below(50) }), now))
    const ask = op === 4 ? open.splice(prng.below(open.length), 1)[0] : undefined
    if (ask?.kind === 'headers') sync.headersChecked(ask.peer, prng.below(3), prng.below(2) === 0, now)
    if (ask?.kind === 'blocks')
      sync.blocksEnded(
        ask.peer,
        ask.hashes,
        { failed: ask.hashes.filter(() => prng.below(2) === 0), isSilent: prng.below(4) === 0 },
        now,
      )
    sync.invariants()
  }
  for (const peer of peers) sync.peerGone(peer)
  expect(sync.busy).toBe(false)
})
