/**
 * Transactions whose signatures are to be checked: until they are, whoever else brings one of them waits for this job.
 */
import type { Transaction } from '../../domain/transaction.ts'
import type { DeferredMessage, Job } from '../shared/jobs.ts'
import type { WithShared } from '../shared/state.ts'
import type { Turn } from '../shared/turn.ts'
import { verify } from '../shared/verify.ts'
import { checkOf } from './check-of.ts'
import type { WithTransactions } from './state.ts'

/** Jobs that others may wait for. */
type WaitedFor = Extract<Job, { readonly deferred: DeferredMessage[] }>

export function verifyTransactions(
  machines: WithShared & WithTransactions,
  job: WaitedFor,
  unverified: readonly Transaction[],
  turn: Turn,
): void {
  const number = verify(machines, job, unverified.map(checkOf), turn)
  for (const { hash } of unverified) machines.transactions.inFlight.set(hash, number)
}
