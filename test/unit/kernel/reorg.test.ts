import { describe, expect, it } from 'vitest'
import { shortIdOf } from '../../../src/domain/block.ts'
import { encodeCompactBlock } from '../../../src/domain/codec/block-codec.ts'
import { asBlockHash } from '../../../src/domain/ids.ts'
import { stateOf } from '../../../src/kernel/transactions/on-submission.ts'
import { serveChain } from '../../../src/node/serve-chain.ts'
import { SimDisk } from '../../../src/sim/sim-store.ts'
import { keysOf } from '../../toolkit/objects/transactions.ts'
import {
  BLOCK_PREFIX,
  ChainWorld,
  GENESIS,
  makeBlock,
  transaction,
  type MadeBlock,
  type Tip,
} from '../../toolkit/kernel/chain-world.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'

/** Of a header without its signature. */
const HEADER_BYTES = 180

const tx = (sender: number, nonce = 0): Transaction => transaction(sender, nonce)

/** Blocks in these slots, one on the other; `paid` says what is in which. */
function branch(from: Tip, slots: readonly number[], paid: Readonly<Record<number, readonly Transaction[]>> = {}) {
  const blocks: MadeBlock[] = []
  for (const slot of slots) blocks.push(makeBlock(blocks.at(-1) ?? from, slot, paid[slot] ?? []))
  return blocks
}

function show(world: ChainWorld, blocks: readonly MadeBlock[]): void {
  for (const { compact } of blocks) expect(world.block(compact)).toBe('accept')
}

