/**
 * One running SHA-256 over everything that happens in a simulation: two runs are the same if and only if their digests
 * are.
 */
import { createHash } from 'node:crypto'
import type { Scheduler } from './scheduler.ts'

/** Lines are hashed in chunks: one call a line would cost more than the simulation of a small frame. */
const CHUNK_CHARACTERS = 65_536

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #scheduler: Scheduler
  #pending = ''
  lines = 0

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** Bytes reached a node. */
  delivery(from: number, to: number, bytes: number): void {
    this.note(`> ${from} ${to} ${bytes}`)
  }

  /** Anything else worth being the same in two runs. */
  note(line: string): void {
    this.#pending += `${this.#scheduler.nowMs} ${line}\n`
    this.lines++
    if (this.#pending.length >= CHUNK_CHARACTERS) this.#flush()
  }

  /** SHA-256 so far, 64 hex digits. */
  digest(): string {
    this.#flush()
    return this.#hash.copy().digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#pending)
    this.#pending = ''
  }
}
