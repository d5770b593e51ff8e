/**
 * Following the best block, one step at a time. A step that needs the disk or the verifier leaves the kernel as an
 * effect; the next one is worked out when its answer is back.
 */
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { WithShared } from '../shared/state.ts'
import { decodeBlock } from '../../domain/codec/block-codec.ts'
import type { Block } from '../../domain/block.ts'
import type { BlockHash } from '../../domain/ids.ts'
import { checkBody, checkBodyOf } from '../../domain/rules/body-rules.ts'
import { checkValues } from '../../domain/rules/transaction-rules.ts'
import { assertNever } from '../../lib/assert.ts'
import type { ChainStep } from '../../chain/chain.ts'
import { adopted, adoptionWrites } from './adopt.ts'
import { readUndo, undoKey } from './chain-record.ts'
import { checkOf } from '../transactions/check-of.ts'
import { underCheckedHeader } from './checked-header.ts'
import type { JobNumber } from '../shared/event.ts'
import { verify } from '../shared/verify.ts'
import type { Turn } from '../shared/turn.ts'

/** Takes as many steps as can be taken now. */
export function advance(machines: WithShared & WithTransactions & WithBlocks, turn: Turn): void {
  while (machines.blocks.work.current === null) {
    const step = machines.blocks.chain.nextStep()
    if (step === null) break
    take(machines, step, turn)
  }
  storeAside(machines, turn)
}

function take(machines: WithShared & WithTransactions & WithBlocks, step: ChainStep, turn: Turn): void {
  switch (step.kind) {
    case 'check':
      check(machines, step, turn)
      return
    case 'read-changes': {
      const job = machines.shared.nextJob()
      machines.blocks.work.current = { kind: 'reading-changes', job, hash: step.hash }
      turn.do({ kind: 'read', job, keys: [{ space: 'chain', key: undoKey(step.hash) }] })
      return
    }
    case 'adopt': {
      const moved = [...step.reorg.disconnect, ...step.reorg.connect]
      machines.blocks.bodies.pin(moved)
      const missing = moved.filter((hash) => !machines.blocks.bodies.has(hash))
      if (missing.length > 0) {
        readBodies(machines, missing, turn)
        return
      }
      const adoption = machines.blocks.chain.adopt(step.reorg)
      if (adoption === null) return
      const job = machines.shared.nextJob()
      machines.blocks.work.current = { kind: 'writing', job, adoption }
      turn.do({ kind: 'write', job, writes: adoptionWrites(machines, adoption, turn.now.monoMs), durable: true })
      return
    }
    default:
      assertNever(step)
  }
}

/** The rules on a body, the cheap ones first: only what fits the ledger is worth checking signatures for. */
function check(
  machines: WithShared & WithTransactions & WithBlocks,
  step: Extract<ChainStep, { kind: 'check' }>,
  turn: Turn,
): void {
  const { header, parent } = step
  const block = machines.blocks.bodies.get(header.hash)
  if (block === undefined) {
    readBodies(machines, [header.hash], turn)
    return
  }
  const verdict = checkBody(header, block.transactions, machines.shared.config.network, parent)
  if (!verdict.ok || block.transactions.some((transaction) => checkValues(transaction) !== null)) {
    bodyInvalid(machines, header.hash, verdict.ok ? 'body-unpayable' : verdict.code, turn)
    return
  }
  const unverified = block.transactions.filter(
    ({ hash }) =>
      machines.transactions.seen.judgement(hash, turn.now.monoMs)?.kind !== 'valid' &&
      !machines.blocks.verifiedBodies.has(hash),
  )
  if (unverified.length > 0) {
    const job = verify(machines, { kind: 'body' }, unverified.map(checkOf), turn)
    machines.blocks.work.current = { kind: 'verifying', job, hash: header.hash, unverified }
    return
  }
  machines.blocks.verifiedBodies.clear()
  machines.blocks.chain.setValid(header.hash, verdict.ledger, verdict.changes)
}

function readBodies(
  machines: WithShared & WithBlocks,
  hashes: readonly BlockHash[],
  turn: Turn,
  sinceMs: number = turn.now.monoMs,
): void {
  const job = machines.shared.nextJob()
  machines.blocks.work.current = { kind: 'reading-bodies', job, hashes, sinceMs }
  turn.do({ kind: 'read', job, keys: hashes.map((hash) => ({ space: 'blocks', key: hash })) })
}

/** How long a body that was put aside may take to reach the disk, ms: after that it is missing there. */
const BODY_WRITE_MS = 10_000

/** Bodies that were not on the disk yet are read once more. */
export function readAgain(machines: WithShared & WithBlocks, turn: Turn): void {
  const work = machines.blocks.work.current
  if (work?.kind === 'awaiting-bodies') readBodies(machines, work.hashes, turn, work.sinceMs)
}

