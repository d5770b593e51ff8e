/**
 * Fresh transactions beside broken and unpaid ones in one batch, sent to honest nodes that don't agree on the ledger at
 * that moment: one has a block that another has only heard of, and a third has just joined (attack A33).
 */
import { expect, it } from 'vitest'
import { encodeObjectsAnswer } from '../../../src/domain/codec/objects-codec.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { asMessageId, asPeerId, type PeerId } from '../../../src/domain/ids.ts'
import { BATCH_COUNT_MAX } from '../../../src/domain/params.ts'
import { UNPAID_BUDGET } from '../../../src/peers/limits.ts'
import type { Effect } from '../../../src/kernel/shared/effect.ts'
import { ChainWorld, GENESIS, makeBlock, transaction } from '../../toolkit/kernel/chain-world.ts'
import { keysOf } from '../../toolkit/objects/transactions.ts'

const NAMES = ['ahead', 'behind', 'joiner'] as const
type Name = (typeof NAMES)[number]

/** More than a peer may send of what the ledger refuses. */
const MESSAGES = UNPAID_BUDGET + 5

/** An account that owns nothing before the first block. */
const POOR = 200

/** Three honest nodes and the messages between them. */
class Trio {
  readonly worlds: Readonly<Record<Name, ChainWorld>> = {
    ahead: new ChainWorld(),
    behind: new ChainWorld(),
    joiner: new ChainWorld(),
  }
  readonly #done: Record<Name, number> = { ahead: 0, behind: 0, joiner: 0 }
  readonly grant = transaction(0, 0, { recipient: keysOf(POOR).publicKey, amount: 900n })
  #messages = 0

  constructor() {
    const { grant } = this
    const block = makeBlock(GENESIS, 1, [grant])
    const { ahead, behind, joiner } = this.worlds
    for (const [name, world] of Object.entries(this.worlds)) {
      world.at(1, 100)
      world.post({ kind: 'mesh-changed', topic: 'transactions', subscribers: 2, mesh: 2 })
      for (const other of NAMES) if (other !== name) world.connect(other, other === 'ahead' ? block : GENESIS)
    }
    ahead.hear(grant)
    ahead.block(block.compact, asPeerId('elsewhere'))
    expect(ahead.head.height).toBe(1)
    // It has heard of the block, and lacks what is in it.
    behind.block(block.compact, asPeerId('ahead'))
    expect(behind.head.height).toBe(0)
    joiner.connect('far ahead', { ...block, height: 500 })
    for (const name of NAMES) this.#done[name] = this.worlds[name].effects.length
  }

