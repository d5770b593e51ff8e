import { describe, expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { Kernel } from '../../../src/kernel/kernel.ts'
import { CHAIN_NETWORK, ChainWorld, GENESIS, makeBlock, transaction } from '../../toolkit/kernel/chain-world.ts'

const SELF = 1
/** Slots of the validator under test. */
const OWN = [1, 5, 9, 13]

const kept = (world: ChainWorld): ChainWorld => {
  world.post({ kind: 'blocks-on-demand', isOn: true })
  return world
}
const want = (world: ChainWorld, slot: number, parent: string = world.head.hash): void => {
  world.post({ kind: 'block-wanted', slot, parent: parent as typeof GENESIS.hash, withinMs: 5_000 })
}
const blocks = (world: ChainWorld) =>
  world.told('block-seen').map(({ height, slot, txCount }) => ({ height, slot, txCount }))

describe('a validator whose blocks are made on demand', () => {
  it('lets its slots pass, and makes a block of what waits when one is asked for', () => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.hear(transaction(1, 0), transaction(2, 0))
    world.at(OWN[0]!)
    world.at(OWN[1]!)
    expect(blocks(world)).toEqual([])
    want(world, OWN[1]!)
    expect(blocks(world)).toEqual([{ height: 1, slot: 5, txCount: 2 }])
    expect(world.head.height).toBe(1)
  })

  it('begins so where it is told before it starts', () => {
    const world = new ChainWorld({ validator: SELF, blocksOnDemand: true })
    world.hear(transaction(1, 0))
    world.at(OWN[0]!)
    expect(world.signatures).toHaveLength(0)
  })

  it('makes an empty block too, and one of a slot that passed unused', () => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.at(8)
    want(world, OWN[0]!)
    want(world, OWN[1]!)
    expect(blocks(world)).toEqual([
      { height: 1, slot: 1, txCount: 0 },
      { height: 2, slot: 5, txCount: 0 },
    ])
  })

  it.each([
    ['of another', 6],
    ['that has not begun', 13],
    ['of genesis', 0],
  ])('makes none for a slot %s', (_, slot) => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.at(10)
    want(world, slot)
    world.at(20)
    expect(world.signatures).toHaveLength(0)
  })

  it('signs no slot twice, and none below its head', () => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.at(10)
    want(world, OWN[1]!)
    want(world, OWN[1]!)
    want(world, OWN[0]!)
    expect(blocks(world)).toEqual([{ height: 1, slot: 5, txCount: 0 }])
    expect(world.signatures).toHaveLength(1)
  })

  it('builds on no other head than the one that was meant', () => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.at(10)
    world.block(makeBlock(GENESIS, 2).compact)
    want(world, OWN[1]!, GENESIS.hash)
    world.advance(250)
    expect(world.signatures).toHaveLength(0)
  })

  it.each([
    [1_000, 0],
    [30_000, 1],
  ])('forgets within %i ms a wish that could not be carried out', (withinMs, made) => {
    const world = kept(new ChainWorld({ validator: SELF }))
    const other = world.connect('source')
    world.at(10)
    // A better header whose body is on its way: what is built now would be undone.
    world.block(makeBlock(GENESIS, 4, [transaction(2, 0)]).compact, other)
    world.post({ kind: 'block-wanted', slot: OWN[2]!, parent: GENESIS.hash, withinMs })
    expect(world.signatures).toHaveLength(0)
    for (let ms = 0; ms < 60_000; ms += 250) world.advance(250)
    expect(world.signatures).toHaveLength(made)
  })

  it('makes blocks in its slots again when it is told to', () => {
    const world = kept(new ChainWorld({ validator: SELF }))
    world.hear(transaction(1, 0))
    world.at(OWN[0]!)
    world.post({ kind: 'blocks-on-demand', isOn: false })
    world.at(OWN[1]!)
    expect(blocks(world)).toEqual([{ height: 1, slot: 5, txCount: 1 }])
    want(world, OWN[2]!)
    expect(world.signatures).toHaveLength(1)
  })
})

it('validators of an open network keep to their slots, whoever asks', () => {
  const config = {
    network: { ...CHAIN_NETWORK, name: 'main' },
    profile: 'node' as const,
    name: 'open',
    agentVersion: 'test',
    discovers: false,
    observes: false,
    self: asPeerId('self'),
    bootstrap: [],
    validator: CHAIN_NETWORK.validators[SELF]!,
    chance: () => 0.5,
  }
  const kernel = new Kernel(config)
  const now = { wallMs: CHAIN_NETWORK.genesisTimeMs + 20_000, monoMs: 20_000 }
  expect(() => kernel.step({ kind: 'blocks-on-demand', isOn: true }, now)).toThrow('keep to their slots')
  expect(() => kernel.step({ kind: 'block-wanted', slot: 1, parent: GENESIS.hash, withinMs: 5_000 }, now)).toThrow(
    'keep to their slots',
  )
  expect(() => new Kernel({ ...config, blocksOnDemand: true })).toThrow('keep to their slots')
})
