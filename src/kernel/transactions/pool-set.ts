/**
 * The pool as the set that reconciliation compares, and the one place where its members' comings and goings are booked: whatever enters or
 * leaves the pool passes here, so that tree, wishes and offers never differ from it.
 */
import type { PeerId, TxId } from '../../domain/ids.ts'
import { itemKey, transactionOrder, type ItemKey } from '../../domain/item-key.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { Machines } from '../machines.ts'

export function keyOf({ createdAtMs, id }: Transaction): ItemKey {
  return itemKey(transactionOrder(createdAtMs), id)
}

/** A transaction came into the pool. */
export function entered(machines: Machines, transaction: Transaction): void {
  const key = keyOf(transaction)
  machines.transactions.poolKeys.set(transaction.id, key)
  machines.transactions.set.tree.insertNew(key, transaction.id)
  machines.transactions.set.wanted.received(key)
  machines.transactions.set.wanted.undone(key)
}

/** A transaction left the pool; `over`: for good, so that nobody's offer of it is taken up. */
export function left(machines: Machines, id: TxId, over: boolean, monoMs: number): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key === undefined) return
  machines.transactions.poolKeys.delete(id)
  machines.transactions.set.tree.delete(key)
  machines.transactions.offers.remove(key)
  if (over) machines.transactions.set.wanted.done(key, monoMs)
}

/** A transaction of this node's user is to be followed until three peers have it. */
export function followOwn(machines: Machines, id: TxId, monoMs: number): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key !== undefined) machines.transactions.offers.add(key, monoMs)
}

/** The peer has it: it sent it or asked for it. */
export function knownAt(machines: Machines, peer: PeerId, id: TxId): void {
  const key = machines.transactions.poolKeys.get(id)
  if (key !== undefined) machines.transactions.offers.known(peer, key)
}
