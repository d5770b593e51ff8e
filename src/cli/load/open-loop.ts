/**
 * When an open loop sends: at the offered rate, whatever the answers. Pure; time is an argument.
 *
 * What is sent is fixed beforehand: every `BURST_MS` a burst of as many as the rate makes due in that time. Latencies
 * count from the burst's moment, also when the sender is late, so that a stall of the node or of the sender itself is
 * in the figures of all that waited for it (no coordinated omission).
 */

/**
 * One burst, ms: a hundred requests a second are cheap, and 10 ms are short beside anything that is measured in a
 * network.
 */
export const BURST_MS = 10

export interface Burst {
  /** When it is to be sent, ms after the start. */
  readonly atMs: number
  /** Number of its first transaction, from 0. */
  readonly first: number
  readonly count: number
}

export class OpenLoop {
  readonly total: number
  readonly #ratePerSecond: number
  readonly #bursts: number
  #next = 0

  constructor({ ratePerSecond, durationMs }: { readonly ratePerSecond: number; readonly durationMs: number }) {
    this.#ratePerSecond = ratePerSecond
    this.#bursts = Math.ceil(durationMs / BURST_MS)
    this.total = Math.floor((ratePerSecond * durationMs) / 1_000)
    this.#skipEmpty()
  }

  /** How many are due in all at `elapsedMs`. */
  dueAt(elapsedMs: number): number {
    if (elapsedMs < 0) return 0
    return this.#dueBefore(Math.floor(elapsedMs / BURST_MS) + 1)
  }

  /** The bursts that are due at `elapsedMs` and have not been taken, in order. */
  take(elapsedMs: number): Burst[] {
    const bursts: Burst[] = []
    while (this.#next < this.#bursts && this.#next * BURST_MS <= elapsedMs) {
      const first = this.#dueBefore(this.#next)
      bursts.push({ atMs: this.#next * BURST_MS, first, count: this.#dueBefore(this.#next + 1) - first })
      this.#next++
      this.#skipEmpty()
    }
    return bursts
  }

  /** When the next burst is due, ms after the start; null after the last. */
  nextAtMs(): number | null {
    return this.#next < this.#bursts ? this.#next * BURST_MS : null
  }

  #dueBefore(burst: number): number {
    return burst >= this.#bursts ? this.total : Math.floor((this.#ratePerSecond * burst * BURST_MS) / 1_000)
  }

  #skipEmpty(): void {
    while (this.#next < this.#bursts && this.#dueBefore(this.#next + 1) === this.#dueBefore(this.#next)) this.#next++
  }
}
