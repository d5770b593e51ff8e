/** What health says of the chain and of a validator's own work, from machines that were brought there by events. */
import { describe, expect, it } from 'vitest'
import { problemView } from '../../../src/domain/problems.ts'
import { slotTimeMs } from '../../../src/domain/slots.ts'
import { chainChecks } from '../../../src/node/chain-health.ts'
import { Neighbours } from '../../toolkit/kernel/chain-neighbours.ts'
import { CHAIN_NETWORK, ChainWorld, GENESIS, makeBlock, type MadeBlock } from '../../toolkit/kernel/chain-world.ts'

const VALIDATOR = 1
const HOUR = 3_600_000

function problems(world: ChainWorld): { code: string; message: string }[] {
  const clock = { now: () => ({ wallMs: world.wallMs, monoMs: world.monoMs }) }
  return chainChecks(world.kernel.machines, clock)
    .map((check) => check())
    .filter((found) => found !== null)
    .map(problemView)
}

describe('health of the chain', () => {
  it('is silent while all is well', () => {
    const world = new ChainWorld({ validator: VALIDATOR })
    world.at(6)
    expect(problems(world)).toEqual([])
  })

  it('names a head whose bodies nobody has, and who made it', () => {
    const world = new ChainWorld()
    world.at(900)
    const branch: MadeBlock[] = []
    for (let slot = 3; slot < 40; slot += 4)
      branch.push(
        makeBlock(branch.at(-1) ?? GENESIS, slot, [], {
          txCount: 1,
          txRoot: '11'.repeat(32),
          shortIdsHash: 'ab'.repeat(32),
        }),
      )
    const neighbours = new Neighbours(world)
    for (const name of ['x', 'y', 'z']) neighbours.serve(name, branch, false)
    for (let at = 0; at < 40; at++) {
      world.advance(1_000)
      neighbours.answer()
    }
    const [top] = branch.slice(-1)
    expect(problems(world)).toMatchObject([
      { code: 'head-withheld', message: expect.stringContaining(`height ${top!.height}`) },
    ])
    expect(problems(world)[0]?.message).toContain(top!.block.header.proposer)
  })

  it('says by how much the clock is off from those of how many peers', () => {
    const world = new ChainWorld({ validator: VALIDATOR })
    world.at(6)
    const { clocks: peerClocks } = world.kernel.machines.peers
    for (const name of ['a', 'b', 'c']) {
      const peer = world.connect(name)
      for (let time = 0; time < 2; time++) peerClocks.heard(peer, true, world.wallMs, world.monoMs)
    }
    world.wallMs += HOUR
    expect(problems(world)).toMatchObject([
      { code: 'clock-off', message: 'the clock is 3600 s ahead of those of 3 peers (median): no blocks are signed' },
    ])
  })

  it('says until when a validator is silent that has signed ahead', async () => {
    const world = new ChainWorld({ validator: VALIDATOR })
    const ahead = 901
    world.disk.written.set('safety/slot', new Uint8Array([0, 0, 0, 0, 0, 0, ahead >> 8, ahead & 0xff]))
    const again = await ChainWorld.restart(world.disk, VALIDATOR)
    again.at(6)
    const [found] = problems(again)
    expect(found).toMatchObject({ code: 'signed-ahead', message: expect.stringContaining(`slot ${ahead}`) })
    expect(found?.message).toContain(new Date(slotTimeMs(CHAIN_NETWORK, ahead)).toISOString())
    again.at(ahead + 4)
    expect(problems(again)).toEqual([])
  })

  it('says that a block of its own was not taken', () => {
    const world = new ChainWorld({ validator: VALIDATOR })
    world.at(6)
    world.kernel.machines.blocks.proposal.refused = { slot: 5, code: 'parent-unknown' }
    expect(problems(world)).toMatchObject([{ code: 'own-block-refused', message: expect.stringContaining('slot 5') }])
  })
})
