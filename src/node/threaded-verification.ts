/**
 * Signature checks on other threads, where the verifier has some: the event loop is free meanwhile, and all processors
 * help. A job of few checks is done on the loop, at once: to hand it over costs as much. Results come in the order of
 * the jobs, whichever is done first, since what a peer sent first has to be judged first. So many jobs are under way at
 * once that no thread waits for the loop, and no more: what waits, waits in ingress, where it is bounded and has turns.
 *
 * What a thread spends is charged to whoever the loop worked for when the job began, and what follows from a result
 * runs for the same one.
 */
import type { JobNumber } from '../kernel/shared/event.ts'
import type { SignatureCheck, SignatureVerifier } from '../ports/signature-verifier.ts'
import { THREADED_CHECKS_MIN } from './limits.ts'
import type { SignatureJobs, VerificationResult } from './verification.ts'

/** Whom the loop works for, as the connections port says it. */
export interface Payers<Token> {
  current(): Token
  resume(token: Token): void
  spent(token: Token, ms: number): void
}

interface Job<Token> {
  readonly job: JobNumber
  readonly startedMonoMs: number
  readonly payer: Token
  result: VerificationResult | null
}

export class ThreadedVerification<Token> implements SignatureJobs {
  readonly #verifier: SignatureVerifier & Required<Pick<SignatureVerifier, 'firstInvalidElsewhere'>>
  readonly #payers: Payers<Token>
  readonly #nowMonoMs: () => number
  readonly #done: (result: VerificationResult, startedMonoMs: number) => void
  readonly #jobsMax: number
  readonly #jobs: Job<Token>[] = []
  #isDelivering = false

  constructor(options: {
    verifier: SignatureVerifier & Required<Pick<SignatureVerifier, 'firstInvalidElsewhere'>>
    payers: Payers<Token>
    nowMonoMs: () => number
    /** @param startedMonoMs when the job was given */
    done: (result: VerificationResult, startedMonoMs: number) => void
    /** How many jobs may be under way before ingress waits. */
    jobsMax: number
  }) {
    this.#verifier = options.verifier
    this.#payers = options.payers
    this.#nowMonoMs = options.nowMonoMs
    this.#done = options.done
    this.#jobsMax = options.jobsMax
  }

  get idle(): boolean {
    return this.#jobs.length < this.#jobsMax
  }

  get waiting(): number {
    return this.#jobs.length
  }

  start(number: JobNumber, checks: readonly SignatureCheck[]): void {
    const job: Job<Token> = {
      job: number,
      startedMonoMs: this.#nowMonoMs(),
      payer: this.#payers.current(),
      result: null,
    }
    this.#jobs.push(job)
    if (checks.length < THREADED_CHECKS_MIN) {
      job.result = this.#resultOf(number, checks, this.#verifier.firstInvalid(checks))
      this.#deliver()
      return
    }
    void this.#verifier.firstInvalidElsewhere(checks).then(({ firstInvalid, spentMs }) => {
      this.#payers.spent(job.payer, spentMs)
      job.result = this.#resultOf(number, checks, firstInvalid)
      this.#deliver()
    })
  }

  #resultOf(job: JobNumber, checks: readonly SignatureCheck[], firstInvalid: number): VerificationResult {
    const check = checks[firstInvalid]
    return { job, firstInvalid, keyInvalid: check !== undefined && !this.#verifier.isValidKey(check.publicKey) }
  }

  /** All results that are there, up to the first job that is not. */
  #deliver(): void {
    // What follows from a result may begin a job that is done at once: its turn comes after this one's.
    if (this.#isDelivering) return
    this.#isDelivering = true
    try {
      for (let job = this.#jobs[0]; job !== undefined && job.result !== null; job = this.#jobs[0]) {
        this.#jobs.shift()
        this.#payers.resume(job.payer)
        this.#done(job.result, job.startedMonoMs)
      }
    } finally {
      this.#isDelivering = false
    }
  }
}
