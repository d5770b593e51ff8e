/** Where a node's signatures are checked: on other threads where its verifier has some, else on the event loop. */
import { availableParallelism } from 'node:os'
import type { WorkToken } from '../ports/connections.ts'
import type { Clock } from './clock.ts'
import { THREADED_JOBS_MAX } from './limits.ts'
import type { Ports } from './ports.ts'
import { ThreadedVerification } from './threaded-verification.ts'
import { Verification, type SignatureJobs, type VerificationResult } from './verification.ts'

/** @param done told of each result, with the monotonic time at which the job was given, ms */
export function signatureJobs(
  { verifier, connections }: Pick<Ports, 'verifier' | 'connections'>,
  clock: Clock,
  done: (result: VerificationResult, startedMonoMs: number) => void,
): SignatureJobs {
  const nowMonoMs = (): number => clock.now().monoMs
  const { firstInvalidElsewhere } = verifier
  if (firstInvalidElsewhere === undefined)
    return new Verification({ verifier, soon: (callback) => clock.soon(callback), nowMonoMs, done })
  return new ThreadedVerification<WorkToken>({
    verifier: { ...verifier, firstInvalidElsewhere },
    payers: {
      current: () => connections.currentWork(),
      resume: (token) => connections.resumeWork(token),
      spent: (token, ms) => connections.spentElsewhere(token, ms),
    },
    nowMonoMs,
    done,
    jobsMax: Math.max(1, Math.min(THREADED_JOBS_MAX, availableParallelism() - 1)),
  })
}
