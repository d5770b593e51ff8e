/**
 * A batch of transactions from gossip (PROTOCOL.md, Gossip).
 *
 * Rules. A message is accepted only when every item is newly admitted, its signature checked, or known by its TxHash.
 * One invalid item: reject, nothing admitted. Any other item: ignore, and the admitted ones leave again in a batch of
 * our own, in order. *Rationale*: what we accept is forwarded as it is, so we would be charged for whatever rides along
 * (attack A33). A message that holds nothing new is ignored: forwarding it again would let anybody make the network
 * repeat itself (attack A6).
 */
import type { WithTransactions } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { decodeBatch } from '../../domain/codec/transaction-codec.ts'
import { REJECTS, type RejectCode } from '../../domain/reject.ts'
import type { PeerId, TxHash } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { DEFERRED_MAX, JOBS_MAX } from '../../relay/limits.ts'
import { admit } from './admit.ts'
import { verifyTransactions } from './verify-transactions.ts'
import type { DeferredMessage, GossipJob } from '../shared/jobs.ts'
import { penalise } from '../peers/penalise.ts'
import { refuseMessage } from '../peers/refuse-message.ts'
import { judge, sizeOf, type Judged } from '../shared/judge.ts'
import { knownAt } from './pool-set.ts'
import { enqueue } from './publish.ts'
import { triage, type Runs, type Triage } from './triage.ts'
import type { Turn } from '../shared/turn.ts'

export function onTransactionsMessage(
  machines: WithShared & WithPeers & WithTransactions,
  message: DeferredMessage,
  turn: Turn,
): void {
  if (!machines.peers.offences.admitsPeer(message.from, turn.now.wallMs)) {
    judge('transactions', message, 'ignore', 0, turn, 'banned')
    return
  }
  machines.transactions.backlog = { waitedMs: message.waitedMs, monoMs: turn.now.monoMs }
  const batch = decodeBatch(message.bytes)
  if (!batch.ok) {
    refuseAll(machines, message, batch.code, message.messageId, 0, turn)
    return
  }
  const runs: Runs = new Map()
  const looks = batch.value.map((bytes) => triage(machines, bytes, runs, turn.now))
  for (const look of looks) {
    if (look.kind !== 'in-flight') continue
    defer(machines, message, look.job, looks.length, turn)
    return
  }
  for (const look of looks) {
    if (look.kind !== 'invalid') continue
    machines.transactions.seen.judgedInvalid(look.hash, look.code, turn.now.monoMs)
    refuseAll(machines, message, look.code, look.id ?? message.messageId, looks.length, turn)
    return
  }
  verifyFresh(machines, message, batch.value, looks, turn)
}

function verifyFresh(
  machines: WithShared & WithPeers & WithTransactions,
  message: DeferredMessage,
  items: readonly Uint8Array[],
  looks: readonly Triage[],
  turn: Turn,
): void {
  const fresh = new Map<TxHash, Transaction>()
  const unverified: Transaction[] = []
  let restKnown = true
  const refused: RejectCode[] = []
  for (let at = 0; at < looks.length; at++) {
    const look = looks[at] as Triage
    if (look.kind === 'fresh') {
      // Twice the same in one message is a free amplification: what comes in leaves apart from it.
      if (fresh.has(look.transaction.hash)) restKnown = false
      else if (!look.verified) unverified.push(look.transaction)
      fresh.set(look.transaction.hash, look.transaction)
    }
    if (look.kind === 'known') knownAt(machines, message.from, look.id)
    if (look.kind !== 'refused') continue
    restKnown = false
    refused.push(look.code)
    noteRefused(message, look.id, items[at]?.byteLength ?? 0, look.code, turn)
  }
  chargeOnce(machines, message.from, refused, turn)
  if (fresh.size === 0) {
    judge('transactions', message, 'ignore', looks.length, turn, 'nothing-new')
    return
  }
  if (machines.shared.jobs.size >= JOBS_MAX) {
    judge('transactions', message, 'ignore', looks.length, turn, 'full')
    return
  }
  const job: GossipJob = {
    kind: 'gossip',
    from: message.from,
    messageId: message.messageId,
    waitedMs: message.waitedMs,
    fresh: [...fresh.values()],
    unverified,
    items: looks.length,
    bytes: message.bytes.byteLength,
    restKnown,
    deferred: [],
  }
  if (unverified.length === 0) {
    onMessageVerified(machines, job, -1, false, turn)
    return
  }
  verifyTransactions(machines, job, unverified, turn)
}

