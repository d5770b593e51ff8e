/**
 * Repair: what gossip missed is found by comparing sets and fetched from whoever has it. Everything fetched passes the
 * same admission as gossip; it is not published again, since everybody compares.
 */
import type { WithRepair } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import { encodeObjectsAnswer, encodeObjectsRequest, readObjectsAnswer } from '../../domain/codec/objects-codec.ts'
import { decodeTransaction, TRANSACTION_BYTES_MAX } from '../../domain/codec/transaction-codec.ts'
import { asTxId, type AccountId, type PeerId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'
import { REJECTS, type RejectCode } from '../../domain/reject.ts'
import { assertNever } from '../../lib/assert.ts'
import type { RepairDecision } from '../../sync/repair.ts'
import { admit } from '../transactions/admit.ts'
import type { Asked } from '../shared/asked.ts'
import { verifyTransactions } from '../transactions/verify-transactions.ts'
import type { FetchAnswer, RepairJob } from '../shared/jobs.ts'
import { ask } from '../shared/ask.ts'
import { penalise } from '../peers/penalise.ts'
import { keyOf, knownAt } from '../transactions/pool-set.ts'
import { triage, type Runs } from '../transactions/triage.ts'
import type { Turn } from '../shared/turn.ts'

/** How long messages wait at this node before they are judged: the last one's wait, less the time since. */
function behindMs({ transactions: { backlog } }: WithTransactions, monoMs: number): number {
  return Math.max(0, backlog.waitedMs - (monoMs - backlog.monoMs))
}

/** What is due: comparisons, fetches and offers. */
export function tendRepair(machines: WithShared & WithPeers & WithTransactions & WithRepair, turn: Turn): void {
  const { wallMs, monoMs } = turn.now
  for (const { tree } of Object.values(machines.repair.sets)) tree.tend(wallMs)
  decide(machines, machines.repair.comparisons.due(turn.now, behindMs(machines, monoMs)), turn)
  for (const { peer, keys } of machines.transactions.offers.due(monoMs)) {
    decide(machines, [machines.repair.comparisons.offer(peer, 'transactions', keys, monoMs)], turn)
  }
  machines.repair.heldBack.expire(monoMs)
  fetchDue(machines, turn)
}

export function onReconcileAnswer(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  request: number,
  frames: readonly Uint8Array[] | null,
  turn: Turn,
): void {
  decide(
    machines,
    frames === null
      ? machines.repair.comparisons.failed(request)
      : machines.repair.comparisons.answered(request, frames, turn.now),
    turn,
  )
  fetchDue(machines, turn)
}

export function onReconcileRequest(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  request: number,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
  const { monoMs } = turn.now
  const isDone = (set: string, key: ItemKey): boolean =>
    (set === 'transactions' ? machines.transactions.set.wanted : machines.repair.sets.records.wanted).isDone(
      key,
      monoMs,
    )
  const served = machines.repair.server.serve(from, bytes, monoMs, isDone)
  if (served.kind === 'violation') {
    turn.do({ kind: 'reply', request, frames: null })
    penalise(machines, from, 'invalid', `reconcile-${served.code}`, turn)
    return
  }
  turn.do({ kind: 'reply', request, frames: served.frames })
  if (served.kind === 'compared') {
    machines.repair.comparisons.served(from, served.set)
    if (served.set === 'transactions' && served.equalUpTo !== null) {
      machines.transactions.offers.compared(from, monoMs, served.equalUpTo, new Set())
    }
  } else if (served.kind === 'offered' && served.set === 'transactions') {
    for (const key of served.known) machines.transactions.offers.known(from, key)
    for (const key of served.lacking) machines.transactions.set.wanted.held(from, key, monoMs)
    fetchDue(machines, turn)
  } else if (served.kind === 'offered') {
    for (const key of served.lacking) machines.repair.sets.records.wanted.held(from, key, monoMs)
    fetchDue(machines, turn)
  }
}

/** A peer asks for transactions by their names. */
export function onKeysRequest(
  machines: WithTransactions,
  request: number,
  from: PeerId,
  keys: readonly ItemKey[],
  turn: Turn,
): void {
  const objects = keys.map((key) => {
    const found = machines.transactions.set.tree.idOf(key)
    if (found === null) return null
    const id = asTxId(found)
    const entry = machines.transactions.pool.get(id)
    knownAt(machines, from, id)
    return entry?.transaction.bytes ?? null
  })
  turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(objects)] })
}

