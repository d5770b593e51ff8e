/**
 * When a dial may begin. A handshake costs both event loops some milliseconds, so a hundred that begin at once all end
 * late together, past every deadline, and are dialled again: first come, first served brings nearly all of them to
 * their end at once. A dial has its turn for DIAL_TURN_MS at most: addresses that do not answer hold up nobody for
 * long.
 *
 * Invariant: at most `atOnce` have their turn, and those that wait go in the order in which they came.
 */
import { DIALS_AT_ONCE, DIAL_TURN_MS } from './limits.ts'

export class DialTurns {
  readonly #atOnce: number
  readonly #turnMs: number
  /** Bounded by what the nodes of the process dial: each kernel has each address once. */
  readonly #waiting: (() => void)[] = []
  #active = 0

  constructor({ atOnce = DIALS_AT_ONCE, turnMs = DIAL_TURN_MS } = {}) {
    this.#atOnce = atOnce
    this.#turnMs = turnMs
  }

  /** Resolves when it is one's turn, with what ends it. */
  async take(): Promise<() => void> {
    if (this.#active < this.#atOnce) this.#active++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      // The place goes from hand to hand.
      const next = this.#waiting.shift()
      if (next === undefined) this.#active--
      else next()
    }
    const timer = setTimeout(end, this.#turnMs)
    timer.unref()
    return end
  }
}

/** The turns of this process: its nodes share one event loop. */
export const DIAL_TURNS = new DialTurns()
