/**
 * The pool as the set that reconciliation compares, and the one place where its members' comings and goings are booked: whatever enters or
 * leaves the pool passes here, so that tree, wishes and offers never differ from it.
 */
import type { PeerId, TxId } from '../../domain/ids.ts'
import { itemKey, transactionOrder, type ItemKey } from '../../domain/item-key.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { assert } from '../../lib/assert.ts'
import type { Machines } from '../machines.ts'

export function keyOf({ createdAtMs, id }: Transaction): ItemKey {
  return itemKey(transactionOrder(createdAtMs), id)
}

/** A transaction came into the pool. */
export function entered(machines: Machines, transaction: Transaction): void {
  const key = keyOf(transaction)
  machines.poolKeys.set(transaction.id, key)
  machines.trees.transactions.insertNew(key, transaction.id)
  machines.wanted.received(key)
  machines.wanted.undone(key)
}

/** A transaction left the pool; `over`: for good, so that nobody's offer of it is taken up. */
export function left(machines: Machines, id: TxId, over: boolean, monoMs: number): void {
  const key = machines.poolKeys.get(id)
  if (key === undefined) return
  machines.poolKeys.delete(id)
  machines.trees.transactions.delete(key)
  machines.offers.remove(key)
  if (over) machines.wanted.done(key, monoMs)
}

/** A transaction of this node's user is to be followed until three peers have it. */
export function followOwn(machines: Machines, id: TxId, monoMs: number): void {
  const key = machines.poolKeys.get(id)
  if (key !== undefined) machines.offers.add(key, monoMs)
}

/** The peer has it: it sent it or asked for it. */
export function knownAt(machines: Machines, peer: PeerId, id: TxId): void {
  const key = machines.poolKeys.get(id)
  if (key !== undefined) machines.offers.known(peer, key)
}

/** Throws where pool, names and tree differ. */
export function poolSetInvariants({ pool, poolKeys, trees }: Machines): void {
  assert(poolKeys.size === pool.count, 'every transaction of the pool has its name')
  assert(trees.transactions.size === pool.count, 'the set that is compared is the pool')
}
