/**
 * The body of a compact block out of what is here: its prefilled transactions and those of the pool. Which transaction a short id means is a
 * guess until the body's txRoot is the header's; two with one short id cost 2^32 hashes to make, and then one full body.
 */
import type { CompactBlock, ShortId } from '../domain/block.ts'
import { shortIdOf } from '../domain/block.ts'
import type { Transaction } from '../domain/transaction.ts'

export interface Rebuilt {
  /** By position; undefined where it is missing. */
  readonly transactions: readonly (Transaction | undefined)[]
  /** Positions that are missing. */
  readonly missing: readonly number[]
  /** How many came from `find`: what the compact form has saved. */
  readonly foundCount: number
}

/** @param find a transaction of this short id, if there is one */
export function rebuild(block: CompactBlock, find: (shortId: ShortId) => Transaction | undefined): Rebuilt {
  const transactions: (Transaction | undefined)[] = block.shortIds.map(() => undefined)
  for (const { index, transaction } of block.prefilled) transactions[index] = transaction
  const missing: number[] = []
  let foundCount = 0
  block.shortIds.forEach((shortId, index) => {
    if (transactions[index] !== undefined) return
    const found = find(shortId)
    transactions[index] = found
    if (found === undefined) missing.push(index)
    else foundCount++
  })
  return { transactions, missing, foundCount }
}

/**
 * Fills what was missing with transactions that a peer served, in any order.
 * @returns the whole body, or null when one is still missing
 */
export function completeBody(
  block: CompactBlock,
  partial: Rebuilt,
  served: readonly Transaction[],
): readonly Transaction[] | null {
  const byShortId = new Map(served.map((transaction) => [shortIdOf(transaction.hash), transaction]))
  const body: Transaction[] = []
  for (const [index, known] of partial.transactions.entries()) {
    const transaction = known ?? byShortId.get(block.shortIds[index] ?? '')
    if (transaction === undefined) return null
    body.push(transaction)
  }
  return body
}
