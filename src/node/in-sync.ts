/** Whether a node has what its peers have: their chain, and the transactions that wait. */
import type { Machines } from '../kernel/machines.ts'
import type { Progress } from '../ports/control.ts'

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
