import { describe, expect, it } from 'vitest'
import { encodeCompactBlock } from '../../../src/domain/codec/block-codec.ts'
import { decodeTransaction } from '../../../src/domain/codec/transaction-codec.ts'
import { encodeObjectsAnswer } from '../../../src/domain/codec/objects-codec.ts'
import { shortIdOf } from '../../../src/domain/block.ts'
import { asPeerId } from '../../../src/domain/ids.ts'
import {
  ChainWorld,
  GENESIS,
  makeBlock,
  transaction,
  TRANSACTION_PREFIX,
  type MadeBlock,
} from '../../toolkit/kernel/chain-world.ts'

/** Nobody moved, nobody was charged. */
function expectUntouched(world: ChainWorld, offences: readonly string[] = []): void {
  expect(world.head).toMatchObject({ hash: GENESIS.hash, height: 0 })
  expect(world.told('head-moved')).toEqual([])
  expect(world.told('offence-counted').map(({ offence, code }) => `${offence} ${code}`)).toEqual(offences)
}

const refusals = (world: ChainWorld): string[] => world.told('block-refused').map(({ code }) => code)

describe('a header from gossip', () => {
  it('that holds is handed on, and its block followed', () => {
    const world = new ChainWorld()
    const paid = transaction(1, 0)
    world.at(1)
    expect(world.hear(paid)).toBe('accept')
    const made = makeBlock(GENESIS, 1, [paid])
    expect(world.block(made.compact)).toBe('accept')
    expect(world.head).toMatchObject({ hash: made.hash, height: 1 })
    expect(world.poolIds()).toEqual([])
    expect(world.asked('objects')).toEqual([])
    expect(world.told('block-rebuilt')).toMatchObject([{ hash: made.hash, asked: 0 }])
  })

  it.each([
    [
      'of another validator than its slot has',
      { proposer: makeBlock(GENESIS, 2).block.header.proposer, signer: 2 },
      'wrong-proposer',
    ],
    ['with the signature of another validator', { signer: 2 }, 'invalid-signature'],
    ['higher than its slot', { height: 2 }, 'header-impossible'],
    ['on genesis but not at height 1', { height: 0 }, 'header-impossible'],
    ['with more transactions than fit', { txCount: 4_097 }, 'header-impossible'],
  ] as const)('%s is rejected and charged', (_, spoilt, code) => {
    const world = new ChainWorld()
    world.at(1)
    const made = makeBlock(GENESIS, 1, [], spoilt)
    expect(world.block(made.compact)).toBe('reject')
    expectUntouched(world, [`invalid ${code}`])
  })

  it('with short ids that are not its own is rejected and charged; the honest form still goes through', () => {
    const world = new ChainWorld()
    world.at(1)
    const [own, other] = [transaction(1, 0), transaction(2, 0)]
    const made = makeBlock(GENESIS, 1, [own])
    const { header } = made.block
    expect(world.block(encodeCompactBlock(header, [shortIdOf(other.hash)], []))).toBe('reject')
    expect(world.block(encodeCompactBlock(header, [], []))).toBe('reject')
    const swapped = encodeCompactBlock(header, [shortIdOf(own.hash)], [{ index: 0, transaction: other }])
    expect(world.block(swapped)).toBe('reject')
    expectUntouched(
      world,
      Array.from({ length: 3 }, () => 'invalid compact-mismatch'),
    )
    const prefilled = encodeCompactBlock(header, [shortIdOf(own.hash)], [{ index: 0, transaction: own }])
    expect(world.block(prefilled)).toBe('accept')
    expect(world.head.hash).toBe(made.hash)
  })

  it.each([
    [100, 'held'],
    [1_999, 'held'],
    [2_000, 'held'],
    [2_001, 'ignored'],
    [3_600_000, 'ignored'],
  ])('%i ms early is %s', (earlyMs, fate) => {
    const world = new ChainWorld()
    const slot = 2_000
    world.at(slot, -earlyMs)
    const made = makeBlock(GENESIS, slot)
    expect(world.block(made.compact)).toBe(fate === 'held' ? null : 'ignore')
    expectUntouched(world)
    world.at(slot, -1)
    expectUntouched(world)
    world.at(slot)
    expect(world.did('report-verdict').map(({ verdict }) => verdict)).toEqual([fate === 'held' ? 'accept' : 'ignore'])
    expect(world.head.hash).toBe(fate === 'held' ? made.hash : GENESIS.hash)
  })

  it('of an hour ago is taken: old is not invalid', () => {
    const world = new ChainWorld()
    world.at(1_800)
    expect(world.block(makeBlock(GENESIS, 1).compact)).toBe('accept')
  })

  it('whose parent is unknown is handed on and kept until the parent comes', () => {
    const world = new ChainWorld()
    world.at(2)
    const first = makeBlock(GENESIS, 1)
    const second = makeBlock(first, 2)
    expect(world.block(second.compact)).toBe('accept')
    expectUntouched(world)
    expect(world.block(first.compact)).toBe('accept')
    expect(world.head).toMatchObject({ hash: second.hash, height: 2 })
  })

  it('that is the second of its slot is handed on with evidence, a third is ignored, and no peer is charged', () => {
    const world = new ChainWorld()
    world.at(1)
    const [a, b, c] = [1, 2, 3].map((sender) => makeBlock(GENESIS, 1, [transaction(sender, 0)])) as [
      MadeBlock,
      MadeBlock,
      MadeBlock,
    ]
    expect([a, b, c].map(({ compact }) => world.block(compact))).toEqual(['accept', 'accept', 'ignore'])
    expect(world.told('equivocation-seen')).toMatchObject([{ slot: 1, hashes: [a.hash, b.hash] }])
    expect(world.kernel.machines.blocks.chain.evidence).toHaveLength(1)
    expect(refusals(world)).toEqual(['too-many-headers'])
    expectUntouched(world)
  })

  it('in a slot not after its parent’s is ignored', () => {
    const world = new ChainWorld()
    world.at(6)
    const first = makeBlock(GENESIS, 5)
    world.block(first.compact)
    expect(world.block(makeBlock(first, 5, [transaction(1, 0)]).compact)).toBe('ignore')
    expect(world.block(makeBlock(first, 4).compact)).toBe('ignore')
    expect(refusals(world)).toEqual(['parent-mismatch', 'parent-mismatch'])
    expect(world.head.hash).toBe(first.hash)
  })

  it('that is known already is ignored without a charge', () => {
    const world = new ChainWorld()
    world.at(1)
    const made = makeBlock(GENESIS, 1)
    expect([world.block(made.compact), world.block(made.compact)]).toEqual(['accept', 'ignore'])
    expect(world.told('offence-counted')).toEqual([])
  })

  it('that is no header at all is rejected and charged', () => {
    const world = new ChainWorld()
    expect(world.block(new Uint8Array(300))).toBe('reject')
    expect(world.told('offence-counted')).toHaveLength(1)
  })
})

