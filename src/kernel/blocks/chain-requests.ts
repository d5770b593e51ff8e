/** Catching up with the chain, and helping others to. Everything fetched passes the same checks as gossip. */
import type { WithTransactions } from '../transactions/state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithBlocks } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import { decodeBlock, decodeSignedHeader } from '../../domain/codec/block-codec.ts'
import {
  decodeChainRequest,
  encodeChainRequest,
  HEADERS_COUNT_MAX,
  LOCATOR_COUNT_MAX,
  splitHeaders,
} from '../../domain/codec/chain-codec.ts'
import { encodeObjectsAnswer, readObjectsAnswer, type decodeObjectsRequest } from '../../domain/codec/objects-codec.ts'
import { decodeTransaction, TRANSACTION_BYTES_MAX } from '../../domain/codec/transaction-codec.ts'
import { shortIdOf, type SignedHeader } from '../../domain/block.ts'
import type { BlockHash, PeerId } from '../../domain/ids.ts'
import { checkBodyOf } from '../../domain/rules/body-rules.ts'
import { checkHeader, timingOf } from '../../domain/rules/header-rules.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { acceptHeader, answerOf, bodyArrived, rebuilt } from './accept-block.ts'
import type { Asked } from '../shared/asked.ts'
import { underCheckedHeader } from './checked-header.ts'
import type { JobNumber } from '../shared/event.ts'
import { PARTS_WAIT_MS, PARTS_WANTED_MAX } from './limits.ts'
import type { HeadersJob } from '../shared/jobs.ts'
import { ask } from '../shared/ask.ts'
import { verify } from '../shared/verify.ts'
import { penalise } from '../peers/penalise.ts'
import type { Turn } from '../shared/turn.ts'

/** A peer told its head; null: it did not. */
export function headTold(
  machines: WithShared & WithBlocks,
  peer: PeerId,
  head: { readonly height: number; readonly hash: BlockHash } | null,
  turn: Turn,
): void {
  if (head === null) return
  machines.blocks.chainSync.headTold(peer, head)
  catchUp(machines, turn)
}

/** A peer does not give the headers that it was asked for. */
export function onHeadersFailed(machines: WithBlocks, peer: PeerId, turn: Turn): void {
  machines.blocks.chainSync.headersFailed(peer, turn.now.monoMs)
}

/** A peer does not give the blocks that it was asked for. */
export function onBlocksFailed(
  machines: WithBlocks,
  { peer, hashes }: Extract<Asked, { kind: 'blocks' }>,
  turn: Turn,
): void {
  machines.blocks.chainSync.blocksEnded(peer, hashes, { failed: hashes, isSilent: true }, turn.now.monoMs)
}

/** Makes the requests that are due. */
export function catchUp(machines: WithShared & WithBlocks, turn: Turn): void {
  const { chain, compact, chainSync } = machines.blocks
  const state = {
    rootHeight: chain.root.height,
    hasHeader: (hash: BlockHash) => chain.status(hash) !== undefined || chain.isOnBestChain(hash),
    branches: () =>
      chain.branches().map(({ first, tip, missing }) => ({
        first: first.hash,
        maker: first.proposer,
        tip: tip.hash,
        // What is being rebuilt from its compact form is asked for there.
        missing: (limit: number) => missing(limit).flatMap(({ hash }) => (compact.has(hash) ? [] : [hash])),
      })),
  }
  for (const due of chainSync.next(state, turn.now.monoMs)) {
    const { peer } = due
    if (due.kind === 'headers') {
      // Headers may be ahead of the head: from where they end on, or the same range would be asked for again and again.
      const bytes = encodeChainRequest({ kind: 'headers', locator: locator(machines), limit: HEADERS_COUNT_MAX })
      ask(machines, { kind: 'headers', peer }, bytes, turn)
    } else {
      const { hashes } = due
      ask(machines, { kind: 'blocks', peer, hashes }, encodeChainRequest({ kind: 'blocks', hashes }), turn)
    }
  }
}

/**
 * Ends of branches that a locator names: who has only one of them finds the others unknown, and goes on from its own.
 */
const TIPS_MAX = 8

