import { describe, expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { itemKey, type ItemKey } from '../../../src/domain/item-key.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { OFFER_PEERS } from '../../../src/sync/limits.ts'
import { RepairServer } from '../../../src/sync/repair-server.ts'
import { Repair } from '../../../src/sync/repair.ts'
import { FingerprintTree } from '../../../src/sync/fingerprint-tree.ts'
import { RepairWorld, type RepairNode } from '../../toolkit/kernel/repair-world.ts'

const WALL_MS = 1_800_000_000_000

function fill(nodes: readonly RepairNode[], count: number, seed: number, firstMs = WALL_MS - 1_000_000): ItemKey[] {
  const random = createPrng(seed)
  return Array.from({ length: count }, (_, index) => {
    const id = toHex(random.bytes(32))
    for (const node of nodes) node.tree.insert(firstMs + index, id)
    return itemKey(firstMs + index, id)
  })
}

function ring(world: RepairWorld, nodes: readonly RepairNode[]): void {
  nodes.forEach((node, index) => {
    for (const step of [1, 2]) {
      const other = nodes[(index + step) % nodes.length]
      if (other !== undefined && other !== node) world.link(node, other)
    }
  })
}

describe('repair', () => {
  it('gives a joiner the whole pool of 5,000 within four seconds, from one peer', () => {
    const world = new RepairWorld(2, 1)
    const [full, joiner] = world.nodes as [RepairNode, RepairNode]
    fill([full], 5_000, 2)
    world.link(joiner, full)
    world.run(4_000)
    expect(joiner.tree.size).toBe(5_000)
    expect(joiner.comparisons.find(({ set }) => set === 'transactions')).toMatchObject({ rounds: 1, complete: true })
  })

  it('gives the one that was dialled what it lacks, by the same comparison', () => {
    const world = new RepairWorld(2, 1)
    const [full, joiner] = world.nodes as [RepairNode, RepairNode]
    fill([full], 500, 2)
    world.link(full, joiner)
    world.run(2_000)
    expect(joiner.tree.size).toBe(500)
    expect(joiner.comparisons).toEqual([])
  })

  it('brings back 100 that were deleted behind a node, within two intervals, in 20 of 20 seeds', () => {
    for (let seed = 0; seed < 20; seed++) {
      const world = new RepairWorld(6, seed)
      ring(world, world.nodes)
      const keys = fill(world.nodes, 1_000, seed)
      world.run(15_000)
      const [robbed] = world.nodes as [RepairNode]
      for (const key of keys.slice(300, 400)) robbed.tree.delete(key)
      world.run(24_000)
      expect(robbed.tree.size, `seed ${seed}`).toBe(1_000)
    }
  })

  it('makes one pool of two after a partition, within two intervals, and in few bytes', () => {
    const world = new RepairWorld(10, 7)
    const [left, right] = [world.nodes.slice(0, 5), world.nodes.slice(5)]
    ring(world, left)
    ring(world, right)
    fill(world.nodes, 1_000, 1)
    world.run(60_000)
    fill(left, 250, 2, WALL_MS + 1_000)
    fill(right, 250, 3, WALL_MS + 30_000)
    world.run(5_000)
    const before = world.bytes
    left.forEach((node, index) => world.link(node, right[index] as RepairNode))
    world.run(20_000)
    for (const node of world.nodes) expect(node.tree.size).toBe(1_500)
    // Five links, each once 250 ids each way, and what equal nodes ask each other meanwhile.
    expect(world.bytes - before).toBeLessThan(80_000)
  })

  it('costs two equal nodes next to nothing', () => {
    const world = new RepairWorld(2, 3)
    fill(world.nodes, 5_000, 1)
    world.link(world.nodes[0] as RepairNode, world.nodes[1] as RepairNode)
    world.run(100_000)
    // Each of both draws the other every 10 s for two sets, at about 40 bytes a comparison.
    expect(world.bytes).toBeLessThan(100 * 15)
    expect(world.nodes.flatMap((node) => node.violations)).toEqual([])
  })

  it('offers what a user handed in while his node was alone, until three peers have it', () => {
    const world = new RepairWorld(6, 5)
    const [alone, ...others] = world.nodes as [RepairNode, ...RepairNode[]]
    // They are connected with it only: nothing but its own offers spreads it.
    const [key] = fill([alone], 1, 9) as [ItemKey]
    alone.offers.add(key, 0)
    world.run(20_000)
    for (const other of others) world.link(other, alone)
    world.run(4_000)
    expect(others.filter((other) => other.tree.has(key)).length).toBeGreaterThanOrEqual(OFFER_PEERS)
    expect(alone.offers.sizes()[0]?.size).toBe(0)
  })
})

describe('the schedule of comparisons', () => {
  const trees = (): { transactions: FingerprintTree; records: FingerprintTree } => {
    const made = {
      transactions: new FingerprintTree(Uint8Array.of(1)),
      records: new FingerprintTree(Uint8Array.of(2)),
    }
    for (const tree of Object.values(made)) tree.tend(WALL_MS)
    return made
  }
  const numbers = (): (() => number) => {
    let last = 0
    return () => ++last
  }
  const at = (monoMs: number): { monoMs: number; wallMs: number } => ({ monoMs, wallMs: WALL_MS + monoMs })
  const peer = (index: number) => asPeerId(`peer-${index}`)

  it('begins at once with whom we dialled, two seconds later with whoever dialled us', () => {
    const repair = new Repair({ trees: trees(), nextNumber: numbers(), chance: () => 0.5 })
    repair.connected(peer(1), true, 0)
    repair.connected(peer(2), false, 0)
    repair.connected(peer(3), false, 0)
    repair.served(peer(3), 'transactions')
    repair.served(peer(3), 'records')
    const asked = [0, 1_750, 2_000].map((ms) =>
      repair.due(at(ms)).map((decision) => 'peer' in decision && decision.peer),
    )
    expect(asked[0]).toEqual([peer(1), peer(1)])
    expect(asked[1]).toEqual([])
    // Two sessions of the first peer are still open; the third place is free.
    expect(asked[2]).toEqual([peer(2)])
    repair.invariants()
  })

  it('draws every 10 s ± 20 %, each peer as often, and four times as often after a heal', () => {
    const random = createPrng(6)
    const repair = new Repair({ trees: trees(), nextNumber: numbers(), chance: () => random.next() })
    const drawn = new Map<string, number>()
    const times: number[] = []
    for (let index = 0; index < 2; index++) repair.connected(peer(index), true, 0)
    for (let ms = 0; ms < 4_000_000; ms += 250) {
      if (ms === 3_900_000) for (let index = 2; index < 5; index++) repair.connected(peer(index), true, ms)
      for (const decision of repair.due(at(ms))) {
        if (decision.kind !== 'ask') continue
        repair.failed(decision.request)
        if (ms < 3_900_000 && ms > 1_000) {
          drawn.set(decision.peer, (drawn.get(decision.peer) ?? 0) + 1)
          times.push(ms)
        } else if (ms > 3_901_000 && ms < 3_930_000) drawn.set('hurry', (drawn.get('hurry') ?? 0) + 1)
      }
    }
    const gaps = times.slice(2).map((ms, index) => ms - (times[index] as number))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(8_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(12_250)
    const [first, second] = [drawn.get(peer(0)) ?? 0, drawn.get(peer(1)) ?? 0]
    expect(first / second).toBeGreaterThan(0.8)
    expect(first / second).toBeLessThan(1.25)
    expect(drawn.get('hurry')).toBeGreaterThanOrEqual(2 * 9)
  })

  it('leaves what is younger by as long as messages wait here to gossip too', () => {
    const compared = (behindMs: number): number | undefined => {
      const made = trees()
      const repair = new Repair({ trees: made, nextNumber: numbers(), chance: () => 0 })
      const server = new RepairServer(trees())
      made.transactions.insert(WALL_MS + 6_000, 'ab'.repeat(32))
      repair.connected(peer(1), true, 0)
      repair.served(peer(1), 'transactions')
      repair.due(at(0), behindMs)
      for (const decision of repair.due(at(10_750), behindMs)) {
        if (decision.kind !== 'ask') continue
        const served = server.serve(peer(0), decision.bytes, 10_750, () => false)
        if (served.kind !== 'compared') throw new Error(served.kind)
        for (const found of repair.answered(decision.request, served.frames, at(10_750)))
          if (found.kind === 'compared' && found.set === 'transactions') return found.have.length
      }
      return undefined
    }
    // A monotonic clock has fractions, an order has none.
    expect([compared(0), compared(1_000.25), compared(2_500.5)]).toEqual([1, 1, 0])
  })

  it('leaves young transactions to gossip in drawn comparisons, and asks nobody again within 5 s', () => {
    const made = trees()
    const repair = new Repair({ trees: made, nextNumber: numbers(), chance: () => 0 })
    const server = new RepairServer(trees())
    made.transactions.insert(WALL_MS + 8_000, 'ab'.repeat(32))
    repair.connected(peer(1), true, 0)
    const have = (ms: number): number | undefined => {
      for (const decision of repair.due(at(ms))) {
        if (decision.kind !== 'ask') continue
        const served = server.serve(peer(0), decision.bytes, ms, () => false)
        if (served.kind !== 'compared') throw new Error(served.kind)
        for (const found of repair.answered(decision.request, served.frames, at(ms)))
          if (found.kind === 'compared' && found.set === 'transactions') return found.have.length
      }
      return undefined
    }
    expect(have(0)).toBe(1)
    expect([1_000, 4_000, 6_000].map(have)).toEqual([undefined, undefined, undefined])
    expect(have(10_750)).toBe(0)
    expect([1, 2, 3, 4].map((more) => have(10_750 + more * 1_000))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('gives up on silence, and shuns whoever breaks the protocol', () => {
    const repair = new Repair({ trees: trees(), nextNumber: numbers(), chance: () => 0.5 })
    repair.connected(peer(1), true, 0)
    const [first] = repair.due(at(0))
    if (first?.kind !== 'ask') throw new Error('a comparison is due')
    expect(repair.answered(first.request, [Uint8Array.of(9)], at(10))).toEqual([
      { kind: 'violation', peer: peer(1), code: 'malformed' },
    ])
    expect(repair.due(at(12_500))).toContainEqual({ kind: 'gave-up', peer: peer(1), set: 'records', why: 'no-answer' })
    for (let ms = 13_000; ms < 60_000; ms += 250) expect(repair.due(at(ms))).toEqual([])
    expect(repair.answered(first.request, [], at(60_000))).toEqual([])
  })
})

describe('the server of comparisons', () => {
  it('tells an eager peer that it is busy, and answers others meanwhile', () => {
    const made = {
      transactions: new FingerprintTree(Uint8Array.of(1)),
      records: new FingerprintTree(Uint8Array.of(2)),
    }
    for (const tree of Object.values(made)) tree.tend(WALL_MS)
    const server = new RepairServer(made)
    const repair = new Repair({ trees: made, nextNumber: () => 1, chance: () => 0 })
    repair.connected(asPeerId('a'), true, 0)
    const [ask] = repair.due({ monoMs: 0, wallMs: WALL_MS })
    if (ask?.kind !== 'ask') throw new Error('a comparison is due')
    const kinds = Array.from({ length: 40 }, () => server.serve(asPeerId('a'), ask.bytes, 0, () => false).kind)
    expect(kinds.slice(0, 24).every((kind) => kind === 'compared')).toBe(true)
    expect(kinds.slice(24).every((kind) => kind === 'busy')).toBe(true)
    expect(server.serve(asPeerId('b'), ask.bytes, 0, () => false).kind).toBe('compared')
    expect(server.serve(asPeerId('a'), ask.bytes, 1_000, () => false).kind).toBe('compared')
    expect(server.serve(asPeerId('b'), Uint8Array.of(7), 0, () => false)).toEqual({
      kind: 'violation',
      code: 'malformed',
    })
  })
})
