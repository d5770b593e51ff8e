/** Values under keys, many to a key; no key stays with nothing under it. */
export class SetIndex<K, V> {
  readonly #sets = new Map<K, Set<V>>()

  get(key: K): ReadonlySet<V> | undefined {
    return this.#sets.get(key)
  }

  /** How many are under the key. */
  count(key: K): number {
    return this.#sets.get(key)?.size ?? 0
  }

  add(key: K, value: V): void {
    const known = this.#sets.get(key)
    if (known === undefined) this.#sets.set(key, new Set([value]))
    else known.add(value)
  }

  delete(key: K, value: V): void {
    const set = this.#sets.get(key)
    set?.delete(value)
    if (set?.size === 0) this.#sets.delete(key)
  }

  /** The largest set: that of `key` where no other is larger; empty where there is none. Linear in the keys. */
  largest(key?: K): ReadonlySet<V> {
    let largest: ReadonlySet<V> = (key === undefined ? undefined : this.#sets.get(key)) ?? new Set()
    for (const set of this.#sets.values()) if (set.size > largest.size) largest = set
    return largest
  }

  values(): IterableIterator<ReadonlySet<V>> {
    return this.#sets.values()
  }

  entries(): IterableIterator<[K, ReadonlySet<V>]> {
    return this.#sets.entries()
  }
}
