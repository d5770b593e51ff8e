/** Where results of signature checks go: back to whoever asked for them. */
import { assertNever } from '../lib/assert.ts'
import type { JobNumber } from './shared/event.ts'
import { onBodyVerified } from './blocks/advance.ts'
import { onHeadersVerified } from './blocks/chain-requests.ts'
import type { Machines } from './machines.ts'
import { onHeaderVerified } from './blocks/on-blocks-message.ts'
import { onRepairVerified } from './repair/on-repair.ts'
import { onRecordsVerified, onRecordVerified } from './members/on-records.ts'
import { onSubmission, onSubmissionVerified } from './transactions/on-submission.ts'
import { onMessageVerified, onTransactionsMessage } from './transactions/on-transactions-message.ts'
import type { Turn } from './shared/turn.ts'

export function onVerified(
  machines: Machines,
  number: JobNumber,
  firstInvalid: number,
  keyInvalid: boolean,
  turn: Turn,
): void {
  const job = machines.shared.jobs.get(number)
  if (job === undefined) return
  machines.shared.jobs.delete(number)
  switch (job.kind) {
    case 'gossip':
      for (const transaction of job.unverified) machines.transactions.inFlight.delete(transaction.hash)
      onMessageVerified(machines, job, firstInvalid, keyInvalid, turn)
      break
    case 'submission':
      for (const { transaction } of job.fresh) machines.transactions.inFlight.delete(transaction.hash)
      onSubmissionVerified(machines, job, firstInvalid, keyInvalid, turn)
      break
    case 'repair':
      for (const transaction of job.unverified) machines.transactions.inFlight.delete(transaction.hash)
      onRepairVerified(machines, job, firstInvalid, turn)
      break
    case 'header':
      onHeaderVerified(machines, job, firstInvalid < 0, turn)
      return
    case 'headers':
      onHeadersVerified(machines, job, firstInvalid, turn)
      return
    case 'record':
      onRecordVerified(machines, job, firstInvalid < 0, turn)
      return
    case 'records':
      onRecordsVerified(machines, job, firstInvalid, turn)
      return
    case 'body':
      onBodyVerified(machines, number, firstInvalid, turn)
      return
    default:
      assertNever(job)
  }
  for (const message of job.deferred) onTransactionsMessage(machines, message, turn)
  const waiting = machines.transactions.deferredSubmissions.get(number) ?? []
  machines.transactions.deferredSubmissions.delete(number)
  for (const { submission, items } of waiting) onSubmission(machines, submission, items, turn)
}
