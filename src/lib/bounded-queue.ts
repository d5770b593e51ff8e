/**
 * A first-in first-out queue of at most `capacity` items. A full queue refuses the newcomer and says so: what to do
 * with it is the caller's decision and must be counted. A ring, so that taking is O(1).
 */
export class BoundedQueue<T> {
  readonly #ring: (T | undefined)[]
  #head = 0
  #size = 0

  constructor(capacity: number) {
    this.#ring = new Array<T | undefined>(capacity).fill(undefined)
  }

  get size(): number {
    return this.#size
  }

  get capacity(): number {
    return this.#ring.length
  }

  /** Appends an item; false, and nothing changed, when full. */
  push(item: T): boolean {
    if (this.#size === this.#ring.length) return false
    this.#ring[(this.#head + this.#size) % this.#ring.length] = item
    this.#size++
    return true
  }

  /** Removes and returns the oldest item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) % this.#ring.length
    this.#size--
    return item
  }

  /** Removes and returns the newest item. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined
    this.#size--
    const at = (this.#head + this.#size) % this.#ring.length
    const item = this.#ring[at]
    this.#ring[at] = undefined
    return item
  }

  peek(): T | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#head]
  }
}
