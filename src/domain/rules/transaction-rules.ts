/**
 * Rules on one transaction that need no state (PROTOCOL.md, Transactions). They hold for the pool and for blocks alike:
 * what they refuse with a verdict of `reject` no honest node ever takes, at any time.
 */
import { CREATED_AHEAD_MS, U64_MAX } from '../params.ts'
import type { RejectCode } from '../reject.ts'
import type { Transaction } from '../transaction.ts'

/** What a transaction takes from its sender. */
export function costOf(transaction: Transaction): bigint {
  return transaction.cost
}

/**
 * Rule "values": amount + fee fit into 64 bits, and so does the nonce that follows. The second keeps an account's nonce
 * from running over; nobody gets there by counting.
 */
export function checkValues(transaction: Transaction): Extract<RejectCode, 'overflow'> | null {
  return costOf(transaction) > U64_MAX || transaction.nonce === U64_MAX ? 'overflow' : null
}

/**
 * Rule "window": createdAt − 30 s ≤ time ≤ createdAt + lifetime. For a block `timeMs` is the start of its slot, and
 * this is a rule; for the pool it is the local clock, and this is policy.
 */
export function checkWindow(
  createdAtMs: number,
  timeMs: number,
  lifetimeMs: number,
): Extract<RejectCode, 'expired' | 'too-early'> | null {
  if (timeMs > createdAtMs + lifetimeMs) return 'expired'
  return createdAtMs - CREATED_AHEAD_MS > timeMs ? 'too-early' : null
}
