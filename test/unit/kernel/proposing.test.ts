import { describe, expect, it } from 'vitest'
import { decodeCompactBlock } from '../../../src/domain/codec/block-codec.ts'
import { asBlockHash } from '../../../src/domain/ids.ts'
import { OWN_BLOCKS_MAX } from '../../../src/kernel/blocks/limits.ts'
import {
  BLOCK_PREFIX,
  ChainWorld,
  GENESIS,
  makeBlock,
  transaction,
  TRANSACTION_PREFIX,
} from '../../toolkit/kernel/chain-world.ts'

const SELF = 1
/** Slots of the validator under test. */
const OWN = [1, 5, 9, 13, 17]

function published(world: ChainWorld) {
  return world.did('publish').flatMap(({ topic, bytes }) => {
    if (topic !== 'blocks') return []
    const decoded = decodeCompactBlock(bytes, BLOCK_PREFIX, TRANSACTION_PREFIX)
    return decoded.ok ? [decoded.value.header] : []
  })
}

/** Slots that the world signed for, by what it signed. */
const signed = (world: ChainWorld): number[] =>
  world.signatures.map((message) =>
    Number(new DataView(message.buffer, message.byteOffset + BLOCK_PREFIX.byteLength + 40, 8).getBigUint64(0, true)),
  )

