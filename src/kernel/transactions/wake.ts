/** What becomes due for transactions because time has passed. */
import type { WithTransactions } from './state.ts'
import type { Turn } from '../shared/turn.ts'
import { depart } from './admit.ts'
import { writeDue } from './unwritten.ts'

export function wakeTransactions(machines: WithTransactions, turn: Turn): void {
  const { wallMs, monoMs } = turn.now
  for (const id of machines.transactions.pool.expire(wallMs)) depart(machines, id, 'expired', null, turn)
  machines.transactions.seen.expire(monoMs)
  machines.transactions.ownIncluded.expire(monoMs)
  writeDue(machines, turn)
}