/** The tips of the best branches first, those that nobody has last among them; then the best chain's own. */
function locator({ blocks: { chain, chainSync } }: WithBlocks): readonly BlockHash[] {
  const tips: BlockHash[] = []
  const makers = new Set<string>()
  const branches = chain.branches().map((branch) => ({ branch, isWithheld: chainSync.isWithheld(branch.first.hash) }))
  for (const { branch } of branches.toSorted((a, b) => Number(a.isWithheld) - Number(b.isWithheld))) {
    if (tips.length >= TIPS_MAX) break
    if (makers.has(branch.first.proposer)) continue
    makers.add(branch.first.proposer)
    tips.push(branch.tip.hash)
  }
  return [...tips, ...chain.locator()].slice(0, LOCATOR_COUNT_MAX)
}

/** Whether the head that a peer claims is here, whichever way it came. */
function isProven({ blocks: { chain, chainSync } }: WithBlocks, peer: PeerId): boolean {
  const head = chainSync.headOf(peer)
  return head === undefined || chain.header(head.hash) !== undefined
}

export function onHeadersAnswer(
  machines: WithShared & WithPeers & WithBlocks,
  peer: PeerId,
  frames: readonly Uint8Array[],
  turn: Turn,
): void {
  const items = frames.length === 1 && frames[0] !== undefined ? splitHeaders(frames[0]) : null
  const headers = items === null ? null : readHeaders(machines, items)
  if (headers === null) {
    machines.blocks.chainSync.headersFailed(peer, turn.now.monoMs)
    penalise(machines, peer, 'invalid', 'malformed-headers', turn)
    return
  }
  machines.blocks.chainSync.headersTold(
    peer,
    headers.flatMap(({ hash }) => (machines.blocks.chain.status(hash) === 'header' ? [hash] : [])),
  )
  const fresh = headers.filter(
    (header) =>
      machines.blocks.chain.header(header.hash) === undefined &&
      timingOf(header, machines.shared.config.network, turn.now.wallMs).kind === 'due',
  )
  if (fresh.length === 0) {
    machines.blocks.chainSync.headersChecked(peer, 0, isProven(machines, peer), turn.now.monoMs)
    return
  }
  const checks = fresh.map(({ proposerKey, signedBytes, signature }) => ({
    publicKey: proposerKey,
    message: signedBytes,
    signature,
  }))
  verify(machines, { kind: 'headers', from: peer, headers: fresh }, checks, turn)
}

export function onHeadersVerified(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  job: HeadersJob,
  firstInvalid: number,
  turn: Turn,
): void {
  const sound = firstInvalid < 0 ? job.headers : job.headers.slice(0, firstInvalid)
  let fresh = 0
  let isFull = false
  for (const header of sound) {
    // An orphan here is a header that does not follow from what we asked for.
    if (machines.blocks.chain.status(header.parent) === undefined) break
    const provenance = { way: 'sync', from: job.from, messageId: null, bytes: header.bytes.byteLength } as const
    const outcome = acceptHeader(machines, header, provenance, turn)
    if (outcome.kind === 'added') {
      fresh++
      machines.blocks.chainSync.headersTold(job.from, [header.hash])
    }
    // It has what it says; that there is no room for it here is none of its doing.
    else if (outcome.kind === 'refused' && outcome.code === 'headers-full') isFull = true
  }
  if (isFull) machines.blocks.chainSync.headersDeferred(job.from, turn.now.monoMs)
  else machines.blocks.chainSync.headersChecked(job.from, fresh, isProven(machines, job.from), turn.now.monoMs)
  if (firstInvalid >= 0) penalise(machines, job.from, 'invalid', 'invalid-signature', turn)
  catchUp(machines, turn)
}

/** Null where one can't be read or breaks a rule that everybody can check: no honest node has such. */
function readHeaders(machines: WithShared & WithBlocks, items: readonly Uint8Array[]): SignedHeader[] | null {
  const headers: SignedHeader[] = []
  for (const bytes of items) {
    const decoded = decodeSignedHeader(bytes, machines.blocks.prefix)
    if (!decoded.ok || checkHeader(decoded.value, machines.shared.config.network, machines.shared.networkId) !== null)
      return null
    headers.push(decoded.value)
  }
  return headers
}

