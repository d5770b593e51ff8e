/** Taking headers and bodies into the chain, whichever way they came. */
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { WithShared } from '../shared/state.ts'
import { BLOCK_BYTES_MAX, blockBytesOf, type Block, type ShortId, type SignedHeader } from '../../domain/block.ts'
import { encodeBlock } from '../../domain/codec/block-codec.ts'
import { encodeObjectsAnswer, encodeObjectsRequest } from '../../domain/codec/objects-codec.ts'
import { decodeTransaction } from '../../domain/codec/transaction-codec.ts'
import type { BlockHash, MessageId, PeerId } from '../../domain/ids.ts'
import { checkBodyOf } from '../../domain/rules/body-rules.ts'
import type { HeaderOutcome } from '../../chain/chain.ts'
import type { Rebuild, ShortIdLookup } from '../../relay/compact-relay.ts'
import { advance, bodyInvalid } from './advance.ts'
import { ask } from '../shared/ask.ts'
import type { Turn } from '../shared/turn.ts'

/** Blocks of our branch that are searched for another one's transactions: longer branches are fetched whole. */
const RIVALS_MAX = 4

export interface BlockProvenance {
  readonly way: 'gossip' | 'sync' | 'own'
  readonly from: PeerId | null
  readonly messageId: MessageId | null
  readonly bytes: number
}

/** Takes a header whose signature and own rules hold; orphans that waited for it follow. */
export function acceptHeader(
  machines: WithShared & WithTransactions & WithBlocks,
  header: SignedHeader,
  provenance: BlockProvenance,
  turn: Turn,
): HeaderOutcome {
  const outcome = machines.blocks.chain.addHeader(header, provenance.way === 'sync')
  if (outcome.kind === 'refused') return outcome
  const { hash, height, slot, proposer, txCount } = header
  turn.note({ kind: 'block-seen', hash, height, slot, proposer, txCount, ...provenance })
  if (outcome.evidence !== null) {
    const { first, second } = outcome.evidence
    turn.note({ kind: 'equivocation-seen', slot, proposer, hashes: [first.hash, second.hash] })
  }
  if (outcome.kind === 'added') adoptOrphans(machines, header, turn)
  return outcome
}

/** Orphans that waited for this header enter, and so on up; their bodies are rebuilt as if they came now. */
function adoptOrphans(machines: WithShared & WithTransactions & WithBlocks, parent: SignedHeader, turn: Turn): void {
  const waiting = [...machines.blocks.orphans.takeChildren(parent.hash)]
  for (const orphan of waiting) {
    if (machines.blocks.chain.addHeader(orphan.value.header).kind !== 'added') continue
    const found = machines.blocks.compact.start(
      orphan.value,
      orphan.from,
      lookupFor(machines, orphan.value.header),
      turn.now.monoMs,
    )
    rebuilt(machines, found, turn)
    for (const child of machines.blocks.orphans.takeChildren(orphan.hash)) waiting.push(child)
  }
}

/**
 * Where the transactions of a block are looked for: in the pool, and in the blocks of our own branch from its height
 * on, which it would take the place of. Two proposers who did not know of each other have mostly chosen the same.
 */
export function lookupFor(machines: WithTransactions & WithBlocks, header: SignedHeader): ShortIdLookup {
  let rivals: readonly Parts[] | null = null
  return (id) => {
    const pooled = machines.transactions.pool.byShortId(id)
    if (pooled !== undefined && pooled !== null) return pooled
    rivals ??= rivalBodies(machines, header)
    // The newest first, of two with one short id.
    const bytes = rivals.findLast((parts) => parts.has(id))?.get(id)
    const decoded = bytes === undefined ? null : decodeTransaction(bytes, machines.transactions.prefix)
    return decoded?.ok === true ? decoded.value : null
  }
}

type Parts = ReadonlyMap<ShortId, Uint8Array>

function rivalBodies({ blocks: { chain, bodies } }: WithBlocks, { height }: SignedHeader): readonly Parts[] {
  const rivals: Parts[] = []
  for (let at = height; at <= chain.head.height && rivals.length < RIVALS_MAX; at++) {
    const place = chain.at(at)
    const parts = place === undefined ? undefined : bodies.partsOf(place.hash)
    if (parts !== undefined) rivals.push(parts)
  }
  return rivals
}

/** What to do with a compact block that is being rebuilt. */
export function rebuilt(machines: WithShared & WithTransactions & WithBlocks, found: Rebuild, turn: Turn): void {
  if (found.kind === 'ask') {
    const expected = machines.blocks.compact.expected(found.hash, found.peer) ?? []
    const shortIds = expected.map(({ shortId }) => shortId)
    const bytes = encodeObjectsRequest({ kind: 'block-transactions', block: found.hash, shortIds })
    ask(machines, { kind: 'block-transactions', peer: found.peer, hash: found.hash }, bytes, turn)
    return
  }
  if (found.kind !== 'complete') return
  const { header, transactions, asked, from } = found
  // A wrong guess by short id: the block is fetched whole by whoever catches up with the chain.
  if (checkBodyOf(header, transactions) !== null) return
  if (blockBytesOf(transactions) > BLOCK_BYTES_MAX) {
    // Nobody could be sent it whole: whoever kept it would be charged by those who catch up.
    bodyInvalid(machines, header.hash, 'body-too-large', turn)
    return
  }
  const own = transactions.filter((transaction) => machines.transactions.pool.has(transaction.id))
  const savedBytes = own.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
  turn.note({ kind: 'block-rebuilt', hash: header.hash, asked, savedBytes })
  bodyArrived(machines, { header, transactions, bytes: encodeBlock(header, transactions) }, from, turn)
}

/**
 * A body that is its header's is here.
 * @param from who gave it, or the last of it that was missing; null where nothing was
 */
export function bodyArrived(
  machines: WithShared & WithTransactions & WithBlocks,
  block: Block,
  from: PeerId | null,
  turn: Turn,
): void {
  const { hash } = block.header
  machines.blocks.compact.forget(hash)
  if (machines.blocks.chain.status(hash) !== 'header') return
  machines.blocks.bodies.add(block, false, { from, monoMs: turn.now.monoMs })
  machines.blocks.chain.addBody(hash)
  answerWaiting(machines, hash, turn)
  advance(machines, turn)
}

/** Peers that asked for transactions of a block before its body was here. */
function answerWaiting(machines: WithBlocks, hash: BlockHash, turn: Turn): void {
  const waiting = machines.blocks.partsWanted.get(hash)
  const parts = waiting === undefined ? undefined : machines.blocks.bodies.partsOf(hash)
  if (waiting === undefined || parts === undefined) return
  machines.blocks.partsWanted.delete(hash)
  for (const { request, shortIds } of waiting) turn.do({ kind: 'reply', request, frames: [answerOf(parts, shortIds)] })
}

/** The answer to a question for transactions of a block by their short ids. */
export function answerOf(parts: Parts, shortIds: readonly ShortId[]): Uint8Array {
  return encodeObjectsAnswer(shortIds.map((id) => parts.get(id) ?? null))
}
