/**
 * Who goes first when the pool is full: the senders as a binary heap by their tails.
 *
 * Only tails can go, since all others have somebody who depends on them. Order: those that came ahead of their turn, then those that
 * lost it, then the pending; the lower fee first; then the newer first. A local tail is never a candidate, and so protects all
 * before it. The heap knows the position of each sender, so that a changed tail costs O(log n) and the heap never holds more than
 * the senders.
 */
import { assert } from '../lib/assert.ts'
import { MinHeap } from '../lib/min-heap.ts'
import type { Held } from './entry.ts'
import type { SenderQueue } from './sender-queue.ts'

/** Position of an entry in the order of classes; the local ones are at the end and stay. */
function classOf(entry: Held): 0 | 1 | 2 | 3 {
  if (entry.local) return 3
  if (entry.state === 'pending') return 2
  return entry.early ? 0 : 1
}

/** Whether `a` goes before `b`. */
export function goesBefore(a: Held, b: Held): boolean {
  const byClass = classOf(a) - classOf(b)
  if (byClass !== 0) return byClass < 0
  if (a.transaction.fee !== b.transaction.fee) return a.transaction.fee < b.transaction.fee
  return a.sequence > b.sequence
}

export class TailHeap {
  readonly #queues: SenderQueue[] = []
  readonly #positions = new Map<SenderQueue, number>()

  get size(): number {
    return this.#queues.length
  }

  /** Adds a sender, or moves it to where its changed tail belongs. It must hold at least one entry. */
  put(queue: SenderQueue): void {
    let at = this.#positions.get(queue)
    if (at === undefined) {
      at = this.#queues.length
      this.#queues.push(queue)
      this.#positions.set(queue, at)
    }
    this.#sink(this.#rise(at))
  }

  delete(queue: SenderQueue): void {
    const at = this.#positions.get(queue)
    if (at === undefined) return
    this.#positions.delete(queue)
    const last = this.#queues.pop() as SenderQueue
    if (last === queue) return
    this.#set(at, last)
    this.#sink(this.#rise(at))
  }

  /**
   * Entries in the order in which they would go, each one a tail once those before it are gone; none of `except`, and no local one.
   * Nothing is changed: whoever asks takes as many as needed, at O(log n) each.
   */
  *candidates(except: SenderQueue | undefined): IterableIterator<Held> {
    type Candidate = {
      readonly entry: Held
      readonly queue: SenderQueue
      readonly depth: number
      readonly position: number
    }
    const frontier = new MinHeap<Candidate>((a, b) => goesBefore(a.entry, b.entry))
    const add = (queue: SenderQueue | undefined, depth: number, position: number): void => {
      const entry = queue?.fromEnd(depth)
      if (queue !== undefined && entry !== undefined) frontier.push({ entry, queue, depth, position })
    }
    add(this.#queues[0], 0, 0)
    for (let next = frontier.pop(); next !== undefined; next = frontier.pop()) {
      if (next.entry.local) return
      if (next.depth === 0) {
        add(this.#queues[2 * next.position + 1], 0, 2 * next.position + 1)
        add(this.#queues[2 * next.position + 2], 0, 2 * next.position + 2)
      }
      if (next.queue === except) continue
      yield next.entry
      add(next.queue, next.depth + 1, next.position)
    }
  }

  /** Throws where the order or the positions are broken. */
  invariants(): void {
    assert(this.#positions.size === this.#queues.length, 'every sender has one position')
    this.#queues.forEach((queue, at) => {
      assert(this.#positions.get(queue) === at, 'a sender is where its position says')
      assert(at === 0 || !this.#goesBefore(at, (at - 1) >> 1), 'no sender goes before the one above it')
    })
  }

  #tail(at: number): Held {
    const tail = this.#queues[at]?.fromEnd(0)
    assert(tail !== undefined, 'a sender in the heap holds something')
    return tail
  }

  #goesBefore(a: number, b: number): boolean {
    return goesBefore(this.#tail(a), this.#tail(b))
  }

  #set(at: number, queue: SenderQueue): void {
    this.#queues[at] = queue
    this.#positions.set(queue, at)
  }

  #swap(a: number, b: number): void {
    const held = this.#queues[a] as SenderQueue
    this.#set(a, this.#queues[b] as SenderQueue)
    this.#set(b, held)
  }

  #rise(from: number): number {
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#goesBefore(at, above)) break
      this.#swap(at, above)
      at = above
    }
    return at
  }

  #sink(from: number): void {
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#queues.length) return
      if (child + 1 < this.#queues.length && this.#goesBefore(child + 1, child)) child++
      if (!this.#goesBefore(child, at)) return
      this.#swap(at, child)
      at = child
    }
  }
}
