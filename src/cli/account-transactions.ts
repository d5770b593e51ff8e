/**
 * The transactions of an account, found by looking at what waits in a node and at the blocks of its best chain from the
 * newest downwards: nodes keep no list of them. So it looks at so many and says how far it came.
 */
import type { TransactionView } from '../domain/views.ts'
import type { Api } from './api.ts'
import { Failure } from './failure.ts'

/** Asked at the same time. */
const ASKED_AT_ONCE = 16
/** Blocks listed at once. */
const PAGE = 50
/** Pending transactions that are looked at: what a node lists at once. */
const POOL_MAX = 1_000

export interface AccountTransactions {
  /** Newest first: those that wait, then those of blocks from the highest down. */
  readonly transactions: readonly TransactionView[]
  /** How many were looked at, its own and others'. */
  readonly looked: number
  /** The lowest block whose transactions were all looked at; null: none. `--before` this one looks further. */
  readonly lowest: number | null
  /** Whether there is nothing further down. */
  readonly isWhole: boolean
}

/**
 * @param key public key in hex, as the node writes it
 * @param options.limit ends the search when as many were found, at the end of a block, which is not cut: who looks
 *   further begins below it
 * @param options.depth ends it when as many were looked at, at the end of a block
 * @param options.before blocks below this height, and nothing that waits
 */
export async function accountTransactions(
  api: Pick<Api, 'mempool' | 'blocks' | 'block' | 'transaction'>,
  key: string,
  { limit, depth, before }: { readonly limit: number; readonly depth: number; readonly before: number | undefined },
): Promise<AccountTransactions> {
  const found: TransactionView[] = []
  let looked = 0
  let lowest: number | null = null
  const take = async (ids: readonly string[]): Promise<void> => {
    looked += ids.length
    for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
      const views = await Promise.all(ids.slice(at, at + ASKED_AT_ONCE).map((id) => transactionOf(api, id)))
      for (const view of views) if (view !== null && (view.sender === key || view.recipient === key)) found.push(view)
    }
  }
  if (before === undefined) {
    const waiting = [...(await api.mempool(POOL_MAX)).transactions].sort((a, b) => b.createdAt - a.createdAt)
    await take(waiting.map(({ id }) => id))
  }
  for (let below = before; ;) {
    const { blocks } = await api.blocks({ limit: PAGE, ...(below === undefined ? {} : { before: below }) })
    for (const { hash, height, txCount } of blocks) {
      if (found.length >= limit || looked >= depth) return { transactions: found, looked, lowest, isWhole: false }
      if (txCount > 0) await take([...(await api.block(hash)).transactions].reverse())
      lowest = height
    }
    below = blocks.at(-1)?.height
    if (below === undefined || below === 0) break
  }
  return { transactions: found, looked, lowest, isWhole: true }
}

/** Null where it went meanwhile. */
async function transactionOf(api: Pick<Api, 'transaction'>, id: string): Promise<TransactionView | null> {
  try {
    return await api.transaction(id)
  } catch (error) {
    if (error instanceof Failure && error.outcome === 'not-found') return null
    throw error
  }
}
