/** Whether a node has what its peers have: their chain, and the transactions that wait. */
import type { Machines } from '../kernel/machines.ts'

export interface Progress {
  /** Since the start a pool was compared to its end, nothing of it is still to come, and no peer's head is higher. */
  readonly isInSync: boolean
  readonly peers: number
  readonly height: number
  /** The highest head that a connected peer has told. */
  readonly bestHeight: number
  readonly transactions: number
  /** Transactions that are known of and not here yet. */
  readonly toFetch: number
}

export function progressOf({ peers, shared, transactions, repair }: Machines): Progress {
  const greeted = [...peers.table.all()].filter((peer) => peer.greeted)
  const { height } = shared.announced
  const bestHeight = Math.max(0, ...greeted.map(({ head }) => head?.height ?? 0))
  const toFetch = transactions.set.wanted.count + repair.heldBack.size
  return {
    isInSync:
      greeted.length > 0 && height >= bestHeight && toFetch === 0 && repair.comparisons.hasCompared('transactions'),
    peers: greeted.length,
    height,
    bestHeight,
    transactions: transactions.pool.count,
    toFetch,
  }
}
