/**
 * Signed transactions from this node's user. Nothing is said to be accepted before it is on the disk (ARCHITECTURE.md
 * D10), and nothing is published before it is accepted: what a user was promised survives a crash, and what others saw
 * was promised.
 */
import type { WithTransactions } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { REJECTS } from '../../domain/reject.ts'
import type { TxId } from '../../domain/ids.ts'
import type { Now } from '../../domain/time.ts'
import type { TransactionState } from '../../domain/views.ts'
import type { SubmitResult } from '../../ports/control.ts'
import { DEFERRED_MAX } from '../../relay/limits.ts'
import { admit } from './admit.ts'
import type { Provenance } from '../shared/fact.ts'
import { verifyTransactions } from './verify-transactions.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Placed, SubmissionJob, WriteJob } from '../shared/jobs.ts'
import { deletePoolRecord, putPoolRecord } from './pool-record.ts'
import { followOwn, left } from './pool-set.ts'
import { enqueue } from './publish.ts'
import { triage, type Runs } from './triage.ts'
import type { Turn } from '../shared/turn.ts'

export function onSubmission(
  machines: WithShared & WithPeers & WithTransactions,
  submission: JobNumber,
  items: readonly Uint8Array[],
  turn: Turn,
): void {
  if (machines.shared.twin.givesWay(turn.now.monoMs)) {
    // What this node promises to send, nobody may ever get: its peers take it for the other one.
    const refused = items.map((bytes) => refusal(null, bytes.byteLength, 'identity-shared', turn))
    turn.do({ kind: 'answer-submission', submission, results: refused })
    return
  }
  const results: (SubmitResult | null)[] = []
  const fresh: Placed[] = []
  const sound: Placed[] = []
  const unsaved: TxId[] = []
  const runs: Runs = new Map()
  const looks = items.map((bytes) => ({ bytes, look: triage(machines, bytes, runs, turn.now) }))
  if (looks.some(({ look }) => look.kind === 'in-flight' && waitFor(machines, look.job, { submission, items }))) return
  looks.forEach(({ bytes, look }, index) => {
    results.push(null)
    switch (look.kind) {
      case 'fresh':
        if (look.verified) sound.push({ transaction: look.transaction, index })
        else fresh.push({ transaction: look.transaction, index })
        return
      case 'known':
        results[index] = known(machines, look.id, unsaved, turn.now)
        return
      case 'in-flight':
        // Too many wait for it already.
        results[index] = refusal(null, bytes.byteLength, 'overloaded', turn)
        return
      case 'invalid':
        results[index] = refusal(look.id, bytes.byteLength, look.code, turn)
        return
      case 'refused':
        results[index] =
          look.code === 'known' || look.code === 'known-other-signature'
            ? known(machines, look.id, unsaved, turn.now)
            : refusal(look.id, bytes.byteLength, look.code, turn)
    }
  })
  verifyFresh(machines, { kind: 'submission', submission, fresh, sound, results, unsaved, deferred: [] }, turn)
}

/**
 * Lets a call wait while another message brings one of its transactions: then it is known, and knowing it is success.
 */
function waitFor(
  { transactions: { deferredSubmissions } }: WithTransactions,
  job: JobNumber,
  call: { readonly submission: JobNumber; readonly items: readonly Uint8Array[] },
): boolean {
  const waiting = deferredSubmissions.get(job) ?? []
  if (waiting.length >= DEFERRED_MAX) return false
  deferredSubmissions.set(job, [...waiting, call])
  return true
}

/**
 * Some signatures of a submission were checked. An invalid one fails alone: the others of the call are looked at for
 * themselves.
 */
export function onSubmissionVerified(
  machines: WithShared & WithPeers & WithTransactions,
  job: SubmissionJob,
  firstInvalid: number,
  keyInvalid: boolean,
  turn: Turn,
): void {
  if (firstInvalid < 0) {
    verifyFresh(machines, { ...job, fresh: [], sound: [...job.sound, ...job.fresh], deferred: [] }, turn)
    return
  }
  const forged = job.fresh[firstInvalid]
  if (forged !== undefined) {
    const code = keyInvalid ? 'invalid-key' : 'invalid-signature'
    machines.transactions.seen.judgedInvalid(forged.transaction.hash, code, turn.now.monoMs)
    job.results[forged.index] = refusal(forged.transaction.id, forged.transaction.bytes.byteLength, code, turn)
  }
  const sound = [...job.sound, ...job.fresh.slice(0, firstInvalid)]
  verifyFresh(machines, { ...job, fresh: job.fresh.slice(firstInvalid + 1), sound, deferred: [] }, turn)
}

