/**
 * How surprising a member's silence is (φ accrual, Hayashibara et al. 2004, with the exponential model of Cassandra):
 * φ = t / (mean · ln 10), so that φ = 1 means that one silence in ten is as long, φ = 8 one in 10^8. Shown as a
 * confidence, never the reason of a verdict: it can't tell why a node is silent.
 */

/** Weight of the newest interval. */
const GAIN = 0.2

export class Phi {
  #meanMs: number
  #lastMs: number

  /** @param expectedMs the interval that is expected before any was seen */
  constructor(expectedMs: number, nowMs: number) {
    this.#meanMs = expectedMs
    this.#lastMs = nowMs
  }

  /** A sign of life came. */
  heard(nowMs: number): void {
    this.#meanMs += GAIN * (nowMs - this.#lastMs - this.#meanMs)
    this.#lastMs = nowMs
  }

  at(nowMs: number): number {
    return Math.max(0, nowMs - this.#lastMs) / (Math.max(1, this.#meanMs) * Math.LN10)
  }
}
