/**
 * The last transactions that this node admitted, so that one can still be shown when it has left the pool. Bounded in
 * count and bytes, the oldest go first.
 */
import type { TxId } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import { Oldest } from '../lib/oldest.ts'
import { ARCHIVE_BYTES_MAX, ARCHIVE_MAX } from './limits.ts'

export class Archive {
  readonly #transactions = new Map<TxId, Transaction>()
  readonly #oldest = new Oldest(this.#transactions)
  #bytes = 0

  keep(transaction: Transaction): void {
    this.#bytes -= this.#transactions.get(transaction.id)?.bytes.byteLength ?? 0
    this.#transactions.delete(transaction.id)
    this.#transactions.set(transaction.id, transaction)
    this.#bytes += transaction.bytes.byteLength
    while (this.#transactions.size > ARCHIVE_MAX || this.#bytes > ARCHIVE_BYTES_MAX)
      this.#bytes -= this.#oldest.take()?.[1].bytes.byteLength ?? this.#bytes
  }

  get(id: TxId): Transaction | undefined {
    return this.#transactions.get(id)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'archive', size: this.#transactions.size, capacity: ARCHIVE_MAX, unit: 'transactions' },
      { name: 'archive.bytes', size: this.#bytes, capacity: ARCHIVE_BYTES_MAX, unit: 'bytes' },
    ]
  }
}
