/** How many peers of other networks came of late: the count begins anew when none has come for a while. */
import { STRANGERS_SHOWN_MS } from './limits.ts'

export class Strangers {
  #count = 0
  #theirs = ''
  #lastMs = Number.NEGATIVE_INFINITY

  /** @param theirs what one says of its network */
  saw(theirs: string, monoMs: number): void {
    if (monoMs - this.#lastMs >= STRANGERS_SHOWN_MS) this.#count = 0
    this.#count++
    this.#theirs = theirs
    this.#lastMs = monoMs
  }

  /** Null when none came lately. */
  lately(monoMs: number): { readonly times: number; readonly theirs: string } | null {
    return monoMs - this.#lastMs < STRANGERS_SHOWN_MS ? { times: this.#count, theirs: this.#theirs } : null
  }
}
