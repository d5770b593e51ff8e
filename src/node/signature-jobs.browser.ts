/** What takes the place of signature-jobs.ts in a page (scripts/build.js): there is one thread. */
import type { Clock } from './clock.ts'
import type { Ports } from './ports.ts'
import { Verification, type SignatureJobs, type VerificationResult } from './verification.ts'

export function signatureJobs(
  { verifier }: Pick<Ports, 'verifier'>,
  clock: Clock,
  done: (result: VerificationResult, startedMonoMs: number) => void,
): SignatureJobs {
  return new Verification({
    verifier,
    soon: (callback) => clock.soon(callback),
    nowMonoMs: () => clock.now().monoMs,
    done,
  })
}
