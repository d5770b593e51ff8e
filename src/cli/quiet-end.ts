/** Ends a stream that has been quiet for a while or has lasted long enough, or when the user stops the command. */
export class QuietEnd {
  readonly #ending = new AbortController()
  readonly #quietMs: number
  readonly #longest: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param bounds null: never by itself */
  constructor(bounds: { readonly quietMs: number; readonly totalMs: number } | null, stop: AbortSignal) {
    this.#quietMs = bounds?.quietMs ?? Number.POSITIVE_INFINITY
    this.#longest = bounds === null ? undefined : setTimeout(() => this.end(), bounds.totalMs)
    stop.addEventListener('abort', () => this.end(), { once: true })
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  /** Something came: the quiet begins anew. */
  heard(): void {
    clearTimeout(this.#timer)
    if (Number.isFinite(this.#quietMs)) this.#timer = setTimeout(() => this.end(), this.#quietMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#longest)
    this.#ending.abort()
  }
}
