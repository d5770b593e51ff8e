/**
 * How often something happened of late, and with whom last: the count begins anew when it has not happened for a while.
 */
export class Recent {
  readonly #shownMs: number
  #times = 0
  #last = ''
  #lastMs = Number.NEGATIVE_INFINITY

  /** @param shownMs how long one shows */
  constructor(shownMs: number) {
    this.#shownMs = shownMs
  }

  /** It happened, with this subject. */
  saw(subject: string, monoMs: number): void {
    if (monoMs - this.#lastMs >= this.#shownMs) this.#times = 0
    this.#times++
    this.#last = subject
    this.#lastMs = monoMs
  }

  /** Null when it did not happen lately. */
  lately(monoMs: number): { readonly times: number; readonly last: string } | null {
    return monoMs - this.#lastMs < this.#shownMs ? { times: this.#times, last: this.#last } : null
  }
}
