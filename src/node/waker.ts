/**
 * Wakes the kernel when it wants to be woken: every WAKE_MS while it is at work, and else when something is due. What
 * happens in between can end a rest, and an answer can begin one.
 */
import { WAKE_MS } from '../membership/limits.ts'
import type { Clock } from './clock.ts'

/** What is asked of the kernel. */
export interface Sleeper {
  readonly isAtWork: boolean
  restsUntilMs(wokeMs: number): number
}

export class Waker {
  readonly #clock: Pick<Clock, 'now' | 'after'>
  readonly #sleeper: Sleeper
  readonly #wake: (plannedMs: number) => void
  #wokeMs = 0
  #plannedMs = 0
  /** When the wake was meant to be that the rest of now has put off. */
  #workMs = 0
  #rests = false
  /** Null until it is started, during a wake, and once it is stopped. */
  #cancel: (() => void) | null = null
  #stopped = false

  /** @param wake wakes the kernel; is told when that was meant to be (monotonic ms) */
  constructor(options: { clock: Pick<Clock, 'now' | 'after'>; sleeper: Sleeper; wake: (plannedMs: number) => void }) {
    this.#clock = options.clock
    this.#sleeper = options.sleeper
    this.#wake = options.wake
  }

  /** The first wake is now. */
  start(): void {
    this.#fire(this.#nowMs)
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#cancel = null
  }

  /** Something happened to the kernel. @param isEnd something that was under way may be over */
  happened(isEnd: boolean): void {
    if (this.#cancel === null) return
    const { isAtWork } = this.#sleeper
    if (!this.#rests) {
      if (!isEnd || isAtWork) return
      this.#workMs = this.#plannedMs
      this.#rest()
    } else if (!isAtWork) this.#rest()
    else {
      // Work that comes and goes must not put every wake off: what was planned before a short rest holds.
      const nowMs = this.#nowMs
      this.#plan(Math.min(this.#plannedMs, this.#workMs > nowMs ? this.#workMs : nowMs + WAKE_MS), false)
    }
  }

  get #nowMs(): number {
    return this.#clock.now().monoMs
  }

  #fire(plannedMs: number): void {
    this.#cancel = null
    this.#wokeMs = this.#nowMs
    this.#wake(plannedMs)
    if (this.#stopped) return
    if (this.#sleeper.isAtWork) this.#plan(this.#wokeMs + WAKE_MS, false)
    else this.#rest()
  }

  #rest(): void {
    this.#plan(this.#sleeper.restsUntilMs(this.#wokeMs), true)
  }

  #plan(dueMs: number, rests: boolean): void {
    this.#rests = rests
    if (this.#cancel !== null) {
      if (dueMs === this.#plannedMs) return
      this.#cancel()
    }
    this.#plannedMs = dueMs
    // Timers know whole milliseconds, from the beginning of the loop's turn on: one that fired early would find nothing
    // due, and have to come again.
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(dueMs - this.#nowMs) + 1), () => {
      this.#fire(dueMs)
    })
  }
}
