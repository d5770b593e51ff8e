/**
 * Which transactions are traced when there are more than a trace is good for: a share that halves while they are too
 * many and doubles when they are few again. Chosen by the id, so that all nodes under one load choose the same ones,
 * and what is traced is traced everywhere. Counters count all; only records and events are sampled.
 *
 * Invariant: of one second at most TRACED_PER_SECOND_MAX are taken at each share, so that a burst ends at the smallest
 * share soon.
 */
import { SHARE_HALVINGS_MAX, TRACED_PER_SECOND_MAX } from './sampling-limits.ts'

const WINDOW_MS = 1_000
/** Digits of the id that decide: a share down to one in 2^32. */
const DIGITS = 8

export class Sampling {
  #halvings = 0
  #taken = 0
  #windowStartMs = Number.NEGATIVE_INFINITY

  /** One in how many is traced now. */
  get oneIn(): number {
    return 2 ** this.#halvings
  }

  /** Whether an object that is seen for the first time is traced. @param id hex digits, as even as a hash */
  takes(id: string, monoMs: number): boolean {
    if (monoMs - this.#windowStartMs >= WINDOW_MS) this.#open(monoMs)
    if (this.#halvings > 0 && Number.parseInt(id.slice(0, DIGITS), 16) >= 2 ** (4 * DIGITS - this.#halvings))
      return false
    if (++this.#taken > TRACED_PER_SECOND_MAX && this.#halvings < SHARE_HALVINGS_MAX) {
      this.#halvings++
      this.#taken = 0
    }
    return true
  }

  #open(monoMs: number): void {
    // Half of the bound would be reached again at once; a quarter leaves room.
    if (this.#taken < TRACED_PER_SECOND_MAX / 4 && this.#halvings > 0) this.#halvings--
    this.#taken = 0
    this.#windowStartMs = monoMs
  }
}
