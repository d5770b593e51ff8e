/**
 * A few at a time: whoever comes when all places are taken waits for his turn. The bound on who waits is the caller's.
 */
export class Turns {
  readonly #max: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(max: number) {
    this.#max = max
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Runs the work when its turn has come; what it resolves or rejects with. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#max) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      // The place is handed on: nobody who comes now may take it from who waits.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
