/** Ends a stream that has been quiet for a while, or when the user stops the command. */
export class QuietEnd {
  readonly #ending = new AbortController()
  readonly #quietMs: number | null
  #timer: NodeJS.Timeout | undefined

  /** @param quietMs null: never by itself */
  constructor(quietMs: number | null, stop: AbortSignal) {
    this.#quietMs = quietMs
    stop.addEventListener('abort', () => this.end(), { once: true })
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** Something came: the quiet begins anew. */
  heard(): void {
    clearTimeout(this.#timer)
    if (this.#quietMs !== null) this.#timer = setTimeout(() => this.end(), this.#quietMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#ending.abort()
  }
}
