/**
 * How fast what waits is worked off, measured while something waits: bytes a millisecond. Time in which nothing waits
 * does not count. Memory: the last MEMORY_MS of work, of which the older half fades.
 */
export class WorkingRate {
  readonly #default: number
  readonly #memoryMs: number
  #bytes = 0
  #ms = 0
  /** What is being worked on, and since when; null while nothing waits behind it. */
  #current: { readonly bytes: number; readonly sinceMs: number } | null = null

  /** `otherwise`: what it is until something was measured. */
  constructor({ otherwise, memoryMs }: { readonly otherwise: number; readonly memoryMs: number }) {
    this.#default = otherwise
    this.#memoryMs = memoryMs
  }

  /** So many bytes are taken up; `more`: something waits behind them. */
  took(bytes: number, more: boolean, nowMs: number): void {
    if (this.#current !== null) {
      this.#bytes += this.#current.bytes
      this.#ms += nowMs - this.#current.sinceMs
      if (this.#ms > this.#memoryMs) {
        this.#bytes /= 2
        this.#ms /= 2
      }
    }
    this.#current = more ? { bytes, sinceMs: nowMs } : null
  }

  /** Bytes a ms. */
  get perMs(): number {
    // Of a hundredth of the memory nothing can be said.
    return this.#ms * 100 < this.#memoryMs ? this.#default : this.#bytes / this.#ms
  }
}
