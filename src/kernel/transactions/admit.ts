/** Taking a verified transaction into the pool, and the bookkeeping of everything that this changes. */
import type { WithTransactions } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { TxId } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { Admission } from '../../mempool/mempool.ts'
import type { Departure } from '../../relay/seen.ts'
import type { Provenance } from '../shared/fact.ts'
import { entered, left } from './pool-set.ts'
import { deletePoolRecord } from './pool-record.ts'
import type { Turn } from '../shared/turn.ts'
import { writeSoon } from './unwritten.ts'

/**
 * Inserts a transaction whose signature holds. What it pushes out departs; what came from a peer is written at the next
 * wake.
 */
export function admit(
  machines: WithPeers & WithTransactions,
  transaction: Transaction,
  provenance: Provenance,
  turn: Turn,
): Admission {
  const { pool, seen } = machines.transactions
  const local = provenance.way === 'local'
  const account = machines.transactions.accountOf(transaction.sender)
  const admission = pool.insert(transaction, account, turn.now.wallMs, local)
  seen.judgedValid(transaction.hash, transaction.id, turn.now.monoMs)
  if (admission.kind === 'refused') return admission
  seen.returned(transaction.id)
  entered(machines, transaction)
  if (provenance.from !== null) machines.peers.table.useful(provenance.from, turn.now.monoMs)
  if (admission.replaced !== null) depart(machines, admission.replaced, 'replaced', transaction.id, turn)
  for (const id of admission.evicted) depart(machines, id, 'evicted', transaction.id, turn)
  // A local one is written by its submission, which waits for the disk; a restored one is there already.
  if (!local && provenance.way !== 'restored') writeSoon(machines, transaction.id)
  turn.noteAdmitted(transaction, admission.state, provenance)
  return admission
}

/** Where a transaction comes from that was this node's own before. */
export function homeward(way: Provenance['way']): Provenance {
  return { way, from: null, messageId: null, waitedMs: 0 }
}

/** Records that a transaction left the pool, and deletes it from disk. The pool itself has removed it already. */
export function depart(machines: WithTransactions, id: TxId, why: Departure['why'], by: TxId | null, turn: Turn): void {
  machines.transactions.seen.departed(id, { why, by }, turn.now.monoMs)
  left(machines, id, why !== 'evicted', turn.now.monoMs)
  if (!machines.transactions.unwritten.delete(id)) turn.writeLazily(deletePoolRecord(id))
  turn.note({ kind: 'transaction-removed', id, why, by })
}
