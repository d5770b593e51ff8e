/** What the router drops for a peer's score (A47). */
import { expect, it } from 'vitest'
import { INVALID_BUDGET, UNHEARD_MS } from '../../../src/peers/limits.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'
import { signedTransaction } from '../../toolkit/objects/transactions.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'

function forgery(nonce: number): Uint8Array {
  const bytes = signedTransaction(1, nonce).slice()
  bytes[10] = (bytes[10] ?? 0) ^ 1
  return encodeBatch([bytes])
}

const banned = (world: KernelWorld): string[] =>
  world.facts.flatMap((fact) => (fact.kind === 'subject-banned' ? [fact.subject] : []))
const partings = (world: KernelWorld): string[] =>
  world.effects.flatMap((effect) => (effect.kind === 'disconnect' ? [effect.reason] : []))

it.each([10, 100, 500, 5_000, 60_000])(
  'bans a forger each %i ms at the tenth message, judged or dropped unseen for its score',
  (pace) => {
    const world = new KernelWorld()
    const forger = world.connect('forger')
    // The router's score is below its threshold after six.
    for (let n = 0; n < INVALID_BUDGET - 1; n++) {
      if (n < 6) world.gossip(forgery(n), forger)
      else world.post({ kind: 'unheard', from: forger, messages: 1, sinceMs: (n - 6) * pace })
      world.advance(pace)
    }
    expect(banned(world)).toEqual([])
    world.post({ kind: 'unheard', from: forger, messages: 1, sinceMs: 4 * pace })
    expect(banned(world)).toEqual(['peer:forger'])
  },
)

it('counts at most what bans, however many messages one RPC holds', () => {
  const world = new KernelWorld()
  const forger = world.connect('forger')
  world.gossip(forgery(0), forger)
  world.post({ kind: 'unheard', from: forger, messages: 256, sinceMs: 0 })
  expect(banned(world)).toEqual(['peer:forger'])
  expect(world.facts.filter(({ kind }) => kind === 'offence-counted')).toHaveLength(INVALID_BUDGET)
})

it('lets go of a peer without a forgery that is not heard for a minute, and does not ban it', () => {
  const world = new KernelWorld()
  const clumsy = world.connect('clumsy')
  world.post({ kind: 'unheard', from: clumsy, messages: 50, sinceMs: UNHEARD_MS - 1 })
  expect(partings(world)).toEqual([])
  world.post({ kind: 'unheard', from: clumsy, messages: 0, sinceMs: UNHEARD_MS })
  expect(partings(world)).toEqual(['not heard for its score for 60 s'])
  expect(banned(world)).toEqual([])
})
