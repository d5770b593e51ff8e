/**
 * The pool's entries by short id. Two with the same one cost 2^32 hashes to make, so whoever pays for both can; then
 * neither is what a compact block means, and the block asks for it. Nearly always one entry is listed for one short id,
 * so it is kept without a set. What comes is listed when somebody asks next: most nodes have no block to rebuild for
 * seconds, and what leaves before was listed for nothing.
 */
import { shortIdOf, type ShortId } from '../domain/block.ts'
import { assert } from '../lib/assert.ts'
import type { Held } from './entry.ts'

export class ShortIdIndex {
  readonly #entries = new Map<ShortId, Held | ReadonlySet<Held>>()
  /** Not listed yet. */
  readonly #fresh = new Set<Held>()
  /** Those that are listed. */
  #count = 0

  get count(): number {
    return this.#count + this.#fresh.size
  }

  /** The one entry with this short id; undefined where there is none, or more than one. */
  get(shortId: ShortId): Held | undefined {
    this.#listFresh()
    const known = this.#entries.get(shortId)
    return known instanceof Set ? undefined : (known as Held | undefined)
  }

  add(entry: Held): void {
    this.#fresh.add(entry)
  }

  #listFresh(): void {
    for (const entry of this.#fresh) this.#list(entry)
    this.#fresh.clear()
  }

  #list(entry: Held): void {
    const shortId = shortIdOf(entry.transaction.hash)
    const known = this.#entries.get(shortId)
    this.#entries.set(shortId, known === undefined ? entry : new Set([...this.#all(shortId), entry]))
    this.#count++
  }

  delete(entry: Held): void {
    if (this.#fresh.delete(entry)) return
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
    this.#listFresh()
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