function verifyFresh(machines: WithShared & WithPeers & WithTransactions, job: SubmissionJob, turn: Turn): void {
  if (job.fresh.length === 0) {
    settle(machines, job, turn)
    return
  }
  verifyTransactions(
    machines,
    job,
    job.fresh.map(({ transaction }) => transaction),
    turn,
  )
}

const OWN: Provenance = { way: 'local', from: null, messageId: null, waitedMs: 0 }

/** All signatures are known: admit, then wait for the disk. */
function settle(machines: WithShared & WithPeers & WithTransactions, job: SubmissionJob, turn: Turn): void {
  const admitted: TxId[] = []
  // Also what came another way while its signature was checked: its user is told so only when it is on the disk.
  const unsaved = [...job.unsaved]
  for (const { transaction, index } of job.sound.toSorted((a, b) => a.index - b.index)) {
    const admission = admit(machines, transaction, OWN, turn)
    if (admission.kind === 'admitted') {
      admitted.push(transaction.id)
      job.results[index] = { kind: 'accepted', id: transaction.id, state: admission.state }
    } else if (admission.code === 'known' || admission.code === 'known-other-signature') {
      job.results[index] = known(machines, transaction.id, unsaved, turn.now)
    } else {
      job.results[index] = refusal(transaction.id, transaction.bytes.byteLength, admission.code, turn)
    }
  }
  const results = job.results.map(
    (result) => result ?? { kind: 'rejected' as const, code: 'overloaded' as const, id: null },
  )
  const ids = [...admitted, ...unsaved]
  if (ids.length === 0) {
    turn.do({ kind: 'answer-submission', submission: job.submission, results })
    return
  }
  const write = machines.shared.nextJob()
  machines.transactions.writes.set(write, { submission: job.submission, results, admitted, known: unsaved })
  const writes = ids.flatMap((id) => {
    const entry = machines.transactions.pool.get(id)
    return entry === undefined ? [] : [putPoolRecord(entry.transaction, true)]
  })
  turn.do({ kind: 'write', job: write, writes, durable: true })
}

/** The disk has spoken: only now is a transaction accepted, or taken back. */
export function onSubmissionWritten(machines: WithTransactions, write: WriteJob, ok: boolean, turn: Turn): void {
  if (!ok) {
    for (const id of write.admitted) {
      if (machines.transactions.pool.remove(id) === undefined) continue
      left(machines, id, false, turn.now.monoMs)
      turn.writeLazily(deletePoolRecord(id))
      turn.note({ kind: 'transaction-removed', id, why: 'invalidated', by: null })
    }
    const lost = new Set<string>([...write.admitted, ...write.known])
    const results = write.results.map((result) =>
      result.kind !== 'rejected' && lost.has(result.id)
        ? { kind: 'rejected' as const, code: 'storage-failed' as const, id: result.id }
        : result,
    )
    turn.do({ kind: 'answer-submission', submission: write.submission, results })
    return
  }
  for (const id of [...write.admitted, ...write.known]) {
    machines.transactions.pool.markDurable(id)
    machines.transactions.pool.markLocal(id)
    followOwn(machines, id, turn.now.monoMs)
  }
  turn.do({ kind: 'answer-submission', submission: write.submission, results: write.results })
  enqueue(
    machines,
    write.admitted.flatMap((id) => {
      const entry = machines.transactions.pool.get(id)
      return entry === undefined ? [] : [{ id, bytes: entry.transaction.bytes, own: true }]
    }),
    turn,
  )
}

/**
 * From now on it is our user's as well: it may not be evicted while the disk is written, and comes back as theirs where
 * a block that has it is undone.
 */
function known(machines: WithTransactions, id: TxId, unsaved: TxId[], now: Now): SubmitResult {
  const entry = machines.transactions.pool.get(id)
  if (entry === undefined) {
    if (machines.transactions.seen.departure(id, now.monoMs)?.why === 'in-block')
      machines.transactions.ownIncluded.set(id, true, now.monoMs)
  } else if (!(entry.durable && entry.local)) {
    machines.transactions.pool.markLocal(id)
    unsaved.push(id)
  }
  return { kind: 'known', id, state: stateOf(machines, id, now) }
}

/** What became of a transaction, as users are told. */
export function stateOf(machines: WithTransactions, id: TxId, now: Now): TransactionState {
  const entry = machines.transactions.pool.get(id)
  if (entry !== undefined) return entry.state
  return machines.transactions.seen.departure(id, now.monoMs)?.why ?? 'pending'
}

function refusal(id: TxId | null, bytes: number, code: keyof typeof REJECTS, turn: Turn): SubmitResult {
  turn.note({
    kind: 'transaction-refused',
    id: id ?? '',
    from: null,
    messageId: null,
    bytes,
    code,
    verdict: REJECTS[code].verdict === 'reject' ? 'reject' : 'ignore',
  })
  return { kind: 'rejected', code, id }
}
