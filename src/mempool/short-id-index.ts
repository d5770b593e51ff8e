/**
 * The pool's entries by short id. Two with the same one cost 2^32 hashes to make, so whoever pays for both can; then neither is what a
 * compact block means, and the block asks for it. Nearly always one entry is listed for one short id, so it is kept without a set.
 */
import { shortIdOf, type ShortId } from '../domain/block.ts'
import { assert } from '../lib/assert.ts'
import type { Held } from './entry.ts'

export class ShortIdIndex {
  readonly #entries = new Map<ShortId, Held | ReadonlySet<Held>>()
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The one entry with this short id; undefined where there is none, or more than one. */
  get(shortId: ShortId): Held | undefined {
    const known = this.#entries.get(shortId)
    return known instanceof Set ? undefined : (known as Held | undefined)
  }

  add(entry: Held): void {
    const shortId = shortIdOf(entry.transaction.hash)
    const others = this.#all(shortId)
    this.#entries.set(shortId, others.length === 0 ? entry : new Set([...others, entry]))
    this.#count++
  }

  delete(entry: Held): void {
    const shortId = shortIdOf(entry.transaction.hash)
    const all = this.#all(shortId)
    const left = all.filter((other) => other !== entry)
    this.#count -= all.length - left.length
    const [only] = left
    if (only === undefined) this.#entries.delete(shortId)
    else this.#entries.set(shortId, left.length === 1 ? only : new Set(left))
  }

  /** Throws where an entry is listed under another's short id, or a set of one was left. */
  invariants(): void {
    let count = 0
    for (const [shortId, known] of this.#entries) {
      const all = this.#all(shortId)
      assert(!(known instanceof Set) || all.length > 1, 'one entry needs no set')
      for (const entry of all) assert(shortIdOf(entry.transaction.hash) === shortId, 'an entry is under its short id')
      count += all.length
    }
    assert(count === this.#count, 'the entries are counted')
  }

  #all(shortId: ShortId): readonly Held[] {
    const known = this.#entries.get(shortId)
    if (known === undefined) return []
    return known instanceof Set ? [...(known as ReadonlySet<Held>)] : [known as Held]
  }
}
