/**
 * Signature checks on the event loop, in slices, so that the loop is never held for longer than one slice. Jobs are
 * done in their order; a job ends at its first invalid signature. What follows from one that took several slices, the
 * admission of a whole batch, gets a turn of its own.
 */
import type { JobNumber } from '../kernel/shared/event.ts'
import type { SignatureCheck, SignatureVerifier } from '../ports/signature-verifier.ts'
import { VERIFY_SLICE } from './limits.ts'

export interface VerificationResult {
  readonly job: JobNumber
  readonly firstInvalid: number
  readonly keyInvalid: boolean
}

/** Signature checks on their way, in their order. */
export interface SignatureJobs {
  /** Whether another job may begin now. */
  readonly idle: boolean
  /** Jobs that have no result yet. */
  readonly waiting: number
  start(job: JobNumber, checks: readonly SignatureCheck[]): void
}

interface Job {
  readonly job: JobNumber
  readonly checks: readonly SignatureCheck[]
  readonly startedMonoMs: number
  next: number
}

export class Verification implements SignatureJobs {
  readonly #verifier: SignatureVerifier
  readonly #soon: (callback: () => void) => void
  readonly #nowMonoMs: () => number
  readonly #done: (result: VerificationResult, startedMonoMs: number) => void
  readonly #jobs: Job[] = []
  #scheduled = false

  constructor(options: {
    verifier: SignatureVerifier
    soon: (callback: () => void) => void
    nowMonoMs: () => number
    /** @param startedMonoMs when the job was given */
    done: (result: VerificationResult, startedMonoMs: number) => void
  }) {
    this.#verifier = options.verifier
    this.#soon = options.soon
    this.#nowMonoMs = options.nowMonoMs
    this.#done = options.done
  }

  get idle(): boolean {
    return this.#jobs.length === 0
  }

  get waiting(): number {
    return this.#jobs.length
  }

  /** Starts a job. One that fits into a slice is done at once when nothing waits before it. */
  start(job: JobNumber, checks: readonly SignatureCheck[]): void {
    this.#jobs.push({ job, checks, startedMonoMs: this.#nowMonoMs(), next: 0 })
    if (this.#jobs.length === 1 && !this.#scheduled) this.#slice()
  }

  #slice(): void {
    const current = this.#jobs[0]
    if (current === undefined) return
    const slice = current.checks.slice(current.next, current.next + VERIFY_SLICE)
    const invalid = this.#verifier.firstInvalid(slice)
    const check = slice[invalid]
    const { job } = current
    if (check !== undefined) {
      const firstInvalid = current.next + invalid
      this.#finish(current, { job, firstInvalid, keyInvalid: !this.#verifier.isValidKey(check.publicKey) })
    } else {
      current.next += slice.length
      if (current.next >= current.checks.length) this.#finish(current, { job, firstInvalid: -1, keyInvalid: false })
    }
    this.#next()
  }

  #finish(job: Job, result: VerificationResult): void {
    if (job.checks.length <= VERIFY_SLICE) {
      this.#end(job, result)
      return
    }
    this.#scheduled = true
    this.#soon(() => {
      this.#end(job, result)
      this.#scheduled = false
      this.#next()
    })
  }

  #end(job: Job, result: VerificationResult): void {
    this.#jobs.shift()
    this.#done(result, job.startedMonoMs)
  }

  /** Goes on in another turn of the loop, unless that is arranged or there is nothing to do. */
  #next(): void {
    if (this.#jobs.length === 0 || this.#scheduled) return
    this.#scheduled = true
    this.#soon(() => {
      this.#scheduled = false
      this.#slice()
    })
  }
}
