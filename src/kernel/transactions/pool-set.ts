/**
 * The pool as the set that reconciliation compares, and the one place where its members' comings and goings are booked:
 * whatever enters or leaves the pool passes here, so that tree, wishes and offers never differ from it.
 */
import type { WithTransactions } from './state.ts'
import { encodeObjectsAnswer } from '../../domain/codec/objects-codec.ts'
import type { PeerId, TxId } from '../../domain/ids.ts'
import { itemKey, transactionOrder, type ItemKey } from '../../domain/item-key.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

export function keyOf({ createdAtMs, id }: Transaction): ItemKey {
  return itemKey(transactionOrder(createdAtMs), id)
}

/** A transaction came into the pool. */
export function entered(machines: WithTransactions, transaction: Transaction): void {
  const key = keyOf(transaction)
  machines.transactions.poolKeys.set(transaction.id, key)
  machines.transactions.set.tree.insertNew(key, transaction.id)
  machines.transactions.set.wanted.received(key)
  machines.transactions.set.wanted.undone(key)
}

/** A transaction left the pool; `over`: for good, so that nobody's offer of it is taken up. */
export function left(machines: WithTransactions, id: TxId, over: boolean, monoMs: number): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key === undefined) return
  machines.transactions.poolKeys.delete(id)
  machines.transactions.set.tree.delete(key)
  machines.transactions.offers.remove(key)
  if (over) machines.transactions.set.wanted.done(key, monoMs)
}

/** A transaction of this node's user is to be followed until three peers have it. */
export function followOwn(machines: WithTransactions, id: TxId, monoMs: number): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key !== undefined) machines.transactions.offers.add(key, monoMs)
}

/** The peer has it: it sent it or asked for it. */
export function knownAt(machines: WithTransactions, peer: PeerId, id: TxId): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key !== undefined) machines.transactions.offers.known(peer, key)
}

/** A peer asks for transactions by their ids: those that are in the pool. */
export function onIdsRequest(machines: WithTransactions, request: JobNumber, ids: readonly TxId[], turn: Turn): void {
  const found = ids.map((id) => machines.transactions.pool.get(id)?.transaction.bytes ?? null)
  turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(found)] })
}
