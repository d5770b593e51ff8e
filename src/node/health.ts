/**
 * What is not well with this node: looks at the machines and observers, remembers since when each problem holds, and
 * tells observers when one begins and when it is over. The words are domain/problems.
 *
 * Invariant: of one problem at most one line a LOG_AGAIN_MS goes to the log, however often it comes and goes.
 */
import {
  graceMs,
  problemView,
  PROBLEM_CODES,
  type FoundProblem,
  type ProblemCode,
  type ProblemView,
} from '../domain/problems.ts'
import type { HealthView } from '../domain/views.ts'
import type { Clock } from './clock.ts'
import { HEALTH_LOG_AFTER_MS, HEALTH_LOG_AGAIN_MS, HEALTH_LOOK_MS } from './limits.ts'

/** Looks at one thing, and says what is wrong with it, or null. */
export type HealthCheck = () => FoundProblem | null

export interface HealthListener {
  /** It has held for a while. */
  began(problem: ProblemView): void
  /** It no longer holds. */
  ended(code: ProblemCode, heldMs: number): void
}

interface Held {
  readonly sinceMs: number
  /** Whether the listener was told, when it was first seen this time. */
  told: boolean
}

export class Health {
  readonly #checks: readonly HealthCheck[]
  readonly #clock: Pick<Clock, 'now'>
  readonly #listener: HealthListener
  readonly #held = new Map<ProblemCode, Held>()
  /** When each was last told. */
  readonly #toldMs = new Map<ProblemCode, number>()
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(options: { checks: readonly HealthCheck[]; clock: Pick<Clock, 'now'>; listener: HealthListener }) {
    this.#checks = options.checks
    this.#clock = options.clock
    this.#listener = options.listener
  }

  /** What holds now, problems first. */
  problems(): readonly ProblemView[] {
    const nowMs = this.#clock.now().monoMs
    const views = this.#look(nowMs).filter(({ code }) => this.#heldMs(code, nowMs) >= graceMs(code))
    return views.map(problemView).sort((a, b) => Number(a.weight === 'notice') - Number(b.weight === 'notice'))
  }

  view(): HealthView {
    const details = this.problems()
    const problems = details.filter(({ weight }) => weight === 'problem').map(({ message }) => message)
    return { v: 1, ok: problems.length === 0, problems, details }
  }

  /** 1 for each that holds now, 0 for the others. */
  gauge(): Readonly<Record<ProblemCode, number>> {
    const held = new Set(this.problems().map(({ code }) => code))
    return Object.fromEntries(PROBLEM_CODES.map((code) => [code, held.has(code) ? 1 : 0])) as Record<
      ProblemCode,
      number
    >
  }

  /** To be called often; looks at most once in HEALTH_LOOK_MS, and tells the listener what has changed. */
  watch(): void {
    const nowMs = this.#clock.now().monoMs
    if (nowMs - this.#lookedMs < HEALTH_LOOK_MS) return
    this.#lookedMs = nowMs
    for (const found of this.#look(nowMs)) {
      const held = this.#held.get(found.code)
      if (held === undefined || nowMs - held.sinceMs < Math.max(graceMs(found.code), HEALTH_LOG_AFTER_MS)) continue
      if (nowMs - (this.#toldMs.get(found.code) ?? Number.NEGATIVE_INFINITY) < HEALTH_LOG_AGAIN_MS) continue
      held.told = true
      this.#toldMs.set(found.code, nowMs)
      this.#listener.began(problemView(found))
    }
  }

  #heldMs(code: ProblemCode, nowMs: number): number {
    return nowMs - (this.#held.get(code)?.sinceMs ?? nowMs)
  }

  #look(nowMs: number): FoundProblem[] {
    const found = this.#checks.map((check) => check()).filter((problem) => problem !== null)
    const codes = new Set(found.map(({ code }) => code))
    for (const code of codes) if (!this.#held.has(code)) this.#held.set(code, { sinceMs: nowMs, told: false })
    for (const [code, { sinceMs, told }] of this.#held) {
      if (codes.has(code)) continue
      this.#held.delete(code)
      if (told) this.#listener.ended(code, nowMs - sinceMs)
    }
    return found
  }
}
