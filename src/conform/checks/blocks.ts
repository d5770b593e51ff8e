/**
 * Checks of blocks: headers that anybody can judge, compact blocks and what they lack, bodies, the choice between
 * branches.
 */
import { decodeObjectsRequest, encodeObjectsAnswer } from '../../domain/codec/objects-codec.ts'
import { decodeChainRequest } from '../../domain/codec/chain-codec.ts'
import { asBlockHash } from '../../domain/ids.ts'
import { slotAt, slotTimeMs } from '../../domain/slots.ts'
import { toHex } from '../../lib/bytes.ts'
import type { Check } from '../check.ts'
import { ignored, rejected } from '../judged.ts'
import { QUIET_MS, SOON_MS } from '../limits.ts'
import type { MadeBlock, MadeChain, Spoilt } from '../made-chain.ts'
import { miss, must } from '../outcome.ts'
import { pause, until, type PlayedNode } from '../played-node.ts'
import type { Stage } from '../stage.ts'

/**
 * Until a block is fetched whole whose transactions nobody gives, ms: 2 s for each who has it, and time to fetch it.
 */
const WHOLE_MS = 10_000

const block = (check: Omit<Check, 'section' | 'role'>): Check => ({ section: 'Blocks', role: 'full', ...check })

/** Transactions of fresh accounts for the next block. */
function items(stage: Stage, chain: MadeChain, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => stage.fresh({ createdAtMs: chain.timeMs }).bytes)
}

/** The peer takes the block as its head; then it is the kit's tip as well. */
async function becomesHead(stage: Stage, chain: MadeChain, made: MadeBlock, what: string): Promise<void> {
  const head = await stage.headBecomes(made.hash)
  must(head === null, `${what} did not become the head: ${head ?? ''}`)
  chain.extend(made)
}

/** Misses where the peer follows no chain at all: then it says nothing that it ignores a wrong block. */
async function followsBlocks(stage: Stage, chain: MadeChain): Promise<void> {
  if (chain.tip.height > 0) return
  const made = chain.make({})
  await stage.publish(await stage.teller(), 'blocks', chain.prefilled(made))
  await becomesHead(stage, chain, made, 'a valid block, sent before,')
}

/** A header with one thing wrong that anybody can see. */
const wrongHeader = (
  id: string,
  sentence: string,
  what: string,
  spoil: (chain: MadeChain, slot: number, stage: Stage) => Spoilt,
): Check =>
  block({
    id: `block-${id}`,
    sentence,
    async run(stage) {
      const chain = await stage.chain()
      const slot = chain.nextSlot()
      const made = chain.make({ slot, spoilt: spoil(chain, slot, stage) })
      await rejected(stage, what, { topic: 'blocks', data: made.compact })
    },
  })

/** Answers `objects` for a block: its transactions, or none of them, and the block itself. */
async function serveBlock(stage: Stage, node: PlayedNode, made: MadeBlock, givesParts: boolean): Promise<void> {
  await node.serve(stage.setting.protocol('objects'), (request) => {
    const asked = decodeObjectsRequest(request)
    if (asked?.kind === 'block-transactions') {
      const byShort = new Map(made.block.transactions.map(({ hash, bytes }) => [hash.slice(0, 16), bytes]))
      return [encodeObjectsAnswer(asked.shortIds.map((id) => (givesParts ? byShort.get(id) : undefined) ?? null))]
    }
    if (asked?.kind === 'blocks')
      return [encodeObjectsAnswer(asked.hashes.map((hash) => (hash === made.hash ? made.block.bytes : null)))]
    return null
  })
  await node.serve(stage.setting.protocol('chain'), (request) => {
    const asked = decodeChainRequest(request)
    if (asked?.kind === 'blocks')
      return asked.hashes.map((hash) => (hash === made.hash ? made.block.bytes : new Uint8Array(0)))
    return asked === null ? null : [made.block.header.bytes]
  })
}

