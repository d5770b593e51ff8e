/**
 * What a block adds to the weight of its chain: one when its maker is none of the floor(n / 2) makers before it, each
 * counted once, and nothing otherwise. To be read off the headers of a chain alone.
 *
 * Who holds k keys, with k at most floor(n / 2), and builds by himself can add each of them once: before a key counts
 * again, floor(n / 2) others must have built, and he has k - 1. So a branch of his, however long, weighs at most k more
 * than where it began, and a block on which more than floor(n / 2) weighing blocks lie is out of his reach. More than
 * half of the validators, one after the other, weigh with every block.
 *
 * With fewer at work than that no block weighs, on any branch, and height decides as it would without this rule: a
 * minority that is alone goes on, and gives way to a majority when it sees one.
 */
import type { AccountId } from '../domain/ids.ts'

/** The latest makers of a chain, each once, the newest first; at most floor(n / 2). */
export type Makers = readonly AccountId[]

/**
 * How many of the latest makers keep a block from adding weight, and how many keys alone never make more than that much
 * weight.
 */
export function makersCounted(validatorCount: number): number {
  return Math.floor(validatorCount / 2)
}

/** Whether a block of this maker adds weight to a chain with these latest makers. */
export function addsWeight(makers: Makers, maker: AccountId): boolean {
  return !makers.includes(maker)
}

/** The latest makers after a block of this one. Shares the list where nothing changes, as along a run of one maker. */
export function makersAfter(makers: Makers, maker: AccountId, validatorCount: number): Makers {
  if (makers[0] === maker) return makers
  return [maker, ...makers.filter((other) => other !== maker)].slice(0, makersCounted(validatorCount))
}
