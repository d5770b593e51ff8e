/**
 * The last transactions that this node admitted, so that one can still be shown when it has left the pool. Bounded, the
 * oldest go first.
 */
import type { TxId } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import { Oldest } from '../lib/oldest.ts'
import { ARCHIVE_MAX } from './limits.ts'

export class Archive {
  readonly #transactions = new Map<TxId, Transaction>()
  readonly #oldest = new Oldest(this.#transactions)

  keep(transaction: Transaction): void {
    this.#transactions.delete(transaction.id)
    if (this.#transactions.size >= ARCHIVE_MAX) this.#oldest.take()
    this.#transactions.set(transaction.id, transaction)
  }

  get(id: TxId): Transaction | undefined {
    return this.#transactions.get(id)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'archive', size: this.#transactions.size, capacity: ARCHIVE_MAX, unit: 'transactions' }]
  }
}
