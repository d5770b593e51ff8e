/**
 * A34 and A35: a validator shows headers in its own past slots and keeps the bodies back. With the network half an hour
 * old and idle, it has hundreds of slots, and any number of headers for each.
 */
import { describe, expect, it } from 'vitest'
import { decodeChainRequest } from '../../../src/domain/codec/chain-codec.ts'
import { concatAll } from '../../../src/lib/bytes.ts'
import { Neighbours } from '../../toolkit/kernel/chain-neighbours.ts'
import {
  ChainWorld,
  GENESIS,
  makeBlock,
  transaction,
  type MadeBlock,
  type Tip,
} from '../../toolkit/kernel/chain-world.ts'

/** Slot 900 of 2 s: half an hour after genesis. */
const LATE = 900
/** The attacker owns every slot that leaves this when divided by 4. */
const ATTACKER = 3

/** One honest block a slot, the first of them for a transaction. */
function honestChain(from: Tip, slots: readonly number[]): MadeBlock[] {
  const blocks: MadeBlock[] = []
  for (const slot of slots) {
    const before = blocks.at(-1) ?? from
    blocks.push(makeBlock(before, slot))
  }
  return blocks
}

/** A header that claims one transaction, which nobody has. */
function bodiless(parent: Tip, slot: number, salt = 0): MadeBlock {
  return makeBlock(parent, slot, [], {
    txCount: 1,
    txRoot: salt.toString(16).padStart(64, '0'),
    shortIdsHash: 'ab'.repeat(32),
  })
}

/** A branch in all the attacker's slots up to `last`. */
function withheldBranch(from: Tip, last: number, salt = 0): MadeBlock[] {
  const branch: MadeBlock[] = []
  for (let slot = from.slot + 1; slot <= last; slot++)
    if (slot % 4 === ATTACKER) branch.push(bodiless(branch.at(-1) ?? from, slot, salt))
  return branch
}

function inSync(): { world: ChainWorld; head: MadeBlock } {
  const world = new ChainWorld()
  world.at(6)
  const chain = honestChain(GENESIS, [1, 2, 4, 5, 6])
  for (const { compact } of chain) world.block(compact)
  const head = chain.at(-1)!
  expect(world.head.hash).toBe(head.hash)
  return { world, head }
}

describe('A34: headers without bodies', { timeout: 60_000 }, () => {
  it('as many as fit, any number a slot, keep no honest block out', () => {
    const { world, head } = inSync()
    world.at(LATE)
    const neighbours = new Neighbours(world)
    const branch = withheldBranch(head, LATE - 8)
    const top = branch.at(-1)!
    neighbours.serve('liar', branch, false)
    for (let at = 0; at < 40; at++) {
      world.advance(1_000)
      neighbours.answer()
    }
    for (let round = 0; round < 2; round++) {
      const siblings = Array.from({ length: 500 }, (_, i) => bodiless(top, LATE - 1, 1_000 * (round + 1) + i))
      const liar = world.connect(`liar-${round}`, siblings[0])
      world.advance(500)
      const ask = world
        .asked('chain')
        .findLast((one) => one.peer === liar && decodeChainRequest(one.bytes)?.kind === 'headers')
      if (ask !== undefined) world.answer(ask, concatAll(siblings.map(({ block }) => block.header.bytes)))
    }
    let tip: Tip = head
    for (const slot of [LATE, LATE + 1, LATE + 2]) {
      world.at(slot, 100)
      const made = makeBlock(tip, slot)
      world.block(made.compact)
      expect(world.head.hash, `slot ${slot}`).toBe(made.hash)
      tip = made
    }
  })

  it('keep no block of its own from a proposer', () => {
    const { world, head } = inSync()
    const validator = new ChainWorld({ validator: 0 })
    validator.at(6)
    for (const { compact } of honestChain(GENESIS, [1, 2, 4, 5, 6])) validator.block(compact)
    expect(validator.head.hash).toBe(world.head.hash)
    const neighbours = new Neighbours(validator)
    validator.at(LATE - 4)
    neighbours.serve('liar', withheldBranch(head, LATE - 4), false)
    validator.advance(250)
    neighbours.answer()
    validator.hear(transaction(1, 0, { createdAtMs: validator.wallMs }))
    // Its slot, and a slot's patience for bodies that may come.
    validator.at(LATE, 0)
    for (let step = 0; step < 12; step++) {
      validator.advance(150)
      neighbours.answer()
    }
    expect(validator.told('head-moved').at(-1)).toMatchObject({ slot: LATE })
  })
})

describe('A35: withheld bodies', { timeout: 60_000 }, () => {
  it('are asked for again when somebody shows the branch, which then counts like any other', () => {
    const { world, head } = inSync()
    world.at(LATE)
    const neighbours = new Neighbours(world)
    const real = honestChain(head, [LATE - 4, LATE - 3, LATE - 2])
    neighbours.serve('a', real, false)
    neighbours.serve('b', real, false)
    for (let step = 0; step < 20; step++) {
      world.advance(250)
      neighbours.answer()
    }
    const { chain, chainSync } = world.kernel.machines.blocks
    expect(chain.branches().map(({ first }) => chainSync.isWithheld(first.hash))).toEqual([true])
    neighbours.serve('c', real, true)
    world.advance(250)
    neighbours.answer()
    expect(world.head.hash).toBe(real.at(-1)!.hash)
  })

  it.each([77, 230])('of a branch of %i headers do not mislead a node that missed 20 blocks', (length) => {
    const { world, head } = inSync()
    const missed = honestChain(
      head,
      Array.from({ length: 20 }, (_, i) => LATE + i).filter((slot) => slot % 4 !== ATTACKER),
    )
    world.at(LATE + 20)
    const neighbours = new Neighbours(world)
    const liar = neighbours.serve('liar', withheldBranch(head, LATE - 1).slice(0, length), false)
    world.advance(250)
    neighbours.answer({ silent: new Set([liar]) })
    const honest = neighbours.serve('honest', [...honestChain(GENESIS, [1, 2, 4, 5, 6]), ...missed], true)
    const other = neighbours.serve('other', [...honestChain(GENESIS, [1, 2, 4, 5, 6]), ...missed], true)
    const startMs = world.monoMs
    while (world.head.hash !== missed.at(-1)!.hash && world.monoMs - startMs < 30_000) {
      world.advance(250)
      neighbours.answer({ silent: new Set([liar]) })
    }
    expect(world.head.hash).toBe(missed.at(-1)!.hash)
    // Two slots.
    expect(world.monoMs - startMs).toBeLessThanOrEqual(4_000)
    expect([honest, other]).toContain([...(neighbours.askedOf.get(missed[0]!.hash) ?? [])][0])
  })
})