describe('a body that breaks a rule after its header was handed on', () => {
  const spend = transaction(1, 0)
  const again = transaction(1, 0, { amount: 6n })
  const rich = transaction(2, 0, { amount: 10_000_000n })
  const late = transaction(3, 0, { createdAtMs: 1_800_000_000_000 - 3_600_000 })
  it.each([
    ['a wrong ledger root', makeBlock(GENESIS, 1, [spend], { ledgerRoot: '11'.repeat(32) }), 'body-ledger-root'],
    ['a double spend', makeBlock(GENESIS, 1, [spend, again]), 'body-unpayable'],
    ['more than the sender has', makeBlock(GENESIS, 1, [rich]), 'body-unpayable'],
    ['a gap in the nonces', makeBlock(GENESIS, 1, [transaction(5, 3)]), 'body-unpayable'],
    ['an expired transaction', makeBlock(GENESIS, 1, [late]), 'body-window'],
  ] as const)('by %s moves no head and charges nobody; what builds on it is ignored', (_, made, code) => {
    const world = new ChainWorld()
    world.at(2)
    const { header, transactions } = made.block
    const compact = encodeCompactBlock(
      header,
      transactions.map(({ hash }) => shortIdOf(hash)),
      transactions.map((prefilled, index) => ({ index, transaction: prefilled })),
    )
    expect(world.block(compact)).toBe('accept')
    expect(refusals(world)).toEqual([code])
    expectUntouched(world)
    expect(world.block(makeBlock(made, 2).compact)).toBe('ignore')
    expect(refusals(world)).toEqual([code, 'ancestor-invalid'])
    expectUntouched(world)
    // An honest block at the same height still goes through.
    const honest = makeBlock(GENESIS, 2)
    expect(world.block(honest.compact)).toBe('accept')
    expect(world.head.hash).toBe(honest.hash)
  })

  it('by a forged signature moves no head', () => {
    const world = new ChainWorld()
    world.at(1)
    const bytes = transaction(4, 0).bytes.slice()
    bytes[40] = (bytes[40] ?? 0) ^ 1
    const decoded = decodeTransaction(bytes, TRANSACTION_PREFIX)
    if (!decoded.ok) throw new Error(decoded.code)
    const broken = decoded.value
    const made = makeBlock(GENESIS, 1, [broken])
    const compact = encodeCompactBlock(made.block.header, [shortIdOf(broken.hash)], [{ index: 0, transaction: broken }])
    expect(world.block(compact)).toBe('accept')
    expect(refusals(world)).toEqual(['body-signature'])
    expectUntouched(world)
  })
})

