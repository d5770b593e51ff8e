/**
 * From a key to where its account may be in the tree. On two branches of the chain one key may have two places, so the
 * index holds candidates, and who asks checks each against the leaf. One index serves all ledgers that come from one
 * genesis.
 *
 * Candidates of abandoned branches stay until `retain` is called: whoever keeps the ledgers calls it when there are
 * twice as many as accounts, which costs one pass over them.
 */
import type { AccountId } from '../ids.ts'
import type { AccountTree } from './account-tree.ts'

const ENTRIES_AT_ONCE = 4_096

export class KeyIndex {
  #candidates = new Map<AccountId, number | readonly number[]>()
  #count = 0

  /** How many candidates there are over all keys. */
  get count(): number {
    return this.#count
  }

  add(key: AccountId, index: number): void {
    const known = this.#candidates.get(key)
    if (known === undefined) this.#candidates.set(key, index)
    else {
      const all = typeof known === 'number' ? [known] : known
      if (all.includes(index)) return
      this.#candidates.set(key, [...all, index])
    }
    this.#count++
  }

  /** Where `tree` has the key, or null. */
  find(key: AccountId, tree: AccountTree): number | null {
    const known = this.#candidates.get(key)
    if (known === undefined) return null
    for (const index of typeof known === 'number' ? [known] : known)
      if (index < tree.length && tree.keyAt(index) === key) return index
    return null
  }

  /** Forgets all candidates but those of these trees, which share their first `common` accounts. */
  retain(trees: readonly AccountTree[], common: number): void {
    this.#candidates = new Map()
    this.#count = 0
    trees.forEach((tree, position) => {
      for (let at = position === 0 ? 0 : common; at < tree.length; at += ENTRIES_AT_ONCE)
        tree
          .entries(at, Math.min(ENTRIES_AT_ONCE, tree.length - at))
          .forEach((entry, offset) => this.add(entry.key, at + offset))
    })
  }
}
