/** A token bucket: `perSecond` tokens arrive steadily, at most `burst` are kept. Time is an argument. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #updatedMs: number

  constructor(options: { perSecond: number; burst: number; nowMs: number }) {
    this.#perMs = options.perSecond / 1_000
    this.#burst = options.burst
    this.#tokens = options.burst
    this.#updatedMs = options.nowMs
  }

  /** Takes `count` tokens if they are there; otherwise takes none and says no. */
  take(count: number, nowMs: number): boolean {
    this.#refill(nowMs)
    if (this.#tokens < count) return false
    this.#tokens -= count
    return true
  }

  /** Puts back what was taken for nothing; more than `burst` are not kept. */
  giveBack(count: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + count)
  }

  /**
   * Takes `count` tokens, into debt if need be, and returns how long the debt takes to pay off, in milliseconds (0:
   * none).
   */
  spend(count: number, nowMs: number): number {
    this.#refill(nowMs)
    this.#tokens -= count
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }

  #refill(nowMs: number): void {
    const elapsed = Math.max(0, nowMs - this.#updatedMs)
    this.#updatedMs = Math.max(this.#updatedMs, nowMs)
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#perMs)
  }
}
