/**
 * Transactions that came from peers and are not on the disk yet. They are written at the next wake, a bounded number
 * each time, if the pool still has them. Rationale: what a block takes within a moment is then neither written nor
 * deleted, and at full load the disk is left to what users were promised. Nothing is promised of these: what a crash
 * takes, repair fetches from the peers that have it.
 */
import type { WithTransactions } from './state.ts'
import type { TxId } from '../../domain/ids.ts'
import { UNWRITTEN_MAX, WRITTEN_PER_WAKE_MAX } from '../../relay/limits.ts'
import { putPoolRecord } from './pool-record.ts'
import type { Turn } from '../shared/turn.ts'

/** A peer's transaction entered the pool. With too many waiting it stays in memory only. */
export function writeSoon({ transactions: { unwritten } }: WithTransactions, id: TxId): void {
  if (unwritten.size < UNWRITTEN_MAX) unwritten.add(id)
}

/** Writes the oldest of them, without waiting for the disk. */
export function writeDue({ transactions: { unwritten, pool } }: WithTransactions, turn: Turn): void {
  let left = WRITTEN_PER_WAKE_MAX
  for (const id of unwritten) {
    if (left === 0) return
    unwritten.delete(id)
    const entry = pool.get(id)
    // A durable one was handed in by our user meanwhile, and is there with that mark.
    if (entry === undefined || entry.durable) continue
    turn.writeLazily(putPoolRecord(entry.transaction, entry.local))
    left--
  }
}