  /** A batch reaches a node, and whatever it hands on reaches the two others. */
  send(to: Name, from: PeerId, batch: Uint8Array): void {
    const messageId = asMessageId((++this.#messages).toString(16).padStart(64, '0'))
    const world = this.worlds[to]
    world.post({ kind: 'gossip-received', topic: 'transactions', bytes: batch, from, messageId, waitedMs: 0 })
    const accepted = (effect: Effect): boolean => effect.kind === 'report-verdict' && effect.verdict === 'accept'
    const done = world.effects.slice(this.#done[to])
    this.#done[to] = world.effects.length
    const onward = done.some(accepted) ? [batch] : []
    for (const effect of done)
      if (effect.kind === 'publish' && effect.topic === 'transactions') onward.push(effect.bytes)
    for (const bytes of onward)
      for (const other of NAMES) if (other !== to && asPeerId(other) !== from) this.send(other, asPeerId(to), bytes)
  }

  /** Charges against honest nodes, anywhere. */
  charges(): string[] {
    return NAMES.flatMap((name) =>
      this.worlds[name]
        .told('offence-counted')
        .filter(({ peer }) => (NAMES as readonly string[]).includes(peer))
        .map(({ peer, code }) => `${name} charges ${peer}: ${code}`),
    )
  }
}

function broken(bytes: Uint8Array, salt: number): Uint8Array {
  const copy = bytes.slice()
  copy[10 + (salt >> 8)] = (copy[10 + (salt >> 8)] ?? 0) ^ (1 + (salt & 0xff))
  return copy
}

it.each(NAMES)(
  'brings every fresh one everywhere and charges no honest node, when %s is attacked (A33)',
  {
    // Hundreds of signatures are made and checked, three times over, also while the machine has other work.
    timeout: 30_000,
  },
  (target) => {
    const trio = new Trio()
    const known = transaction(40, 0)
    trio.send(target, asPeerId('attacker 0'), encodeBatch([known.bytes]))
    const fresh = []
    for (let i = 0; i < 40; i++) {
      // Another attacker each time that the last one would be cut for what it sent.
      const attacker = asPeerId(`attacker ${Math.floor(i / 9)}`)
      const one = transaction(1 + (i % 20), Math.floor(i / 20))
      const paidAheadOnly = transaction(POOR, 0, { amount: BigInt(i + 1) })
      fresh.push(one.id)
      trio.send(target, attacker, encodeBatch([broken(known.bytes, i), one.bytes, paidAheadOnly.bytes]))
    }
    for (const name of NAMES) {
      const held = new Set(trio.worlds[name].poolIds())
      expect(fresh.filter((id) => !held.has(id))).toEqual([])
    }
    expect(trio.charges()).toEqual([])
  },
)

it('hands on what its own ledger pays for, and a node that is a block behind does not charge it for that (A33)', () => {
  const trio = new Trio()
  for (let i = 0; i < MESSAGES; i++) {
    const batch = [transaction(1 + (i % 20), Math.floor(i / 20)), transaction(POOR, i, { amount: 1n, fee: 1n })]
    trio.send('ahead', asPeerId('neighbour'), encodeBatch(batch.map(({ bytes }) => bytes)))
  }
  expect(trio.worlds.ahead.kernel.machines.transactions.pool.count).toBeGreaterThanOrEqual(2 * MESSAGES)
  expect(trio.worlds.behind.kernel.machines.transactions.pool.count).toBeGreaterThanOrEqual(MESSAGES)
  expect(trio.charges()).toEqual([])
})

it('charges nobody while the disk has not confirmed the block that pays (A33)', () => {
  const trio = new Trio()
  const { behind } = trio.worlds
  behind.writes = 'wait'
  trio.send('behind', asPeerId('neighbour'), encodeBatch([trio.grant.bytes]))
  const block = makeBlock(GENESIS, 1, [trio.grant])
  behind.answer(behind.asked('objects')[0] ?? { request: 0 }, encodeObjectsAnswer([trio.grant.bytes]))
  expect(behind.kernel.machines.blocks.chain.head.hash).toBe(block.hash)
  expect(behind.head.height).toBe(0)
  for (let i = 0; i < MESSAGES; i++)
    trio.send('behind', asPeerId('ahead'), encodeBatch([transaction(POOR, i, { amount: 1n, fee: 1n }).bytes]))
  expect(trio.charges()).toEqual([])
  behind.finishWrites()
  expect(behind.head.height).toBe(1)
})

it('never lets 255 unpaid ones ride along with a fresh one (A33)', () => {
  const trio = new Trio()
  const one = transaction(1, 0)
  const unpaid = Array.from({ length: BATCH_COUNT_MAX - 1 }, (_, i) => transaction(300, 0, { amount: BigInt(i + 1) }))
  trio.send('behind', asPeerId('attacker'), encodeBatch([one, ...unpaid].map(({ bytes }) => bytes)))
  for (const name of NAMES) expect(trio.worlds[name].poolIds()).toContain(one.id)
  const sent = trio.worlds.behind.did('publish').filter(({ topic }) => topic === 'transactions')
  expect(sent.map(({ bytes }) => bytes.byteLength)).toEqual([encodeBatch([one.bytes]).byteLength])
  expect(trio.charges()).toEqual([])
})
