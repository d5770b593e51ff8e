/** What happens later in a small world of its own: a heap keyed (time, order), and the time. */
import { MinHeap } from '../lib/min-heap.ts'

interface Due {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

export class EventQueue {
  readonly #due = new MinHeap<Due>((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order))
  #order = 0
  #nowMs = 0

  get nowMs(): number {
    return this.#nowMs
  }

  /** Runs it so much later; what is due at one moment runs in the order in which it was asked for. */
  after(ms: number, run: () => void): void {
    this.#due.push({ atMs: this.#nowMs + ms, order: this.#order++, run })
  }

  /** Runs all that is due up to this moment, which it is then. */
  runUntil(endMs: number): void {
    for (let next = this.#due.peek(); next !== undefined && next.atMs <= endMs; next = this.#due.peek()) {
      this.#due.pop()
      this.#nowMs = next.atMs
      next.run()
    }
    this.#nowMs = endMs
  }
}
