/**
 * Making blocks. The slot is on the disk before the signature is asked for, so that no crash and no restart signs a
 * slot twice (double-sign protection); the block is on the disk before it is published.
 */
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { BLOCK_BYTES_MAX, BLOCK_COUNT_MAX, BLOCK_FIXED_BYTES, headerOf } from '../../domain/block.ts'
import { decodeSignedHeader, encodeBlock, encodeHeader, encodeSignedHeader } from '../../domain/codec/block-codec.ts'
import type { Now } from '../../domain/time.ts'
import { slotTimeMs } from '../../domain/slots.ts'
import { concatBytes, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { dueSlot, mayFill } from '../../chain/proposer.ts'
import { acceptHeader } from './accept-block.ts'
import { advance } from './advance.ts'
import { putSafety } from './chain-record.ts'
import type { JobNumber } from '../shared/event.ts'
import { OWN_BLOCKS_MAX } from './limits.ts'
import { ownClock } from '../peers/own-clock.ts'
import type { Turn } from '../shared/turn.ts'

/** How long a missing body is waited for where slots are short: less would be no round trip. */
const BODY_PATIENCE_MIN_MS = 1_000

/** Begins a block when one is due and nothing better is known to be on its way. */
export function propose(machines: WithShared & WithPeers & WithTransactions & WithBlocks, turn: Turn): void {
  const {
    shared: { config, twin },
    blocks: { chain, proposal },
    transactions: { pool },
  } = machines
  if (config.validator === null || proposal.draft !== null || machines.blocks.work.current !== null) return
  if (hasWrongClock(machines, turn)) return
  // The other one has the same key, and its own record of signed slots.
  if (twin.givesWay(turn.now.monoMs)) return
  const isAwaiting = awaitsBody(machines, turn)
  const slot = proposal.isOnDemand
    ? wantedSlot(machines, turn.now)
    : dueSlot(config.network, config.validator, turn.now.wallMs, {
        headSlot: chain.head.slot,
        lastSignedSlot: proposal.lastSignedSlot,
        hasTransactions: pool.count > pool.parked,
        isUnsettled: chain.isUnsettled,
      })
  if (slot === null || isAwaiting) return
  const { ledger } = chain
  const chosen = pool.select(
    { countMax: BLOCK_COUNT_MAX, bytesMax: BLOCK_BYTES_MAX - BLOCK_FIXED_BYTES },
    slotTimeMs(config.network, slot),
    (id) => ledger.account(id),
  )
  const mayBeEmpty = proposal.isOnDemand || chain.isUnsettled
  if (chosen.length === 0 && !mayBeEmpty) return
  const first = ledger.apply(chosen, config.validator)
  const transactions = first.ok ? chosen : chosen.slice(0, first.position)
  const applied = first.ok ? first : ledger.apply(transactions, config.validator)
  if (!applied.ok || (transactions.length === 0 && !mayBeEmpty)) return
  const place = {
    parent: chain.head.hash,
    height: chain.head.height + 1,
    slot,
    proposer: config.validator,
    ledgerRoot: toHex(applied.ledger.root()),
  }
  const header = headerOf(place, transactions)
  const job = machines.shared.nextJob()
  proposal.lastSignedSlot = slot
  proposal.wish = null
  const { ledger: after, changes } = applied
  proposal.draft = { job, header, headerBytes: encodeHeader(header), transactions, ledger: after, changes }
  turn.do({ kind: 'write', job, writes: [putSafety(slot)], durable: true })
}

/** Where blocks are made on demand: the slot that one is asked for and may be made for now; null for none. */
function wantedSlot(
  { shared: { config }, blocks: { chain, proposal } }: WithShared & WithBlocks,
  now: Now,
): number | null {
  const { wish, lastSignedSlot } = proposal
  if (wish === null || config.validator === null) return null
  const mayBe =
    now.monoMs <= wish.untilMs &&
    wish.parent === chain.head.hash &&
    mayFill(config.network, config.validator, now.wallMs, wish.slot, { headSlot: chain.head.slot, lastSignedSlot })
  if (!mayBe) proposal.wish = null
  return mayBe ? wish.slot : null
}

/**
 * Whoever knows of better headers builds on them when their bodies are here; a block on an old head would only be
 * undone. But one whose body does not come within a slot may never come: its maker crashed, or withholds it, and must
 * not stop all others. The slot is counted from when the head was first behind, whatever else is announced meanwhile:
 * one header after another would stop everybody for as long as its maker likes.
 */
function awaitsBody(
  { blocks: { chain, chainSync, proposal }, shared: { config } }: WithShared & WithBlocks,
  turn: Turn,
): boolean {
  // What has had its turn without coming is not waited for; nor does it give what comes after it a turn of its own on
  // the same head.
  if (chain.branches().every(({ first }) => chainSync.isWithheld(first.hash))) return false
  const head = chain.head.hash
  if (proposal.awaited?.head !== head) proposal.awaited = { head, sinceMs: turn.now.monoMs }
  return turn.now.monoMs - proposal.awaited.sinceMs < Math.max(config.network.slotMs, BODY_PATIENCE_MIN_MS)
}

/**
 * What is signed by a wrong clock is of no use to others, and keeps us silent until the clocks of all others have come
 * that far: a slot is signed once. Whoever is wrong is told so once, and again when it is over.
 */
function hasWrongClock(machines: WithShared & WithPeers & WithBlocks, turn: Turn): boolean {
  const clock = ownClock(machines, turn.now)
  const isOff = clock?.isOff === true
  if (isOff !== machines.blocks.proposal.wasOff) {
    machines.blocks.proposal.wasOff = isOff
    turn.note({ kind: 'clock-judged', isOff, aheadMs: clock?.aheadMs ?? 0, voters: clock?.voters ?? 0 })
  }
  return isOff
}

/** The slot is on the disk, or is not: then nothing is signed. Returns whether the write was this. */
export function onSlotWritten(machines: WithBlocks, job: JobNumber, ok: boolean, turn: Turn): boolean {
  const { draft } = machines.blocks.proposal
  if (draft?.job !== job) return false
  if (ok)
    turn.do({ kind: 'sign', job, by: 'validator', message: concatBytes(machines.blocks.prefix, draft.headerBytes) })
  else machines.blocks.proposal.draft = null
  return true
}

/** The block is signed: it takes the way of every block, but for the check that has been done. */
export function onSigned(
  machines: WithShared & WithTransactions & WithBlocks,
  job: JobNumber,
  signature: Uint8Array,
  turn: Turn,
): void {
  const { draft } = machines.blocks.proposal
  if (draft?.job !== job) return
  machines.blocks.proposal.draft = null
  const decoded = decodeSignedHeader(encodeSignedHeader(draft.headerBytes, signature), machines.blocks.prefix)
  assert(decoded.ok, 'what was made here can be read')
  const header = decoded.value
  const bytes = encodeBlock(header, draft.transactions)
  const provenance = { way: 'own', from: null, messageId: null, bytes: bytes.byteLength } as const
  const outcome = acceptHeader(machines, header, provenance, turn)
  if (outcome.kind !== 'added') {
    const code = outcome.kind === 'refused' ? outcome.code : 'parent-unknown'
    machines.blocks.proposal.refused = { slot: header.slot, code }
    turn.note({ kind: 'own-block-refused', hash: header.hash, slot: header.slot, code })
    return
  }
  machines.blocks.proposal.refused = null
  const { ownBlocks } = machines.blocks
  ownBlocks.add(header.hash)
  const [oldest] = ownBlocks
  if (ownBlocks.size > OWN_BLOCKS_MAX && oldest !== undefined) ownBlocks.delete(oldest)
  machines.blocks.bodies.add({ header, transactions: draft.transactions, bytes }, false)
  machines.blocks.chain.addBody(header.hash)
  machines.blocks.chain.setValid(header.hash, draft.ledger, draft.changes)
  advance(machines, turn)
}

/**
 * Until when a validator is silent because of a slot that it has signed for and that is not over yet; null where
 * nothing keeps it.
 */
export function silentUntilMs(
  { shared: { config }, blocks: { proposal } }: WithShared & WithBlocks,
  now: Now,
): number | null {
  if (config.validator === null || proposal.lastSignedSlot < 0) return null
  const overMs = slotTimeMs(config.network, proposal.lastSignedSlot + 1)
  // A slot that has begun is its own.
  return slotTimeMs(config.network, proposal.lastSignedSlot) > now.wallMs ? overMs : null
}
