/**
 * Slots for streams to one peer: as many tasks at once as both sides allow, the others wait their turn, too many are
 * refused.
 */

export class StreamSlots {
  readonly #slotsMax: number
  readonly #waitingMax: number
  readonly #waiting: ((entered: boolean) => void)[] = []
  #taken = 0

  constructor(options: { slotsMax: number; waitingMax: number }) {
    this.#slotsMax = options.slotsMax
    this.#waitingMax = options.waitingMax
  }

  get idle(): boolean {
    return this.#taken === 0 && this.#waiting.length === 0
  }

  /**
   * Resolves with true when a slot is free, which is then the caller's until `leave`; with false at once when too many
   * wait, and when `signal` aborts first.
   */
  async enter(signal: AbortSignal): Promise<boolean> {
    if (this.#taken < this.#slotsMax) {
      this.#taken++
      return true
    }
    if (this.#waiting.length >= this.#waitingMax) return false
    return new Promise((resolve) => {
      const settle = (entered: boolean): void => {
        signal.removeEventListener('abort', giveUp)
        resolve(entered)
      }
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(settle), 1)
        resolve(false)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(settle)
    })
  }

  /** Gives the slot to who has waited longest. */
  leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next(true)
  }
}
