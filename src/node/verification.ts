/**
 * Signature checks on the event loop, in slices, so that the loop is never held for longer than one slice. Jobs are done in their order; a
 * job ends at its first invalid signature.
 */
import type { JobNumber } from '../kernel/event.ts'
import type { SignatureCheck, SignatureVerifier } from '../ports/signature-verifier.ts'
import { VERIFY_SLICE } from './limits.ts'

export interface VerificationResult {
  readonly job: JobNumber
  readonly firstInvalid: number
  readonly keyInvalid: boolean
}

interface Job {
  readonly job: JobNumber
  readonly checks: readonly SignatureCheck[]
  next: number
}

export class Verification {
  readonly #verifier: SignatureVerifier
  readonly #soon: (callback: () => void) => void
  readonly #done: (result: VerificationResult) => void
  readonly #jobs: Job[] = []
  #scheduled = false

  constructor(options: {
    verifier: SignatureVerifier
    soon: (callback: () => void) => void
    done: (result: VerificationResult) => void
  }) {
    this.#verifier = options.verifier
    this.#soon = options.soon
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
    this.#jobs.push({ job, checks, next: 0 })
    if (this.#jobs.length === 1 && !this.#scheduled) this.#slice()
  }

  #slice(): void {
    const current = this.#jobs[0]
    if (current === undefined) return
    const slice = current.checks.slice(current.next, current.next + VERIFY_SLICE)
    const invalid = this.#verifier.firstInvalid(slice)
    const check = slice[invalid]
    if (check !== undefined) {
      this.#finish({
        job: current.job,
        firstInvalid: current.next + invalid,
        keyInvalid: !this.#verifier.isValidKey(check.publicKey),
      })
    } else {
      current.next += slice.length
      if (current.next >= current.checks.length) this.#finish({ job: current.job, firstInvalid: -1, keyInvalid: false })
    }
    if (this.#jobs.length > 0 && !this.#scheduled) {
      this.#scheduled = true
      this.#soon(() => {
        this.#scheduled = false
        this.#slice()
      })
    }
  }

  #finish(result: VerificationResult): void {
    this.#jobs.shift()
    this.#done(result)
  }
}