/** The signatures of a message were checked: all of it, some of it or nothing comes in, and the verdict is given. */
export function onMessageVerified(
  machines: WithPeers & WithTransactions,
  job: GossipJob,
  firstInvalid: number,
  keyInvalid: boolean,
  turn: Turn,
): void {
  const forged = job.unverified[firstInvalid]
  if (forged !== undefined) {
    const code = keyInvalid ? 'invalid-key' : 'invalid-signature'
    machines.transactions.seen.judgedInvalid(forged.hash, code, turn.now.monoMs)
    refuseAll(machines, job, code, forged.id, job.items, turn)
    return
  }
  const admitted: Transaction[] = []
  let whole = job.restKnown
  const refused: RejectCode[] = []
  const provenance = { way: 'gossip', from: job.from, messageId: job.messageId, waitedMs: job.waitedMs } as const
  for (const transaction of job.fresh) {
    const admission = admit(machines, transaction, provenance, turn)
    if (admission.kind === 'admitted') {
      admitted.push(transaction)
    } else if (admission.code !== 'known') {
      whole = false
      refused.push(admission.code)
      noteRefused(job, transaction.id, transaction.bytes.byteLength, admission.code, turn)
    }
  }
  chargeOnce(machines, job.from, refused, turn)
  if (whole && admitted.length > 0) {
    judge('transactions', job, 'accept', job.items, turn)
    return
  }
  judge('transactions', job, 'ignore', job.items, turn, 'mixed')
  enqueue(
    machines,
    admitted.map(({ id, bytes }) => ({ id, bytes, own: false })),
    turn,
  )
}

function defer(machines: WithShared, message: DeferredMessage, job: number, items: number, turn: Turn): void {
  const running = machines.shared.jobs.get(job)
  if (
    (running?.kind === 'gossip' || running?.kind === 'submission' || running?.kind === 'repair') &&
    running.deferred.length < DEFERRED_MAX
  ) {
    running.deferred.push(message)
    return
  }
  judge('transactions', message, 'ignore', items, turn, 'full')
}

function refuseAll(
  machines: WithPeers,
  message: Judged,
  code: RejectCode,
  id: string,
  items: number,
  turn: Turn,
): void {
  turn.note({
    kind: 'transaction-refused',
    id,
    from: message.from,
    messageId: message.messageId,
    bytes: sizeOf(message),
    code,
    verdict: 'reject',
  })
  refuseMessage(machines, 'transactions', message, code, items, turn)
}

function noteRefused({ from, messageId }: Judged, id: string, bytes: number, code: RejectCode, turn: Turn): void {
  turn.note({ kind: 'transaction-refused', id, from, messageId, bytes, code, verdict: 'ignore' })
}

/**
 * What the ledger refuses counts by the message. *Rationale*: of an honest peer that is a block ahead or behind, a
 * whole batch is refused for one reason; by the object, one batch would cost a joiner its honest neighbours (attack
 * A33).
 */
function chargeOnce(machines: WithPeers, from: PeerId, refused: readonly RejectCode[], turn: Turn): void {
  const unpaid = refused.find((code) => REJECTS[code].offence === 'unpaid')
  if (unpaid !== undefined) penalise(machines, from, 'unpaid', unpaid, turn)
}