describe('a validator', () => {
  it('makes a block in its slot, once, with what its pool has, and publishes it when it is on the disk', () => {
    const world = new ChainWorld({ validator: SELF })
    world.at(OWN[0]!, 500)
    world.hear(transaction(1, 0), transaction(1, 1), transaction(2, 0))
    world.writes = 'wait'
    world.advance(250)
    expect(published(world)).toEqual([])
    world.finishWrites()
    world.advance(250)
    world.advance(250)
    expect(published(world)).toMatchObject([{ height: 1, slot: 1, txCount: 3 }])
    expect(world.head).toMatchObject({ height: 1, hash: published(world)[0]!.hash })
    expect(world.poolIds()).toEqual([])
    expect(signed(world)).toEqual([1])
  })

  it('forgets the oldest of its blocks that were never published', () => {
    const world = new ChainWorld({ validator: SELF })
    const { ownBlocks } = world.kernel.machines.blocks
    const lost = Array.from({ length: OWN_BLOCKS_MAX }, (_, number) => asBlockHash(String(number).padStart(64, '0')))
    for (const hash of lost) ownBlocks.add(hash)
    world.at(OWN[0]!, 500)
    world.hear(transaction(1, 0))
    world.advance(250)
    expect(published(world)).toMatchObject([{ height: 1, slot: 1 }])
    expect([...ownBlocks]).toEqual(lost.slice(1))
  })

  it('leaves the slots of others alone', () => {
    const world = new ChainWorld({ validator: SELF })
    world.hear(transaction(1, 0))
    for (const slot of [2, 3, 4]) world.at(slot)
    expect(signed(world)).toEqual([])
  })

  it('makes empty blocks only while one with transactions is not settled', () => {
    const world = new ChainWorld({ validator: SELF })
    world.at(OWN[0]!)
    expect(signed(world)).toEqual([])
    const first = makeBlock(GENESIS, 2, [transaction(1, 0)])
    world.hear(transaction(1, 0))
    world.at(2)
    world.block(first.compact)
    world.at(OWN[1]!)
    expect(published(world)).toMatchObject([{ height: 2, slot: 5, txCount: 0 }])
    const tip = { ...first, hash: published(world)[0]!.hash, height: 2, slot: 5 }
    const rest = [makeBlock(tip, 7)]
    rest.push(makeBlock(rest[0]!, 8))
    world.at(8)
    for (const { compact } of rest) world.block(compact)
    expect(world.head.settledHeight).toBe(1)
    world.at(OWN[2]!)
    expect(signed(world)).toEqual([5])
  })

  it('builds on the best block, and not beside it while its body is on the way', () => {
    const world = new ChainWorld({ validator: SELF })
    const source = world.connect('source')
    world.at(4)
    const ahead = makeBlock(GENESIS, 4, [transaction(2, 0)])
    world.hear(transaction(1, 0))
    world.block(ahead.compact, source)
    world.at(OWN[1]!)
    expect(signed(world)).toEqual([])
    world.answer(world.asked('chain').at(-1) ?? world.asked('objects').at(-1)!, ahead.block.bytes)
  })

  it('is not stopped for good by a header whose body nobody has', () => {
    const world = new ChainWorld({ validator: SELF })
    world.connect('accomplice')
    world.at(4)
    world.hear(transaction(1, 0))
    const withheld = makeBlock(GENESIS, 4, [transaction(2, 0)])
    expect(world.block(withheld.compact)).toBe('accept')
    for (let ms = 0; ms < 40_000; ms += 250) world.advance(250)
    expect(published(world)[0]).toMatchObject({ height: 1, txCount: 1 })
    // And it goes on: the empty ones on top make the first one settled.
    expect(signed(world).length).toBeGreaterThanOrEqual(3)
  })

  it('is not stopped by one header after another, each better than the last, of which nobody has a body', () => {
    const world = new ChainWorld({ validator: SELF })
    world.connect('accomplice')
    world.at(41)
    world.hear(transaction(1, 0))
    // All slots of one other validator, the lowest last: each of these headers is better than the one before.
    for (const slot of [40, 36, 32, 28, 24, 20, 16, 12, 8, 4]) {
      world.block(makeBlock(GENESIS, slot, [transaction(2, 0)]).compact)
      for (let ms = 0; ms < 1_750; ms += 250) world.advance(250)
    }
    expect(published(world).length).toBeGreaterThan(0)
  })

  it('signs nothing when its record of signed slots cannot be written', () => {
    const world = new ChainWorld({ validator: SELF })
    world.hear(transaction(1, 0))
    world.writes = 'fail'
    world.at(OWN[0]!)
    world.advance(250)
    expect(signed(world)).toEqual([])
    expect(published(world)).toEqual([])
  })

  it('signs no slot twice over a restart, wherever the crash came', async () => {
    for (const crash of ['before the slot is written', 'after the slot is written', 'after the block is written']) {
      const world = new ChainWorld({ validator: SELF })
      world.at(OWN[0]!)
      world.submit(transaction(1, 0))
      if (crash !== 'after the block is written') world.writes = 'wait'
      world.advance(250)
      if (crash === 'after the slot is written') {
        // Only the first of the two durable writes ends.
        world.writes = 'wait'
        world.finishOne()
      }
      const again = await ChainWorld.restart(world.disk, SELF)
      again.at(OWN[0]!, 1_000)
      again.hear(transaction(2, 0))
      again.advance(250)
      const slots = [...signed(world), ...signed(again)]
      expect(new Set(slots).size, `${crash}: ${slots.join()}`).toBe(slots.length)
      again.at(OWN[1]!)
      expect(signed(again).at(-1), crash).toBe(OWN[1])
    }
  })

  it('does not sign below a slot that it has signed, though its head is lower', async () => {
    const world = new ChainWorld({ validator: SELF })
    world.disk.written.set('safety/slot', new Uint8Array([0, 0, 0, 0, 0, 0, 0, OWN[2]!]))
    const again = await ChainWorld.restart(world.disk, SELF)
    again.hear(transaction(1, 0))
    again.at(OWN[1]!)
    again.at(OWN[2]!)
    expect(signed(again)).toEqual([])
    again.at(OWN[3]!)
    expect(signed(again)).toEqual([OWN[3]])
  })

  it('leaves out what would break its block', () => {
    const world = new ChainWorld({ validator: SELF })
    world.at(OWN[0]!)
    // Spends all, and then more.
    world.hear(transaction(1, 0, { amount: 999_000n }), transaction(2, 0))
    world.hear(transaction(1, 1, { amount: 999_000n }))
    world.advance(250)
    const [header] = published(world)
    expect(header?.txCount).toBe(2)
    const checker = new ChainWorld()
    checker.at(OWN[0]!)
    checker.hear(transaction(1, 0, { amount: 999_000n }), transaction(2, 0))
    expect(checker.block(world.did('publish').find(({ topic }) => topic === 'blocks')!.bytes)).toBe('accept')
    expect(checker.head.hash).toBe(header?.hash)
  })

  it('A37: signs nothing while its clock is off from its peers by more than a slot, and is not kept silent by that', () => {
    const HOUR = 3_600_000
    const world = new ChainWorld({ validator: SELF })
    world.at(OWN[0]!)
    const { clocks: peerClocks } = world.kernel.machines.peers
    for (const name of ['a', 'b', 'c']) {
      const peer = world.connect(name)
      for (let time = 0; time < 2; time++) peerClocks.heard(peer, true, world.wallMs, world.monoMs)
    }
    world.wallMs += HOUR
    world.hear(transaction(1, 0, { createdAtMs: world.wallMs }))
    for (let step = 0; step < 40; step++) world.advance(250)
    expect(signed(world)).toEqual([])
    expect(world.told('clock-judged')).toMatchObject([{ isOff: true, voters: 3 }])
    world.wallMs -= HOUR
    world.hear(transaction(2, 0, { createdAtMs: world.wallMs }))
    for (let step = 0; step < 40; step++) world.advance(250)
    expect(signed(world).length).toBeGreaterThan(0)
    expect(world.told('clock-judged').at(-1)).toMatchObject({ isOff: false })
  })
})
