/**
 * Who holds how many places of something that many want. Whoever holds most gives way first, so that nobody's greed is
 * anybody else's loss.
 */
import { assert } from './assert.ts'

export class Shares<Holder> {
  readonly #counts = new Map<Holder, number>()

  of(holder: Holder): number {
    return this.#counts.get(holder) ?? 0
  }

  change(holder: Holder, by: 1 | -1): void {
    const count = this.of(holder) + by
    assert(count >= 0, 'nobody holds less than nothing')
    if (count === 0) this.#counts.delete(holder)
    else this.#counts.set(holder, count)
  }

  /** The largest share, 0 where there is none. Linear in the holders. */
  get largest(): number {
    let largest = 0
    for (const count of this.#counts.values()) if (count > largest) largest = count
    return largest
  }

  /** Holders, those with the largest shares first. */
  byShare(): Holder[] {
    return [...this.#counts].sort(([, a], [, b]) => b - a).map(([holder]) => holder)
  }

  clear(): void {
    this.#counts.clear()
  }

  /** Throws where these are not the shares of `holders`, each named once for each place. */
  invariants(holders: Iterable<Holder>): void {
    const counts = new Map<Holder, number>()
    for (const holder of holders) counts.set(holder, (counts.get(holder) ?? 0) + 1)
    assert(counts.size === this.#counts.size, 'every holder is counted')
    for (const [holder, count] of counts) assert(this.#counts.get(holder) === count, 'a share is counted')
  }
}
