/**
 * Blocks that came up to 2 s before their slot, held until it begins (SECURITY.md A8): an honest clock may be that much
 * slow. At most 64; who comes to a full hold is ignored, since a verdict is owed within 5 s and nobody is worth pushing
 * another out.
 */
import { MinHeap } from '../lib/min-heap.ts'
import { EARLY_BLOCKS_MAX } from './limits.ts'

export class EarlyBlocks<T> {
  readonly #held = new MinHeap<{ readonly dueMs: number; readonly value: T }>((a, b) => a.dueMs < b.dueMs)

  get size(): number {
    return this.#held.size
  }

  /** Holds a block until the wall clock shows `dueMs`; false when there is no room. */
  hold(value: T, dueMs: number): boolean {
    if (this.#held.size >= EARLY_BLOCKS_MAX) return false
    this.#held.push({ dueMs, value })
    return true
  }

  /** Takes out all that are due, the earliest first. */
  takeDue(nowMs: number): readonly T[] {
    const due: T[] = []
    for (let next = this.#held.peek(); next !== undefined && next.dueMs <= nowMs; next = this.#held.peek()) {
      due.push(next.value)
      this.#held.pop()
    }
    return due
  }
}
