/**
 * Who goes first when room is needed: the senders as a binary heap by their tails, in an order that is given
 * (eviction.ts).
 *
 * Only tails can go, since all others have somebody who depends on them. The heap knows the position of each sender, so
 * that a changed tail costs O(log n) and the heap never holds more than the senders.
 */
import { assert } from '../lib/assert.ts'
import { MinHeap } from '../lib/min-heap.ts'
import type { Held } from './entry.ts'
import type { SenderQueue } from './sender-queue.ts'

/** A tail, once those behind it are gone. */
export interface Tail {
  readonly entry: Held
  readonly queue: SenderQueue
  /** How many are behind it. */
  readonly depth: number
}

/** A sender's place in the heap; `entry` is brought in step whenever it is put. */
interface Place extends Tail {
  entry: Held
}

export class QueueHeap {
  readonly #places: Place[] = []
  readonly #positions = new Map<SenderQueue, number>()
  readonly #before: (a: Tail, b: Tail) => boolean

  /** @param before whether `a` goes before `b`. What lies deeper in a queue must not go before what stands on it. */
  constructor(before: (a: Tail, b: Tail) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#places.length
  }

  /** Adds a sender, or moves it to where its changed tail belongs. It must hold at least one entry. */
  put(queue: SenderQueue): void {
    const entry = queue.fromEnd(0)
    assert(entry !== undefined, 'a sender in the heap holds something')
    let at = this.#positions.get(queue)
    const place = at === undefined ? undefined : this.#places[at]
    if (at === undefined || place === undefined) {
      at = this.#places.length
      this.#places.push({ entry, queue, depth: 0 })
      this.#positions.set(queue, at)
    } else {
      place.entry = entry
    }
    this.#sink(this.#rise(at))
  }

  delete(queue: SenderQueue): void {
    const at = this.#positions.get(queue)
    if (at === undefined) return
    this.#positions.delete(queue)
    const last = this.#places.pop() as Place
    if (last.queue === queue) return
    this.#set(at, last)
    this.#sink(this.#rise(at))
  }

  /**
   * Tails in the order in which they would go, each one a tail once those before it are gone; none of `except`.
   * Nothing is changed: whoever asks takes as many as needed, at O(log n) each.
   */
  *candidates(except: SenderQueue | undefined): IterableIterator<Tail> {
    type Candidate = Tail & { readonly position: number }
    const frontier = new MinHeap<Candidate>(this.#before)
    const add = (queue: SenderQueue | undefined, depth: number, position: number): void => {
      const entry = queue?.fromEnd(depth)
      if (queue !== undefined && entry !== undefined) frontier.push({ entry, queue, depth, position })
    }
    add(this.#places[0]?.queue, 0, 0)
    for (let next = frontier.pop(); next !== undefined; next = frontier.pop()) {
      if (next.depth === 0) {
        add(this.#places[2 * next.position + 1]?.queue, 0, 2 * next.position + 1)
        add(this.#places[2 * next.position + 2]?.queue, 0, 2 * next.position + 2)
      }
      if (next.queue === except) continue
      yield next
      add(next.queue, next.depth + 1, next.position)
    }
  }

  /** Throws where the order or the positions are broken. */
  invariants(): void {
    assert(this.#positions.size === this.#places.length, 'every sender has one position')
    this.#places.forEach(({ queue, entry }, at) => {
      assert(queue.fromEnd(0) === entry, 'a sender is ordered by its tail')
      assert(this.#positions.get(queue) === at, 'a sender is where its position says')
      assert(at === 0 || !this.#goesBefore(at, (at - 1) >> 1), 'no sender goes before the one above it')
    })
  }

  #goesBefore(a: number, b: number): boolean {
    return this.#before(this.#places[a] as Place, this.#places[b] as Place)
  }

  #set(at: number, place: Place): void {
    this.#places[at] = place
    this.#positions.set(place.queue, at)
  }

  #swap(a: number, b: number): void {
    const held = this.#places[a] as Place
    this.#set(a, this.#places[b] as Place)
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
      if (child >= this.#places.length) return
      if (child + 1 < this.#places.length && this.#goesBefore(child + 1, child)) child++
      if (!this.#goesBefore(child, at)) return
      this.#swap(at, child)
      at = child
    }
  }
}