export function onBlocksAnswer(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  asked: Extract<Asked, { kind: 'blocks' }>,
  frames: readonly Uint8Array[],
  turn: Turn,
): void {
  const arrived = new Set<BlockHash>()
  const failed: BlockHash[] = []
  let isFalse = false
  for (const [at, hash] of asked.hashes.entries()) {
    const bytes = frames[at]
    if (bytes === undefined) break
    const decoded =
      bytes.byteLength === 0 ? null : decodeBlock(bytes, machines.blocks.prefix, machines.transactions.prefix)
    const isIts =
      decoded?.ok === true &&
      decoded.value.header.hash === hash &&
      checkBodyOf(decoded.value.header, decoded.value.transactions) === null
    if (!isIts) {
      failed.push(hash)
      // Not to have it is no offence; to send something else is (the block itself stays clean).
      if (decoded !== null) {
        isFalse = true
        penalise(machines, asked.peer, 'invalid', 'body-mismatch', turn)
      }
      continue
    }
    arrived.add(hash)
    bodyArrived(machines, underCheckedHeader(machines, decoded.value), asked.peer, turn)
  }
  const isSilent = arrived.size === 0 && (isFalse || failed.length === 0)
  const ended = { failed: arrived.size === 0 && failed.length === 0 ? asked.hashes : failed, isSilent }
  machines.blocks.chainSync.blocksEnded(asked.peer, asked.hashes, ended, turn.now.monoMs)
  catchUp(machines, turn)
}

export function onPartsAnswer(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks,
  asked: Extract<Asked, { kind: 'block-transactions' }>,
  frames: readonly Uint8Array[],
  turn: Turn,
): void {
  const { hash, peer } = asked
  const expected = machines.blocks.compact.expected(hash, peer)
  if (expected === null) return
  const answer = readObjectsAnswer(frames, expected, TRANSACTION_BYTES_MAX)
  if (answer === null) {
    if (frames.length > 0) penalise(machines, peer, 'invalid', 'malformed-answer', turn)
    rebuilt(machines, machines.blocks.compact.failed(hash, peer, turn.now.monoMs), turn)
    return
  }
  const found = new Map<number, Transaction>()
  for (const [{ index, shortId }, bytes] of answer.found) {
    const decoded = decodeTransaction(bytes, machines.transactions.prefix)
    if (decoded.ok && shortIdOf(decoded.value.hash) === shortId) found.set(index, decoded.value)
    else penalise(machines, peer, 'invalid', 'object-mismatch', turn)
  }
  rebuilt(machines, machines.blocks.compact.filled(hash, peer, found, turn.now.monoMs), turn)
  catchUp(machines, turn)
}

export function onChainRequest(
  machines: WithPeers & WithBlocks,
  request: JobNumber,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
  const asked = decodeChainRequest(bytes)
  if (asked === null) {
    turn.do({ kind: 'reply', request, frames: null })
    penalise(machines, from, 'invalid', 'malformed-request', turn)
    return
  }
  turn.do({ kind: 'serve-chain', request, asked, blockPrefix: machines.blocks.prefix })
}

/** A peer asks for blocks by their hashes: those of the last minute that are in memory. */
export function onBlocksByHashRequest(
  machines: WithBlocks,
  request: JobNumber,
  hashes: readonly BlockHash[],
  turn: Turn,
): void {
  const found = hashes.map((hash) => machines.blocks.bodies.bytesOf(hash) ?? null)
  turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(found)] })
}

/** Transactions of a block; one whose body is on its way here is waited for, since we have handed on its header. */
export function onPartsRequest(
  machines: WithBlocks,
  request: JobNumber,
  asked: Extract<ReturnType<typeof decodeObjectsRequest>, { kind: 'block-transactions' }>,
  turn: Turn,
): void {
  const parts = machines.blocks.bodies.partsOf(asked.block)
  if (parts !== undefined) {
    turn.do({ kind: 'reply', request, frames: [answerOf(parts, asked.shortIds)] })
    return
  }
  const waiting = machines.blocks.partsWanted.get(asked.block) ?? []
  const count = [...machines.blocks.partsWanted.values()].reduce((sum, list) => sum + list.length, 0)
  if (machines.blocks.chain.status(asked.block) !== 'header' || count >= PARTS_WANTED_MAX) {
    turn.do({ kind: 'reply', request, frames: null })
    return
  }
  waiting.push({ request, shortIds: asked.shortIds, sinceMs: turn.now.monoMs })
  machines.blocks.partsWanted.set(asked.block, waiting)
}

/** What has waited too long for a body is not answered: the asker turns to somebody else. */
export function giveUpParts(machines: WithBlocks, turn: Turn): void {
  for (const [hash, waiting] of machines.blocks.partsWanted) {
    const patient = waiting.filter(({ sinceMs }) => turn.now.monoMs - sinceMs < PARTS_WAIT_MS)
    for (const { request } of waiting)
      if (!patient.some((other) => other.request === request)) turn.do({ kind: 'reply', request, frames: null })
    if (patient.length === 0) machines.blocks.partsWanted.delete(hash)
    else machines.blocks.partsWanted.set(hash, patient)
  }
}
