/**
 * The pool's entries by the second in which they were created: what expires, and the order in which two pools are
 * compared (by time, so that their differences lie together). A second stays listed until it is over for good, even
 * when its entries have gone: so there are never more of them than the window of admission has.
 */
import { MinHeap } from '../lib/min-heap.ts'
import { assert } from '../lib/assert.ts'
import type { Held } from './entry.ts'

export class CreationIndex {
  readonly #bySecond = new Map<number, Set<Held>>()
  readonly #seconds = new MinHeap<number>((a, b) => a < b)
  #count = 0

  get count(): number {
    return this.#count
  }
  get seconds(): number {
    return this.#bySecond.size
  }

  add(entry: Held): void {
    const second = secondOf(entry)
    let entries = this.#bySecond.get(second)
    if (entries === undefined) {
      entries = new Set()
      this.#bySecond.set(second, entries)
      this.#seconds.push(second)
    }
    entries.add(entry)
    this.#count++
  }

  delete(entry: Held): void {
    if (this.#bySecond.get(secondOf(entry))?.delete(entry) === true) this.#count--
  }

  /** Entries created before `timeMs`, the oldest seconds first. They stay until they are deleted. */
  createdBefore(timeMs: number): readonly Held[] {
    const found: Held[] = []
    for (let second = this.#seconds.peek(); second !== undefined; second = this.#seconds.peek()) {
      // Nearly every call ends here: nothing of the oldest second is over yet, and it may hold thousands.
      if (timeMs <= second * 1_000) break
      const entries = this.#bySecond.get(second) ?? new Set()
      if (timeMs < second * 1_000 + 1_000) {
        for (const entry of entries) if (entry.transaction.createdAtMs < timeMs) found.push(entry)
        break
      }
      for (const entry of entries) found.push(entry)
      this.#seconds.pop()
      this.#bySecond.delete(second)
      this.#count -= entries.size
    }
    return found
  }

  /** Throws where a listed entry is not in its second. */
  invariants(): void {
    let count = 0
    for (const [second, entries] of this.#bySecond) {
      count += entries.size
      for (const entry of entries) assert(secondOf(entry) === second, 'an entry is in its second')
    }
    assert(count === this.#count, 'the entries are counted')
    assert(this.#seconds.size === this.#bySecond.size, 'every second is listed once')
  }
}

function secondOf(entry: Held): number {
  return Math.floor(entry.transaction.createdAtMs / 1_000)
}