/** Bodies came, or did not. */
export function onObjectsAnswer(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  asked: Extract<Asked, { kind: 'transactions' }>,
  frames: readonly Uint8Array[] | null,
  turn: Turn,
): void {
  const { peer, fetch, keys } = asked
  const answer = frames === null ? null : readObjectsAnswer(frames, keys, TRANSACTION_BYTES_MAX)
  if (answer === null) {
    machines.transactions.set.wanted.failed(fetch)
    if (frames !== null) penalise(machines, peer, 'invalid', 'malformed-answer', turn)
    fetchDue(machines, turn)
    return
  }
  const items: Uint8Array[] = []
  for (const [key, bytes] of answer.found) {
    const decoded = decodeTransaction(bytes, machines.transactions.prefix)
    const isIts = decoded.ok && keyOf(decoded.value) === key
    // Whoever sends something else than what was asked for under a name is lying about the name (A23).
    if (isIts) items.push(bytes)
    else penalise(machines, peer, 'invalid', 'object-mismatch', turn)
  }
  take(machines, peer, items, { fetch, unanswered: answer.unanswered }, turn)
}

/**
 * Judges fetched transactions one by one: here an unwelcome one says nothing about the others. The answer that brought
 * them is over when their signatures are checked: until then nobody else is asked for them, and what it brought forged
 * is asked of the next holder. A key doesn't cover the signature, so that a forgery must not speak for the honest
 * transaction under the same name (A12).
 */
function take(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  from: PeerId,
  items: readonly Uint8Array[],
  answer: FetchAnswer | null,
  turn: Turn,
): void {
  const runs: Runs = new Map()
  const fresh = []
  const unverified = []
  for (const bytes of items) {
    const look = triage(machines, bytes, runs, turn.now)
    switch (look.kind) {
      case 'fresh':
        fresh.push(look.transaction)
        if (!look.verified) unverified.push(look.transaction)
        break
      case 'refused':
        refuse(machines, from, bytes, look.code, turn)
        break
      case 'invalid':
        machines.transactions.seen.judgedInvalid(look.hash, look.code, turn.now.monoMs)
        refuse(machines, from, bytes, look.code, turn)
        break
      case 'known':
      case 'in-flight':
        settle(machines, bytes)
        break
      default:
        assertNever(look)
    }
  }
  const job: RepairJob = { kind: 'repair', from, answer, fresh, unverified, deferred: [] }
  if (unverified.length === 0) {
    onRepairVerified(machines, job, -1, turn)
    return
  }
  verifyTransactions(machines, job, unverified, turn)
}

/**
 * Signatures of fetched transactions were checked. One forged ends the answer: what is behind it is fetched from
 * others.
 */
export function onRepairVerified(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  job: RepairJob,
  firstInvalid: number,
  turn: Turn,
): void {
  const forged = job.unverified[firstInvalid]
  const sound = forged === undefined ? job.fresh : job.fresh.slice(0, job.fresh.indexOf(forged))
  const admitted = new Set<AccountId>()
  for (const transaction of sound) {
    const provenance = { way: 'repair', from: job.from, messageId: null, waitedMs: 0 } as const
    const admission = admit(machines, transaction, provenance, turn)
    if (admission.kind === 'admitted') admitted.add(transaction.sender)
    else if (admission.code !== 'known') refuse(machines, job.from, transaction.bytes, admission.code, turn)
  }
  if (forged !== undefined) {
    machines.transactions.seen.judgedInvalid(forged.hash, 'invalid-signature', turn.now.monoMs)
    refuse(machines, job.from, forged.bytes, 'invalid-signature', turn)
  }
  if (job.answer !== null) machines.transactions.set.wanted.answered(job.answer.fetch, job.answer.unanswered)
  if (admitted.size > 0) retryHeldBack(machines, admitted, turn)
  fetchDue(machines, turn)
}

/** What this is a copy of is here already, or is being checked. */
function settle(machines: WithTransactions, bytes: Uint8Array): void {
  const decoded = decodeTransaction(bytes, machines.transactions.prefix)
  if (decoded.ok) machines.transactions.set.wanted.received(keyOf(decoded.value))
}