export const blockChecks: readonly Check[] = [
  block({
    id: 'block-compact',
    sentence: 'hands on a compact block, rebuilds it of its pool and takes it as its head',
    async run(stage) {
      const chain = await stage.chain()
      const transactions = items(stage, chain, 3)
      const teller = await stage.teller()
      await stage.handsOn(teller, 'transactions', stage.setting.batch(...transactions), 'a batch of three')
      const made = chain.make({ transactions })
      await stage.handsOn(await stage.visitor(), 'blocks', made.compact, 'a compact block')
      await becomesHead(stage, chain, made, 'a block of transactions that are in the pool')
    },
  }),
  block({
    id: 'block-empty',
    sentence: 'takes a block without transactions',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({})
      await stage.handsOn(await stage.visitor(), 'blocks', made.compact, 'an empty block')
      await becomesHead(stage, chain, made, 'an empty block')
    },
  }),
  block({
    id: 'block-prefilled',
    sentence: 'takes prefilled transactions, and asks nobody for them',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({ transactions: items(stage, chain, 2) })
      const visitor = await stage.visitor()
      await serveBlock(stage, visitor, made, true)
      await stage.handsOn(visitor, 'blocks', chain.prefilled(made), 'a prefilled compact block')
      await becomesHead(stage, chain, made, 'a block with all its transactions prefilled')
      const asked = visitor.asked.get(stage.setting.protocol('objects')) ?? []
      must(asked.length === 0, 'it asked for transactions that it had been given')
    },
  }),
  block({
    id: 'block-asks-parts',
    sentence: 'asks whoever brought a compact block for the transactions that it lacks, by their short ids',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({ transactions: items(stage, chain, 2) })
      const visitor = await stage.visitor()
      await serveBlock(stage, visitor, made, true)
      await stage.handsOn(visitor, 'blocks', made.compact, 'a compact block of unknown transactions')
      await becomesHead(stage, chain, made, 'a block whose transactions were to be asked for')
      const asked = (visitor.asked.get(stage.setting.protocol('objects')) ?? []).map(({ bytes }) =>
        decodeObjectsRequest(bytes),
      )
      const [first] = asked
      must(
        first?.kind === 'block-transactions' && first.block === made.hash,
        `its first request was ${first?.kind ?? 'none'}`,
      )
      must(first.shortIds.length === 2, `it asked for ${first.shortIds.length} of 2 transactions`)
    },
  }),
  block({
    id: 'block-fetched-whole',
    sentence: 'fetches a block whole when nobody gives the transactions that it lacks',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({ transactions: items(stage, chain, 2) })
      const visitor = await stage.visitor()
      await serveBlock(stage, visitor, made, false)
      await stage.handsOn(visitor, 'blocks', made.compact, 'a compact block of unknown transactions')
      const head = await stage.headBecomes(made.hash, WHOLE_MS)
      must(head === null, `the block did not become the head within ${WHOLE_MS} ms: ${head ?? ''}`)
      chain.extend(made)
    },
  }),
  block({
    id: 'block-unknown-parent',
    sentence: 'hands on a compact block whose parent it does not know, and charges nobody',
    async run(stage) {
      const chain = await stage.chain()
      const hidden = chain.make({})
      const made = chain.make({ parent: hidden })
      const visitor = await stage.visitor()
      const before = visitor.heard.length
      await stage.handsOn(visitor, 'blocks', made.compact, 'a compact block without a known parent')
      if (await stage.isCharged(visitor, before, QUIET_MS)) miss('a block without a known parent cost its sender')
    },
  }),
  wrongHeader(
    'proposer',
    'rejects a block whose proposer does not own its slot',
    'a block of another proposer',
    (chain, slot) => {
      const signer = chain.otherThan(slot)
      return { signer, fields: { proposer: toHex(signer.publicKey) as never } }
    },
  ),
  wrongHeader(
    'signature',
    'rejects a block with a wrong signature',
    'a block with a wrong signature',
    (chain, slot) => ({
      signer: chain.otherThan(slot),
    }),
  ),
  wrongHeader('height-0', 'rejects a block of height 0', 'a block of height 0', () => ({ fields: { height: 0 } })),
  wrongHeader(
    'height-above-slot',
    'rejects a block whose height is above its slot',
    'a block above its slot',
    (_, slot) => ({
      fields: { height: slot + 1 },
    }),
  ),
  wrongHeader(
    'genesis-parent',
    'rejects a block above height 1 whose parent is networkId',
    'a block of height 7 on genesis',
    (chain) => ({
      fields: { height: 7, parent: chain.genesis.hash },
    }),
  ),
  wrongHeader(
    'not-genesis-parent',
    'rejects a block of height 1 whose parent is not networkId',
    'a block of height 1 on another block',
    (_, __, stage) => ({
      fields: { height: 1, parent: asBlockHash(toHex(stage.random.bytes(32))) },
    }),
  ),
  wrongHeader('too-many', 'rejects a block of 4,097 transactions', 'a block of 4,097 transactions', () => ({
    fields: { txCount: 4_097 },
  })),
  block({
    id: 'block-short-ids',
    sentence: 'rejects a compact block with other short ids than its header binds',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({ transactions: items(stage, chain, 2) })
      const data = chain.mismatched(made, ['00'.repeat(8), '11'.repeat(8)])
      await rejected(stage, 'a compact block with other short ids', { topic: 'blocks', data })
    },
  }),
  block({
    id: 'block-count',
    sentence: 'rejects a compact block with fewer short ids than its header says',
    async run(stage) {
      const chain = await stage.chain()
      const made = chain.make({ transactions: items(stage, chain, 2) })
      const data = chain.mismatched(made, [made.block.transactions[0]?.hash.slice(0, 16) ?? ''])
      await rejected(stage, 'a compact block that lacks a short id', { topic: 'blocks', data })
    },
  }),
  block({
    id: 'block-garbage',
    sentence: 'rejects bytes that are no compact block',
    async run(stage) {
      await rejected(stage, 'bytes that are no block', { topic: 'blocks', data: stage.random.bytes(260) })
    },
  }),
  block({
    id: 'block-too-early',
    sentence: 'ignores a block whose slot begins in an hour, and charges nobody',
    async run(stage) {
      const chain = await stage.chain()
      await followsBlocks(stage, chain)
      const made = chain.make({ slot: slotAt(stage.setting.network, stage.now() + 3_600_000) })
      await ignored(stage, 'a block of a slot in an hour', { topic: 'blocks', data: made.compact })
    },
  }),
  block({
    id: 'block-ledger-root',
    sentence: 'does not take a block with a wrong ledger root, and charges nobody for handing it on',
    async run(stage) {
      const chain = await stage.chain()
      await followsBlocks(stage, chain)
      const made = chain.make({
        transactions: items(stage, chain, 1),
        spoilt: { fields: { ledgerRoot: toHex(stage.random.bytes(32)) } },
      })
      const visitor = await stage.visitor()
      const before = visitor.heard.length
      await stage.publish(visitor, 'blocks', chain.prefilled(made))
      if (await stage.isCharged(visitor, before, QUIET_MS)) miss('a block with a wrong ledger root cost its sender')
      must((await stage.head()).hash !== made.hash, 'a block with a wrong ledger root became the head')
    },
  }),
  block({
    id: 'block-third',
    sentence: 'hands on two headers of one slot and no third, and charges nobody',
    async run(stage) {
      const chain = await stage.chain()
      const slot = chain.nextSlot()
      const of = (): MadeBlock => chain.make({ slot, transactions: items(stage, chain, 1) })
      const visitor = await stage.visitor()
      const [first, second, third] = [of(), of(), of()]
      await stage.handsOn(visitor, 'blocks', chain.prefilled(first), 'the first block of a slot')
      await stage.handsOn(visitor, 'blocks', chain.prefilled(second), 'the second block of a slot')
      await ignored(stage, 'the third block of a slot', { topic: 'blocks', data: chain.prefilled(third) })
      // Which of the two is the head follows from their hashes.
      const head = [first, second].toSorted((a, b) => (a.hash < b.hash ? -1 : 1))[0]
      if (head !== undefined) await becomesHead(stage, chain, head, 'the one of two with the lower hash')
    },
  }),
  block({
    id: 'block-lower-slot',
    sentence: 'prefers, of two blocks of one weight and height, the one of the lower slot, whichever came first',
    async run(stage) {
      const chain = await stage.chain()
      const [low, high] = [chain.nextSlot(), chain.nextSlot()]
      const [early, late] = [chain.make({ slot: low }), chain.make({ slot: high })]
      const visitor = await stage.visitor()
      await stage.handsOn(visitor, 'blocks', late.compact, 'the block of the higher slot')
      const head = await stage.headBecomes(late.hash)
      must(head === null, `the block of the higher slot did not become the head at first: ${head ?? ''}`)
      await stage.handsOn(visitor, 'blocks', early.compact, 'the block of the lower slot')
      await becomesHead(stage, chain, early, 'the block of the lower slot')
    },
  }),
  block({
    id: 'block-held',
    sentence: 'holds a block that is less than 2 s early until its slot begins, and hands it on then',
    async run(stage) {
      const chain = await stage.chain()
      const { network } = stage.setting
      const [witness, visitor] = [await stage.witness(), await stage.visitor()]
      // So that the block comes well before its slot.
      await until(() => (stage.now() - network.genesisTimeMs) % network.slotMs < network.slotMs / 2, network.slotMs)
      const slot = slotAt(network, stage.now()) + 1
      const side = chain.make({ parent: chain.genesis, slot })
      await stage.publish(visitor, 'blocks', side.compact)
      const dueMs = slotTimeMs(network, slot)
      while (stage.now() < dueMs - 100) {
        must(
          stage.copies(witness, 'blocks', side.compact) === 0,
          `it was handed on ${dueMs - stage.now()} ms before its slot`,
        )
        await pause(20)
      }
      must(await stage.hears(witness, 'blocks', side.compact, SOON_MS), 'it was not handed on when its slot had begun')
    },
  }),
]
