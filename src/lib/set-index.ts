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

  values(): IterableIterator<ReadonlySet<V>> {
    return this.#sets.values()
  }

  entries(): IterableIterator<[K, ReadonlySet<V>]> {
    return this.#sets.entries()
  }
}
