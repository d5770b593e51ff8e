/**
 * A36: slots that nobody used belong to their owners for ever, and blocks in them are valid. They must not undo what
 * others have built on.
 */
import { describe, expect, it } from 'vitest'
import { Neighbours } from '../../toolkit/kernel/chain-neighbours.ts'
import {
  ChainWorld,
  GENESIS,
  makeBlock,
  transaction,
  type MadeBlock,
  type Tip,
} from '../../toolkit/kernel/chain-world.ts'

/** Half an hour of slots of 2 s; a day of them. */
const LATE = 900
const A_DAY = 43_200

function chainIn(from: Tip, slots: readonly number[]): MadeBlock[] {
  const blocks: MadeBlock[] = []
  for (const slot of slots) blocks.push(makeBlock(blocks.at(-1) ?? from, slot))
  return blocks
}

/** Slots of these of the four validators, between two others. */
const slotsOf = (validators: readonly number[], after: number, before: number): number[] =>
  Array.from({ length: before - after - 1 }, (_, i) => after + 1 + i).filter((slot) => validators.includes(slot % 4))

/** A node that was there when the chain was made. */
function witness(chain: readonly MadeBlock[]): ChainWorld {
  const world = new ChainWorld()
  world.at(chain.at(-1)!.slot)
  for (const { compact } of chain) world.block(compact)
  expect(world.head.hash).toBe(chain.at(-1)!.hash)
  return world
}

/** What the world makes of a chain, all of whose bodies can be had. */
function shown(world: ChainWorld, chain: readonly MadeBlock[]): void {
  const neighbours = new Neighbours(world)
  neighbours.serve('stranger', chain, true)
  for (let step = 0; step < 12; step++) {
    world.advance(250)
    neighbours.answer()
  }
}

describe('A36: past slots of an idle network', { timeout: 60_000 }, () => {
  const honest = chainIn(GENESIS, [1, 2, 4, 5, 6])

  it.each([
    ['one validator of four', [3]],
    ['two validators of four', [3, 1]],
  ] as const)('of %s undo no settled block, however many they are', (_, keys) => {
    const world = witness(honest)
    const { settledHeight } = world.head
    expect(settledHeight).toBeGreaterThan(0)
    world.at(LATE)
    const forged = chainIn(honest[0]!, slotsOf(keys, honest[0]!.slot, LATE))
    expect(forged.length).toBeGreaterThan(200)
    shown(world, [honest[0]!, ...forged])
    expect(world.kernel.machines.blocks.chain.isOnBestChain(honest[settledHeight - 1]!.hash)).toBe(true)
    expect(world.kernel.machines.blocks.chain.settledReorgs).toBe(0)
  })

  it('convince nobody who joins and hears of them first', () => {
    const joiner = new ChainWorld()
    joiner.at(LATE)
    const forged = chainIn(honest[0]!, slotsOf([3], honest[0]!.slot, LATE))
    shown(joiner, [honest[0]!, ...forged])
    expect(joiner.head.hash).toBe(forged.at(-1)!.hash)
    const neighbours = new Neighbours(joiner)
    neighbours.serve('honest', honest, true)
    for (let step = 0; step < 12; step++) {
      joiner.advance(250)
      neighbours.answer()
    }
    expect(joiner.head.hash).toBe(honest.at(-1)!.hash)
  })

  it('a network whose validators were all off for a day goes on with the next slot', () => {
    const world = witness(honest)
    world.at(A_DAY)
    const paid = transaction(1, 0, { createdAtMs: world.wallMs })
    world.hear(paid)
    const made = makeBlock(honest.at(-1)!, A_DAY, [paid])
    expect(world.block(made.compact)).toBe('accept')
    expect(world.head.hash).toBe(made.hash)
  })

  it('of a minority that is alone make a chain, which gives way to a majority of fewer blocks', () => {
    const alone = chainIn(GENESIS, slotsOf([3], 0, 60))
    const world = witness(alone)
    expect(alone.length).toBeGreaterThan(10)
    const others = chainIn(GENESIS, [1, 2, 4, 5, 6, 8, 9])
    expect(others.length).toBeLessThan(alone.length)
    shown(world, others)
    expect(world.head.hash).toBe(others.at(-1)!.hash)
  })
})
