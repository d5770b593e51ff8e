/** Signatures to be checked: the one place where a job is noted down and leaves for the verifier. */
import type { SignatureCheck } from '../../ports/signature-verifier.ts'
import type { JobNumber } from './event.ts'
import type { Job } from './jobs.ts'
import type { WithShared } from './state.ts'
import type { Turn } from './turn.ts'

/** @returns the number that `signatures-verified` will carry */
export function verify(machines: WithShared, job: Job, checks: readonly SignatureCheck[], turn: Turn): JobNumber {
  const number = machines.shared.nextJob()
  machines.shared.jobs.set(number, job)
  turn.do({ kind: 'verify-signatures', job: number, checks })
  return number
}
