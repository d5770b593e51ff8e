import { Oldest } from './oldest.ts'

interface Entry<V> {
  value: V
  readonly expiresAtMs: number
}

/**
 * A map whose entries die: by age, and by count, the oldest first. All entries live equally long and are never
 * refreshed, so insertion order is order of expiry and both bounds cost O(1) an operation. Time is an argument; it may
 * stand still but an earlier time than the last one is taken as the last one, so that a clock set back revives nothing.
 */
export class ExpiringMap<K, V> {
  readonly #entries = new Map<K, Entry<V>>()
  readonly #oldest = new Oldest(this.#entries)
  /** What `#oldest` has yielded and nobody has deleted yet, as far as we know. */
  #first: readonly [K, Entry<V>] | null = null
  readonly #ttlMs: number
  readonly #capacity: number
  #latestMs = Number.NEGATIVE_INFINITY

  constructor(options: { ttlMs: number; capacity: number }) {
    this.#ttlMs = options.ttlMs
    this.#capacity = options.capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get capacity(): number {
    return this.#capacity
  }

  get(key: K, nowMs: number): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expiresAtMs <= this.#advance(nowMs)) return undefined
    return entry.value
  }

  has(key: K, nowMs: number): boolean {
    return this.get(key, nowMs) !== undefined
  }

  /** How long ago an entry was added; undefined where it isn't there. */
  ageMs(key: K, nowMs: number): number | undefined {
    const entry = this.#entries.get(key)
    const now = this.#advance(nowMs)
    if (entry === undefined || entry.expiresAtMs <= now) return undefined
    return now - (entry.expiresAtMs - this.#ttlMs)
  }

  /**
   * Adds an entry that expires `ttlMs` from now; an entry that lives already keeps its time and takes the new value.
   */
  set(key: K, value: V, nowMs: number): void {
    const now = this.#advance(nowMs)
    const existing = this.#entries.get(key)
    if (existing !== undefined) {
      if (existing.expiresAtMs > now) {
        existing.value = value
        return
      }
      this.#entries.delete(key)
    }
    this.expire(now)
    if (this.#entries.size >= this.#capacity) {
      const first = this.#peek()
      if (first !== null) this.#entries.delete(first[0])
    }
    this.#entries.set(key, { value, expiresAtMs: now + this.#ttlMs })
  }

  delete(key: K): boolean {
    return this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }

  /** Drops what has expired; amortised O(1), since only expired entries are visited. Returns how many went. */
  expire(nowMs: number): number {
    const now = this.#advance(nowMs)
    let dropped = 0
    for (let first = this.#peek(); first !== null && first[1].expiresAtMs <= now; first = this.#peek()) {
      this.#entries.delete(first[0])
      dropped++
    }
    return dropped
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, entry] of this.#entries) yield [key, entry.value]
  }

  #peek(): readonly [K, Entry<V>] | null {
    // Every entry is an object of its own: what was deleted and set again is another one, and not the first.
    if (this.#first !== null && this.#entries.get(this.#first[0]) === this.#first[1]) return this.#first
    this.#first = this.#oldest.next() ?? null
    return this.#first
  }

  #advance(nowMs: number): number {
    this.#latestMs = Math.max(this.#latestMs, nowMs)
    return this.#latestMs
  }
}