/** What came ahead of its turn is looked at again, now that something of its sender has come in. */
function retryHeldBack(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  senders: ReadonlySet<AccountId>,
  turn: Turn,
): void {
  const gapMax = BigInt(machines.transactions.pool.limits.nonceGapMax)
  const ready = machines.repair.heldBack.takeReady(
    senders,
    (sender) => machines.transactions.pool.nextNonce(sender, machines.transactions.accountOf(sender)) + gapMax,
  )
  for (const peer of new Set(ready.map(({ from }) => from)))
    take(
      machines,
      peer,
      ready.flatMap(({ from, bytes }) => (from === peer ? [bytes] : [])),
      null,
      turn,
    )
}

function refuse(
  machines: WithPeers & WithTransactions & WithRepair,
  from: PeerId,
  bytes: Uint8Array,
  code: RejectCode,
  turn: Turn,
): void {
  const decoded = decodeTransaction(bytes, machines.transactions.prefix)
  const { verdict, offence, isPassing } = REJECTS[code]
  const id = decoded.ok ? decoded.value.id : ''
  if (decoded.ok) {
    const key = keyOf(decoded.value)
    const { sender, nonce } = decoded.value
    const item = { bytes, from, sender, nonce, sinceMs: turn.now.monoMs }
    if (code === 'nonce-gap' && machines.repair.heldBack.add(key, item)) {
      machines.transactions.set.wanted.received(key)
      return
    }
    if (isPassing) machines.transactions.set.wanted.received(key)
    else if (code !== 'invalid-signature') machines.transactions.set.wanted.done(key, turn.now.monoMs)
  }
  turn.note({
    kind: 'transaction-refused',
    id,
    from,
    messageId: null,
    bytes: bytes.byteLength,
    code,
    verdict: verdict === 'reject' ? 'reject' : 'ignore',
  })
  // What the ledger refuses costs nothing here: we asked for it, and the peer may be a block behind or ahead.
  if (offence === 'invalid') penalise(machines, from, offence, code, turn)
}

function fetchDue(machines: WithShared & WithTransactions & WithRepair, turn: Turn): void {
  for (const { fetch, peer, keys } of machines.transactions.set.wanted.due(turn.now.monoMs).fetches) {
    const bytes = encodeObjectsRequest({ kind: 'transactions-by-key', keys })
    ask(machines, { kind: 'transactions', peer, fetch, keys }, bytes, turn, fetch)
  }
  for (const { fetch, peer, keys } of machines.repair.sets.records.wanted.due(turn.now.monoMs).fetches) {
    const bytes = encodeObjectsRequest({ kind: 'records-by-key', keys })
    ask(machines, { kind: 'records', peer, fetch, keys }, bytes, turn, fetch)
  }
}

function decide(
  machines: WithShared & WithPeers & WithTransactions & WithRepair,
  decisions: readonly RepairDecision[],
  turn: Turn,
): void {
  for (const decision of decisions) {
    switch (decision.kind) {
      case 'ask':
        ask(machines, { kind: 'reconcile', peer: decision.peer }, decision.bytes, turn, decision.request)
        break
      case 'compared':
        onCompared(machines, decision, turn)
        break
      case 'known-at':
        if (decision.set === 'transactions')
          for (const key of decision.keys) machines.transactions.offers.known(decision.peer, key)
        break
      case 'violation':
        penalise(machines, decision.peer, 'invalid', `reconcile-${decision.code}`, turn)
        break
      case 'gave-up':
        break
      default:
        assertNever(decision)
    }
  }
}

function onCompared(
  machines: WithTransactions & WithRepair,
  done: Extract<RepairDecision, { kind: 'compared' }>,
  turn: Turn,
): void {
  const { peer, set, need, have, rounds, bytes } = done
  turn.note({ kind: 'sets-compared', peer, set, need: need.length, have: have.length, rounds, bytes })
  if (set === 'records') {
    for (const key of need) machines.repair.sets.records.wanted.held(peer, key, turn.now.monoMs)
    return
  }
  for (const key of need) machines.transactions.set.wanted.held(peer, key, turn.now.monoMs)
  if (done.complete) machines.transactions.offers.compared(peer, done.startedMs, done.upTo, new Set(have))
}