describe('a reorg', () => {
  it('returns the transactions that the new branch lacks, and those alone', () => {
    const world = new ChainWorld()
    world.at(20)
    const [both, onlyOld, onlyNew] = [tx(1), tx(2), tx(3)]
    world.hear(both, onlyOld, onlyNew)
    show(world, branch(GENESIS, [1], { 1: [both, onlyOld] }))
    expect(world.poolIds()).toEqual([onlyNew.id])
    const better = branch(GENESIS, [2, 3], { 2: [both], 3: [onlyNew] })
    show(world, better)
    expect(world.head).toMatchObject({ hash: better[1]!.hash, height: 2 })
    expect(world.poolIds()).toEqual([onlyOld.id])
    expect(
      world
        .told('transactions-admitted')
        .filter(({ provenance }) => provenance.way === 'reorg')
        .flatMap(({ transactions }) => transactions.map(({ id }) => id)),
    ).toEqual([onlyOld.id])
    expect(world.told('head-moved').at(-1)).toMatchObject({ disconnected: [expect.any(String)], crossesSettled: false })
    // The ledger is that of the new branch: the sender of what came back has its nonce again.
    const { senderKey: _, sender } = onlyOld
    expect(world.kernel.machines.transactions.accountOf(sender).nonce).toBe(0n)
  })

  it('offers what our own user handed in again, and not what others did', () => {
    const world = new ChainWorld()
    world.at(20)
    world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 5, mesh: 5 })
    const [own, others] = [tx(1), tx(2)]
    world.submit(own)
    world.hear(others)
    const before = world.did('publish').length
    show(world, branch(GENESIS, [1], { 1: [own, others] }))
    show(world, branch(GENESIS, [2, 3]))
    expect(world.poolIds()).toEqual([own.id, others.id].sort())
    expect(world.did('publish').length).toBe(before + 1)
    expect(world.kernel.machines.transactions.pool.get(own.id)?.local).toBe(true)
  })

  it('tells what came of a transaction whose nonce another one took', () => {
    const world = new ChainWorld()
    world.at(20)
    const [own, rival] = [tx(1), transaction(1, 0, { fee: 2n })]
    world.submit(own)
    show(world, branch(GENESIS, [1], { 1: [own] }))
    // On the other branch the rival has the nonce: what comes back cannot stay.
    const other = makeBlock(GENESIS, 2, [rival])
    const prefilled = [{ index: 0, transaction: rival }]
    expect(world.block(encodeCompactBlock(other.block.header, [shortIdOf(rival.hash)], prefilled))).toBe('accept')
    show(world, [makeBlock(other, 3)])
    expect(world.poolIds()).toEqual([])
    expect(world.told('transaction-removed').at(-1)).toMatchObject({ id: own.id, why: 'replaced', by: rival.id })
    // The same without a reorg: it waits, and a block has the rival.
    const [waiting, taken] = [tx(2), transaction(2, 0, { fee: 2n })]
    world.hear(waiting)
    const next = makeBlock(makeBlock(other, 3), 4, [taken])
    world.block(encodeCompactBlock(next.block.header, [shortIdOf(taken.hash)], [{ index: 0, transaction: taken }]))
    expect(world.told('transaction-removed').at(-1)).toMatchObject({ id: waiting.id, why: 'replaced', by: taken.id })
  })

  it('says of one that its sender can no longer pay for that it waits for balance, and not for nonces', () => {
    const world = new ChainWorld()
    world.at(20)
    const [cheap, waiting] = [tx(1), tx(1, 1)]
    world.hear(cheap, waiting)
    // The block has another one of the first nonce, which takes all that the account has.
    const { balance } = world.kernel.machines.transactions.accountOf(cheap.sender)
    const greedy = transaction(1, 0, { amount: balance - 1n })
    const block = makeBlock(GENESIS, 1, [greedy])
    const prefilled = [{ index: 0, transaction: greedy }]
    expect(world.block(encodeCompactBlock(block.block.header, [shortIdOf(greedy.hash)], prefilled))).toBe('accept')
    expect(world.poolIds()).toEqual([waiting.id])
    const now = { wallMs: world.wallMs, monoMs: world.monoMs }
    expect(stateOf(world.kernel.machines, cheap.id, now)).toBe('replaced')
    expect(stateOf(world.kernel.machines, waiting.id, now)).toBe('parked')
    expect(world.kernel.machines.transactions.pool.parkedFor(waiting.sender)).toBe('balance')
    world.hear(tx(2, 5))
    expect(world.kernel.machines.transactions.pool.parkedFor(tx(2).sender)).toBe('nonce')
  })

  it('keeps what it undoes through a power cut, in the same write', async () => {
    const world = new ChainWorld()
    world.at(20)
    const own = tx(1)
    world.submit(own)
    show(world, branch(GENESIS, [1], { 1: [own] }))
    world.losesLazyWrites = true
    show(world, branch(GENESIS, [2, 3]))
    const again = await ChainWorld.restart(world.disk)
    expect(again.head.height).toBe(2)
    expect(again.poolIds()).toEqual([own.id])
    expect(again.kernel.machines.transactions.pool.get(own.id)?.local).toBe(true)
  })

  it('gives back a run of nonces of one sender in order, with what waited behind it', () => {
    const world = new ChainWorld()
    world.at(20)
    const run = [0, 1, 2, 3].map((nonce) => tx(1, nonce))
    world.hear(...run)
    show(world, branch(GENESIS, [1], { 1: run.slice(0, 2) }))
    show(world, branch(GENESIS, [2, 3]))
    expect(world.poolIds()).toEqual(run.map(({ id }) => id).sort())
    expect(world.kernel.machines.transactions.pool.parked).toBe(0)
  })

  it('that ends in an invalid block does not happen', () => {
    const world = new ChainWorld()
    world.at(20)
    const good = branch(GENESIS, [1], { 1: [tx(1)] })
    world.hear(tx(1))
    show(world, good)
    const bad = makeBlock(makeBlock(GENESIS, 2), 3, [], { ledgerRoot: '22'.repeat(32) })
    show(world, [makeBlock(GENESIS, 2), bad])
    expect(world.head.hash).toBe(good[0]!.hash)
    expect(world.told('head-moved')).toHaveLength(1)
  })

  it('across a settled block is counted and told', () => {
    const world = new ChainWorld()
    world.at(20)
    // Three of four validators on the first block: it is settled.
    show(world, branch(GENESIS, [1, 2, 3, 4]))
    expect(world.head).toMatchObject({ height: 4, settledHeight: 1 })
    show(world, branch(GENESIS, [5, 6, 7, 8, 9]))
    expect(world.head).toMatchObject({ height: 5, settledHeight: 2 })
    expect(world.told('head-moved').at(-1)).toMatchObject({ crossesSettled: true })
    expect(world.kernel.machines.blocks.chain.settledReorgs).toBe(1)
  })

  it('at equal height goes to the lower slot, and to the same block whatever came first', () => {
    const [low, high] = [makeBlock(GENESIS, 1), makeBlock(GENESIS, 2)]
    for (const order of [
      [low, high],
      [high, low],
    ]) {
      const world = new ChainWorld()
      world.at(20)
      show(world, order)
      expect(world.head.hash).toBe(low.hash)
    }
  })

  it('deeper than the ledgers in memory reads from the disk what the blocks had changed', async () => {
    const world = new ChainWorld()
    world.at(100)
    const paid = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [1 + n, [tx(1, n)]]))
    for (const list of Object.values(paid)) world.hear(...list)
    show(
      world,
      branch(
        GENESIS,
        Array.from({ length: 20 }, (_, n) => 1 + n),
        paid,
      ),
    )
    expect(world.head.height).toBe(20)
    const again = await ChainWorld.restart(world.disk)
    again.at(100)
    expect(again.head).toEqual(world.head)
    const other = branch(
      GENESIS,
      Array.from({ length: 21 }, (_, n) => 30 + n),
    )
    show(again, other)
    expect(again.head).toMatchObject({ hash: other.at(-1)!.hash, height: 21 })
    expect(again.kernel.machines.transactions.accountOf(tx(1).sender)).toMatchObject({ nonce: 0n, balance: 1_000_000n })
    expect(again.poolIds()).toHaveLength(20)
  })
})

