/**
 * Virtual time: a heap of tasks keyed (time, sequence). A task runs, then everything that its promises lead to, then
 * the next task.
 *
 * Every task belongs to a simulated process (or to the world). Because the promises of one task are all settled before
 * the next one runs, whatever is scheduled or drawn meanwhile is that process's too, also inside libraries that know
 * nothing of it. So a process can be paused and killed, has its own clock error and its own stream of chance, and one
 * more draw in one node shifts no other.
 */
import { MinHeap } from '../lib/min-heap.ts'
import type { Prng } from '../lib/prng.ts'

// The real one, taken when this file is loaded: virtual-time.ts replaces the global afterwards.
const realSetImmediate = globalThis.setImmediate

/**
 * Tasks at one instant before we call it a loop that never lets time pass: a burst of a 10,000-node network is far
 * below.
 */
const TASKS_AT_ONE_INSTANT_MAX = 1_000_000

export interface Task {
  readonly atMs: number
  readonly sequence: number
  readonly process: SimProcess | null
  run: (() => void) | null
}

/** One simulated operating-system process: what it has scheduled stops, waits and dies with it. */
export class SimProcess {
  readonly name: string
  readonly random: Prng
  /** What its wall clock shows too much, ms. */
  skewMs = 0
  #state: 'running' | 'paused' | 'dead' = 'running'
  #held: Task[] = []

  constructor(name: string, random: Prng) {
    this.name = name
    this.random = random
  }

  get state(): 'running' | 'paused' | 'dead' {
    return this.#state
  }

  /** As SIGSTOP: its tasks wait until `resume`. */
  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  /** As SIGCONT; returns the tasks that waited, in their order. */
  resume(): readonly Task[] {
    if (this.#state !== 'paused') return []
    this.#state = 'running'
    const held = this.#held
    this.#held = []
    return held
  }

  /** As SIGKILL: none of its tasks runs again. */
  kill(): void {
    this.#state = 'dead'
    this.#held = []
  }

  hold(task: Task): void {
    this.#held.push(task)
  }
}

export class Scheduler {
  /** Wall clock at virtual time 0, ms since the Unix epoch. */
  readonly epochMs: number
  readonly #worldRandom: Prng
  readonly #tasks = new MinHeap<Task>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence))
  #nowMs = 0
  #sequence = 0
  #process: SimProcess | null = null
  #ran = 0
  #ranAtInstant = 0
  #failure: Error | null = null

  constructor(options: { epochMs: number; random: Prng }) {
    this.epochMs = options.epochMs
    this.#worldRandom = options.random
  }

  /** Virtual milliseconds since the start; fractions occur. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Tasks run so far. */
  get tasksRun(): number {
    return this.#ran
  }

  /** Whose task is running, or the world's (null). */
  get process(): SimProcess | null {
    return this.#process
  }

  /** What the wall clock of the running process shows, whole ms since the Unix epoch. */
  wallMs(): number {
    return Math.floor(this.epochMs + this.#nowMs + (this.#process?.skewMs ?? 0))
  }

  /** The stream of chance of the running process. */
  random(): Prng {
    return this.#process?.random ?? this.#worldRandom
  }

  /**
   * Runs `run` in `delayMs` for `process` (default: whoever is running). Setting the result's `run` to null cancels it.
   */
  schedule(delayMs: number, run: () => void, process: SimProcess | null = this.#process): Task {
    const task: Task = { atMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, process, run }
    this.#tasks.push(task)
    return task
  }

  /** Lets a paused process go on: what waited runs now, in order. */
  resume(process: SimProcess): void {
    for (const held of process.resume()) {
      if (held.run !== null) this.#tasks.push({ ...held, atMs: this.#nowMs, sequence: this.#sequence++ })
    }
  }

  /**
   * Ends the run: the pending `runUntil` rejects with this. For errors that no task's caller sees, as unhandled
   * rejections.
   */
  fail(error: Error): void {
    this.#failure ??= error
  }

  /** Runs everything up to and including virtual time `untilMs`, then stands there. Rejects with what a task throws. */
  runUntil(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          if (this.#failure !== null) throw this.#failure
          if (this.#step(untilMs)) {
            // Microtasks and ticks all run before the next immediate does.
            realSetImmediate(turn)
          } else {
            this.#nowMs = Math.max(this.#nowMs, untilMs)
            this.#process = null
            resolve()
          }
        } catch (error) {
          this.#process = null
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      realSetImmediate(turn)
    })
  }

  runFor(ms: number): Promise<void> {
    return this.runUntil(this.#nowMs + ms)
  }

  /** Runs one task that is due by `untilMs`; false when there is none. */
  #step(untilMs: number): boolean {
    for (;;) {
      const next = this.#tasks.peek()
      if (next === undefined || next.atMs > untilMs) return false
      this.#tasks.pop()
      if (next.run === null || next.process?.state === 'dead') continue
      if (next.process?.state === 'paused') {
        next.process.hold(next)
        continue
      }
      this.#ranAtInstant = next.atMs === this.#nowMs ? this.#ranAtInstant + 1 : 0
      if (this.#ranAtInstant > TASKS_AT_ONE_INSTANT_MAX) throw new Error(`time stands still at ${this.#nowMs} ms`)
      this.#nowMs = next.atMs
      this.#process = next.process
      this.#ran++
      const { run } = next
      next.run = null
      run()
      return true
    }
  }
}
