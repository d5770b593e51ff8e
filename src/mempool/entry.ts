/** One transaction of the pool. */
import type { Account as LedgerAccount } from '../domain/ledger/account.ts'
import type { Transaction } from '../domain/transaction.ts'

/** The pool's view of a sender: what the ledger says of it. */
export type Account = LedgerAccount

export interface PoolEntry {
  readonly transaction: Transaction
  /** Handed in by this node's own user: never evicted. */
  readonly local: boolean
  /** Its bytes are on the disk. */
  readonly durable: boolean
  /**
   * `pending`: may enter the next block. `parked`: waits for a nonce, for balance, or for room among the pending of its
   * sender.
   */
  readonly state: 'pending' | 'parked'
  /** When it came in, ms since the Unix epoch. */
  readonly admittedMs: number
}

/** The same as the pool's own files see it. */
export interface Held extends PoolEntry {
  local: boolean
  durable: boolean
  state: 'pending' | 'parked'
  /** Order of arrival. */
  readonly sequence: number
  /** Came ahead of its turn and has never been pending: counts towards the parked quota. */
  early: boolean
}