describe('a reorg after a restart', () => {
  it('that takes new accounts back and brings others comes to the ledger that everybody else has', async () => {
    const world = new ChainWorld()
    world.at(20)
    const [old, fresh] = [keysOf(500), keysOf(501)].map(({ publicKey }) => transaction(1, 0, { recipient: publicKey }))
    const base = branch(GENESIS, [1], { 1: [tx(2)] })
    world.hear(tx(2), old!)
    show(world, base)
    show(world, [makeBlock(base[0]!, 3, [old!])])
    expect(world.head.height).toBe(2)
    const again = await ChainWorld.restart(world.disk)
    again.at(20)
    const rival = makeBlock(base[0]!, 2, [fresh!])
    const prefilled = [{ index: 0, transaction: fresh! }]
    again.block(encodeCompactBlock(rival.block.header, [shortIdOf(fresh!.hash)], prefilled))
    expect(again.told('block-refused')).toEqual([])
    expect(again.head.hash).toBe(rival.hash)
  })
})

describe('settled', () => {
  it('follows two thirds of the validators, once more than half could not have made it among themselves', () => {
    const world = new ChainWorld()
    world.at(40)
    const chain = branch(GENESIS, [1, 2, 5, 6, 9, 11, 12, 13])
    const settled = chain.map(({ compact }) => {
      world.block(compact)
      return world.head.settledHeight
    })
    // Slots 1, 5 and 9 are of one validator, 2 and 6 of another: what they alternate weighs nothing. From slot 11 on
    // each block is by somebody new.
    expect(settled).toEqual([0, 0, 0, 0, 0, 0, 1, 5])
  })
})