/** The signatures of a body were checked. */
export function onBodyVerified(
  machines: WithShared & WithTransactions & WithBlocks,
  number: JobNumber,
  firstInvalid: number,
  turn: Turn,
): void {
  const work = machines.blocks.work.current
  if (work?.kind !== 'verifying' || work.job !== number) return
  machines.blocks.work.current = null
  work.unverified.forEach(({ hash, id }, index) => {
    if (firstInvalid >= 0 && index >= firstInvalid) return
    machines.transactions.seen.judgedValid(hash, id, turn.now.monoMs)
    // The memory above is bounded and may have forgotten the first when the last comes in; this one is for the body at
    // hand.
    machines.blocks.verifiedBodies.add(hash)
  })
  if (firstInvalid >= 0) {
    machines.blocks.verifiedBodies.clear()
    bodyInvalid(machines, work.hash, 'body-signature', turn)
  }
  advance(machines, turn)
}

/**
 * The disk has answered. What it lacks or has damaged is a broken store: the branch is left alone, and the operator is
 * told.
 */
export function onChainRead(
  machines: WithShared & WithTransactions & WithBlocks,
  number: JobNumber,
  values: readonly (Uint8Array | undefined)[],
  turn: Turn,
): void {
  const work = machines.blocks.work.current
  if (work === null || work.kind === 'awaiting-bodies' || work.job !== number) return
  if (work.kind === 'reading-changes') {
    const changes = values[0] === undefined ? null : readUndo(values[0])
    if (changes === null) {
      turn.note({ kind: 'store-failed', reason: `what block ${work.hash} changed is missing on the disk` })
      return
    }
    machines.blocks.work.current = null
    machines.blocks.chain.setChanges(work.hash, changes)
  } else if (work.kind === 'reading-bodies') {
    const blocks = work.hashes.map((hash, at) => readBlock(machines, hash, values[at]))
    const isDamaged = blocks.some((block, at) => block === null && values[at] !== undefined)
    if (blocks.includes(null) && !isDamaged && turn.now.monoMs - work.sinceMs < BODY_WRITE_MS) {
      machines.blocks.work.current = { kind: 'awaiting-bodies', hashes: work.hashes, sinceMs: work.sinceMs }
      return
    }
    if (blocks.includes(null)) {
      turn.note({
        kind: 'store-failed',
        reason: `a body that was stored is missing or damaged on the disk: ${work.hashes.join(', ')}`,
      })
      return
    }
    machines.blocks.work.current = null
    for (const block of blocks) if (block !== null) machines.blocks.bodies.add(block, true)
  }
  advance(machines, turn)
}

/**
 * A move of the head is on the disk, or could not be written: then the node stays where it is and says so.
 * @returns `adopted` once the move has been told here: after others have heard of it, `advance` takes the next step;
 *   `other`: it was another write
 */
export function onAdoptionWritten(
  machines: WithShared & WithTransactions & WithBlocks,
  number: JobNumber,
  ok: boolean,
  turn: Turn,
): 'adopted' | 'failed' | 'other' {
  const work = machines.blocks.work.current
  if (work?.kind !== 'writing' || work.job !== number) return 'other'
  if (!ok) {
    turn.note({ kind: 'store-failed', reason: 'a block could not be written' })
    return 'failed'
  }
  machines.blocks.work.current = null
  adopted(machines, work.adoption, turn)
  machines.blocks.bodies.unpin()
  return 'adopted'
}

/** A body breaks a rule that its header commits to: the block and all that was built on it are out. */
export function bodyInvalid(
  machines: WithBlocks,
  hash: BlockHash,
  code: 'body-signature' | Parameters<typeof noteInvalid>[1],
  turn: Turn,
): void {
  for (const broken of machines.blocks.chain.setInvalid(hash)) {
    machines.blocks.bodies.delete(broken)
    machines.blocks.compact.forget(broken)
    machines.blocks.invalidBlocks.set(broken, broken === hash ? code : 'ancestor-invalid', turn.now.monoMs)
  }
  noteInvalid(hash, code, turn)
}

function noteInvalid(
  hash: BlockHash,
  code: 'body-too-large' | 'body-window' | 'body-unpayable' | 'body-ledger-root' | 'body-signature',
  turn: Turn,
): void {
  turn.note({ kind: 'block-refused', hash, from: null, messageId: null, bytes: 0, code, verdict: 'ignore' })
}

/** Null where the disk has something else than the body of this block: none of it may reach the ledger or the pool. */
function readBlock(
  machines: WithTransactions & WithBlocks,
  hash: BlockHash,
  bytes: Uint8Array | undefined,
): Block | null {
  if (bytes === undefined) return null
  const decoded = decodeBlock(bytes, machines.blocks.prefix, machines.transactions.prefix)
  if (!decoded.ok || decoded.value.header.hash !== hash) return null
  const { header, transactions } = decoded.value
  return checkBodyOf(header, transactions) === null ? underCheckedHeader(machines, decoded.value) : null
}

/** Bodies that wait for others or lie on another branch go to the disk, so that memory stays bounded. */
function storeAside(machines: WithBlocks, turn: Turn): void {
  const writing =
    machines.blocks.work.current?.kind === 'writing' ? machines.blocks.work.current.adoption.reorg.connect : []
  for (const hash of machines.blocks.bodies.unstored()) {
    const value = machines.blocks.bodies.bytesOf(hash)
    if (value === undefined || writing.includes(hash)) continue
    turn.writeLazily({ kind: 'put', space: 'blocks', key: hash, value })
    machines.blocks.bodies.markStored(hash)
  }
}