describe('what a pool lacks of a block', () => {
  const paid = [1, 2, 3].map((sender) => transaction(sender, 0))

  it('is asked from whoever brought it, once, and the block is followed', () => {
    const world = new ChainWorld()
    const source = world.connect('source')
    world.at(1)
    world.hear(paid[0]!, paid[2]!)
    const made = makeBlock(GENESIS, 1, paid)
    expect(world.block(made.compact, source)).toBe('accept')
    const [ask] = world.asked('objects')
    expect(ask).toMatchObject({ peer: source })
    world.answer(ask!, encodeObjectsAnswer([paid[1]!.bytes]))
    expect(world.head.hash).toBe(made.hash)
    expect(world.told('block-rebuilt')).toMatchObject([{ asked: 1 }])
  })

  it('and comes wrongly is charged to who served it, and asked from the next one', () => {
    const world = new ChainWorld()
    const [liar, honest] = [world.connect('liar'), world.connect('honest')]
    world.at(1)
    const made = makeBlock(GENESIS, 1, paid)
    world.block(made.compact, liar)
    world.block(
      encodeCompactBlock(
        made.block.header,
        paid.map(({ hash }) => shortIdOf(hash)),
        [{ index: 0, transaction: paid[0]! }],
      ),
      honest,
    )
    world.answer(world.asked('objects')[0]!, encodeObjectsAnswer(paid.map(() => transaction(9, 0).bytes)))
    expect(world.told('offence-counted').map(({ peer, code }) => `${peer} ${code}`)).toEqual(
      paid.map(() => 'liar object-mismatch'),
    )
    const second = world.asked('objects')[1]
    expect(second).toMatchObject({ peer: honest })
    world.answer(second!, encodeObjectsAnswer(paid.map(({ bytes }) => bytes)))
    expect(world.head.hash).toBe(made.hash)
  })

  it('and never comes is fetched whole; a wrong block is charged to its server and the right one is still taken', () => {
    const world = new ChainWorld()
    const silent = world.connect('silent')
    world.at(1)
    const made = makeBlock(GENESIS, 1, paid)
    world.block(made.compact, silent)
    const liar = world.connect('liar')
    world.advance(2_001)
    const ask = world.asked('chain').at(-1)
    expect(ask).toBeDefined()
    const other = makeBlock(GENESIS, 1, [transaction(7, 0)])
    // The header of one, the body of another: nothing of it sticks to the hash.
    const chimera = new Uint8Array([
      ...made.block.header.bytes,
      ...other.block.bytes.subarray(made.block.header.bytes.byteLength),
    ])
    world.answer(ask!, chimera)
    expect(world.told('offence-counted').map(({ peer, code }) => `${peer} ${code}`)).toEqual([
      `${ask!.peer} body-mismatch`,
    ])
    const next = world.asked('chain').at(-1)
    expect([silent, liar]).toContain(next!.peer)
    expect(next!.peer).not.toBe(ask!.peer)
    world.answer(next!, made.block.bytes)
    expect(world.head.hash).toBe(made.hash)
  })

  it('and comes under another signature of the same header is kept under the one that was checked', () => {
    const world = new ChainWorld()
    const silent = world.connect('silent')
    world.at(1)
    const made = makeBlock(GENESIS, 1, paid)
    world.block(made.compact, silent)
    const other = world.connect('other')
    world.advance(2_001)
    const ask = world.asked('chain').at(-1)!
    expect([silent, other]).toContain(ask.peer)
    const resigned = made.block.bytes.slice()
    // The signature is the last of the header, and no part of the hash.
    resigned[200] = (resigned[200] ?? 0) ^ 1
    world.answer(ask, resigned)
    expect(world.head.hash).toBe(made.hash)
    expect(world.disk.written.get(`blocks/${made.hash}`)).toEqual(made.block.bytes)
    expect(world.disk.written.get('chain/best/0000000000000001')).toEqual(made.block.header.bytes)
  })

  it('is answered to others as soon as the body is here, since the header was handed on before', () => {
    const world = new ChainWorld()
    const source = world.connect('source')
    world.at(1)
    const made = makeBlock(GENESIS, 1, paid)
    world.block(made.compact, source)
    const [ask] = world.asked('objects')
    world.post({
      kind: 'request-received',
      request: 77,
      protocol: 'objects',
      from: asPeerId('further'),
      bytes: ask!.bytes,
    })
    const replies = () => world.did('reply').filter(({ request }) => request === 77)
    expect(replies()).toEqual([])
    world.answer(ask!, encodeObjectsAnswer(paid.map(({ bytes }) => bytes)))
    expect(replies().map(({ frames }) => frames)).toEqual([[encodeObjectsAnswer(paid.map(({ bytes }) => bytes))]])
  })
})