describe('a node that starts again', () => {
  async function grown(): Promise<ChainWorld> {
    const world = new ChainWorld()
    world.at(20)
    world.hear(tx(1), tx(2), tx(3))
    show(world, branch(GENESIS, [1, 2, 3, 4, 5], { 1: [tx(1)], 3: [tx(2)] }))
    world.at(20)
    return world
  }

  it('has its chain, ledger, settled height and pool, without asking anybody', async () => {
    const world = await grown()
    const again = await ChainWorld.restart(world.disk)
    expect(again.head).toEqual(world.head)
    expect(again.poolIds()).toEqual([tx(3).id])
    expect(again.kernel.machines.transactions.accountOf(tx(1).sender)).toEqual(
      world.kernel.machines.transactions.accountOf(tx(1).sender),
    )
    expect(again.effects.filter(({ kind }) => kind === 'ask')).toEqual([])
    again.at(21)
    const next = makeBlock(branch(GENESIS, [1, 2, 3, 4, 5], { 1: [tx(1)], 3: [tx(2)] }).at(-1)!, 21, [tx(3)])
    expect(again.block(next.compact)).toBe('accept')
    expect(again.head).toMatchObject({ hash: next.hash, height: 6 })
  })

  const places = (disk: SimDisk, part: string): string[] =>
    [...disk.written.keys()].filter((place) => place.startsWith(part)).sort()

  it.each(['chain/head', 'chain/best/', 'state/', 'blocks/', 'safety/'])(
    'on a disk with a flipped bit, a lost half or nothing under %s refuses, or shows a chain that is right',
    async (part) => {
      const { disk, head } = await grown()
      disk.written.set('safety/slot', new Uint8Array(8))
      for (const place of places(disk, part)) {
        const value = disk.written.get(place)!
        const flipped = value.slice()
        flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 4
        for (const damaged of [flipped, value.slice(0, value.length >> 1), null]) {
          if (damaged === null) disk.written.delete(place)
          else disk.written.set(place, damaged)
          const loaded = await new ChainWorld({ disk }).load()
          // Without the record of the head there is no chain; everything else must be the chain as it was, or be
          // refused.
          if (loaded.kind === 'loaded') {
            expect(loaded.start.headers.at(-1)?.hash, place).toBe(head.hash)
            expect(part === 'blocks/' || part === 'safety/', `${place} is not looked at`).toBe(true)
          } else if (loaded.kind === 'genesis') expect(place).toBe('chain/head')
          else expect(loaded.message).not.toBe('')
          disk.written.set(place, value)
        }
      }
    },
  )

  it('never serves a block that its disk has damaged', async () => {
    const { disk } = await grown()
    for (const place of places(disk, 'blocks/')) {
      const value = disk.written.get(place)!
      const flipped = value.slice()
      flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
      disk.written.set(place, flipped)
      const hash = asBlockHash(place.slice('blocks/'.length))
      const frames = await serveChain(
        disk.open((_, callback) => callback()),
        { kind: 'blocks', hashes: [hash] },
        BLOCK_PREFIX,
      )
      expect(frames, place).toEqual([new Uint8Array()])
      disk.written.set(place, value)
    }
  })
})

describe('a body that the disk has damaged', () => {
  it('is not taken for what it was: the node stays where it is and says so', async () => {
    const world = new ChainWorld()
    world.at(20)
    world.hear(tx(1), tx(2))
    const old = branch(GENESIS, [1, 2, 3], { 1: [tx(1)], 2: [tx(2)] })
    show(world, old)
    const place = `blocks/${old[0]!.hash}`
    const value = world.disk.written.get(place)!
    for (let at = 0; at < value.byteLength; at += 37) {
      const flipped = value.slice()
      flipped[at] = (flipped[at] ?? 0) ^ 1
      const disk = new SimDisk()
      for (const [key, kept] of world.disk.written) disk.written.set(key, kept)
      disk.written.set(place, flipped)
      const again = await ChainWorld.restart(disk)
      again.at(20)
      const better = branch(GENESIS, [5, 6, 7, 8])
      show(again, better)
      if (at >= HEADER_BYTES && at < HEADER_BYTES + 64) {
        // The header's signature is no part of what its hash names; the one that was checked is kept elsewhere.
        expect(again.head.hash, `bit at ${at}`).toBe(better[3]!.hash)
        continue
      }
      expect(again.poolIds(), `bit at ${at}`).toEqual([])
      expect(again.head, `bit at ${at}`).toEqual(world.head)
      expect(again.told('store-failed'), `bit at ${at}`).toHaveLength(1)
    }
  })
})

describe('a disk that fails while the head moves', () => {
  it('keeps the node where it was: it announces nothing, says so, and comes back whole', async () => {
    const world = new ChainWorld()
    world.at(20)
    const [first, second] = branch(GENESIS, [1, 2]) as [MadeBlock, MadeBlock]
    show(world, [first])
    world.writes = 'fail'
    world.block(second.compact)
    expect(world.head).toMatchObject({ hash: first.hash, height: 1 })
    expect(world.told('store-failed')).toHaveLength(1)
    const again = await ChainWorld.restart(world.disk)
    expect(again.head).toMatchObject({ hash: first.hash, height: 1 })
  })

  it('that is slow holds the announcement back until it is done', () => {
    const world = new ChainWorld()
    world.at(20)
    const [first, second] = branch(GENESIS, [1, 2]) as [MadeBlock, MadeBlock]
    world.writes = 'wait'
    show(world, [first, second])
    expect(world.told('head-moved')).toEqual([])
    expect(world.head.height).toBe(0)
    world.finishWrites()
    expect(world.head).toMatchObject({ hash: second.hash, height: 2 })
  })
})
