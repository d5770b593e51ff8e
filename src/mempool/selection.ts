/**
 * What goes into a block: always the best-paying transaction whose predecessors are in already, as long as there is
 * room.
 *
 * A sender whose next one does not fit, is outside the window of the slot or is not covered is done: what comes behind
 * it could not be applied. A cheap transaction in front of a dear one holds it back; that is its sender's choice, who
 * may replace it.
 */
import { checkWindow, costOf } from '../domain/rules/transaction-rules.ts'
import type { AccountId } from '../domain/ids.ts'
import type { Account } from '../domain/ledger/account.ts'
import type { Transaction } from '../domain/transaction.ts'
import { MinHeap } from '../lib/min-heap.ts'
import type { Held } from './entry.ts'
import type { SenderQueue } from './sender-queue.ts'

interface Cursor {
  readonly queue: SenderQueue
  readonly balance: bigint
  index: number
  cost: bigint
  next: Held
}

/**
 * Transactions in an order in which the ledger takes them. `bytesMax` bounds the sum of their sizes and offsets of
 * 4 bytes each.
 */
export function selectForBlock(
  queues: Iterable<SenderQueue>,
  limits: { readonly countMax: number; readonly bytesMax: number },
  slotTimeMs: number,
  txLifetimeMs: number,
  accountOf: (id: AccountId) => Account,
): readonly Transaction[] {
  const best = new MinHeap<Cursor>((a, b) => paysBetter(a.next, b.next))
  for (const queue of queues) {
    const account = accountOf(queue.sender)
    const index = Number(account.nonce - queue.account.nonce)
    const next = queue.pending[index]
    if (next !== undefined) best.push({ queue, balance: account.balance, index, cost: 0n, next })
  }
  const selected: Transaction[] = []
  let bytes = 0
  for (let cursor = best.pop(); cursor !== undefined && selected.length < limits.countMax; cursor = best.pop()) {
    const { transaction } = cursor.next
    const size = transaction.bytes.byteLength + 4
    cursor.cost += costOf(transaction)
    const isTakeable =
      bytes + size <= limits.bytesMax &&
      cursor.cost <= cursor.balance &&
      checkWindow(transaction.createdAtMs, slotTimeMs, txLifetimeMs) === null
    if (!isTakeable) continue
    selected.push(transaction)
    bytes += size
    cursor.index++
    const next = cursor.queue.pending[cursor.index]
    if (next === undefined) continue
    cursor.next = next
    best.push(cursor)
  }
  return selected
}

/** The higher fee, then the earlier arrival. */
function paysBetter(a: Held, b: Held): boolean {
  if (a.transaction.fee !== b.transaction.fee) return a.transaction.fee > b.transaction.fee
  return a.sequence < b.sequence
}
