import { expect, test } from 'vitest'
import { asBlockHash, asPeerId, type BlockHash } from '../../../src/domain/ids.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { CHAIN_DEADLINE_MS, HEADERS_DEADLINE_MS, SLOW_MS } from '../../../src/sync/chain-limits.ts'
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

test('any number of withheld branches of one maker leave places and turns to another, and what is withheld comes last', () => {
  const sync = new ChainSync()
  for (const peer of [a, b, c]) sync.peerJoined(peer)
  // The attacker's are all better by rank, and there is a new one each time.
  let fresh = 1_000
  const asked = new Map<BlockHash, number>()
  for (let ms = 0; ms <= 20_000; ms += 250) {
    fresh += 10
    const branches = [
      ...Array.from({ length: 50 }, (_, i) => branch('attacker', fresh + 1_000 * i, 1)),
      branch('honest', 0, 1),
    ]
    for (const ask of sync.next(state({ branches: () => branches }), ms)) {
      if (ask.kind !== 'blocks') continue
      for (const one of ask.hashes) if (!asked.has(one)) asked.set(one, ms)
      if (ask.hashes[0] !== hash(0)) sync.blocksEnded(ask.peer, ask.hashes, lacking(ask.hashes), ms)
    }
    sync.invariants()
  }
  expect(asked.get(hash(0))).toBe(0)
})

test('a branch has had its turn when three peers lack its first block; who comes new, or shows it, is asked at once', () => {
  const sync = new ChainSync()
  const peers = Array.from({ length: 5 }, (_, i) => asPeerId(`p${i}`))
  for (const peer of peers) sync.peerJoined(peer)
  const lacks = state({ blocks: 1 })
  const askOnce = (ms: number): ChainAsk | undefined => {
    const [ask] = sync.next(lacks, ms)
    if (ask?.kind === 'blocks') sync.blocksEnded(ask.peer, ask.hashes, lacking(ask.hashes), ms)
    return ask
  }
  for (let turn = 0; turn < 3; turn++) {
    expect(sync.isWithheld(hash(0))).toBe(false)
    expect(askOnce(turn)).toBeDefined()
  }
  expect(sync.isWithheld(hash(0))).toBe(true)
  expect(sync.withheldSinceMs(hash(0))).toBe(2)
  expect(askOnce(3)).toBeUndefined()
  // After a second the others, then a pause of two.
  expect([askOnce(1_002), askOnce(1_003)].every((ask) => ask !== undefined)).toBe(true)
  expect(askOnce(1_004)).toBeUndefined()
  expect(askOnce(3_002)).toBeUndefined()
  sync.headersTold(peers[4]!, [hash(0)])
  expect(askOnce(3_002)).toMatchObject({ peer: peers[4] })
  sync.peerJoined(asPeerId('new'))
  expect(askOnce(3_003)).toMatchObject({ peer: 'new' })
  // It came another way.
  sync.next(state(), 3_004)
  expect(sync.isWithheld(hash(0))).toBe(false)
})

test('the lowest run goes to who showed the branch, and to another beside when no answer comes for 2 s', () => {
  const sync = new ChainSync()
  for (const peer of [a, b, c]) sync.peerJoined(peer)
  sync.headersTold(c, [hash(0)])
  expect(sync.next(state({ blocks: 1 }), 0)).toEqual([{ kind: 'blocks', peer: c, hashes: [hash(0)] }])
  expect(sync.next(state({ blocks: 1 }), SLOW_MS - 1)).toEqual([])
  const [beside] = sync.next(state({ blocks: 1 }), SLOW_MS)
  expect([a, b]).toContain(beside?.peer)
  sync.invariants()
  // The late answer counts all the same.
  sync.blocksEnded(c, [hash(0)], { failed: [], isSilent: false }, SLOW_MS + 1)
  sync.invariants()
})

test('what silent peers held is asked of one that has given blocks, however many of them there are', () => {
  const sync = new ChainSync()
  const liars = ['x', 'y', 'z'].map(asPeerId)
  for (const peer of [...liars, a]) sync.peerJoined(peer)
  sync.headersTold(a, [hash(0)])
  const [lowest] = sync.next(state({ branches: () => [branch('maker', 0, 2)] }), 0)
  expect(lowest).toMatchObject({ peer: a })
  sync.blocksEnded(a, [hash(0), hash(1)], { failed: [], isSilent: false }, 10)
  for (const liar of liars) sync.headersTold(liar, [hash(2)])
  const rest = state({ branches: () => [branch('maker', 2, 1)] })
  expect(liars).toContain(sync.next(rest, 20).map(({ peer }) => peer)[0])
  expect(sync.next(rest, 20 + SLOW_MS).map(({ peer }) => peer)).toEqual([a])
  sync.invariants()
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

test('who says that the tip is its head by now is asked in the pause, also where it lacked the block before', () => {
  const sync = new ChainSync()
  const one = state({ hasHeader: () => true, blocks: 1 })
  for (const peer of [a, b, c]) {
    sync.peerJoined(peer)
    sync.headTold(peer, { height: 1, hash: hash(99) })
  }
  const asked: string[] = []
  for (let tries = 0; tries < 3; tries++)
    for (const ask of sync.next(one, tries)) {
      if (ask.kind !== 'blocks') continue
      asked.push(ask.peer)
      sync.blocksEnded(ask.peer, ask.hashes, lacking(ask.hashes), tries)
    }
  expect(asked.sort()).toEqual([a, b, c])
  expect(sync.isWithheld(hash(0))).toBe(true)
  expect(sync.next(one, 10)).toEqual([])
  sync.headTold(b, { height: 2, hash: hash(0) })
  expect(sync.next(one, 11)).toEqual([{ kind: 'blocks', peer: b, hashes: [hash(0)] }])
  // Who says so and does not answer is not asked again for saying it.
  sync.blocksEnded(b, [hash(0)], { failed: [hash(0)], isSilent: true }, 12)
  sync.headTold(b, { height: 1, hash: hash(99) })
  sync.headTold(b, { height: 2, hash: hash(0) })
  expect(sync.next(one, 13)).toEqual([])
  sync.invariants()
})
