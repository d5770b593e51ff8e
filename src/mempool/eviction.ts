/**
 * Who goes first when room is needed, in two orders.
 *
 * For one that is payable: those that came ahead of their turn, then those that lost it, then the pending; the lower
 * fee first; then the newer first. A local tail never goes, and so protects all before it.
 *
 * For one that is parked only others that came ahead of their turn, never for their fee, which none of them may ever
 * pay: of whoever has most of them, and of equal ones the one that waits longest. Rationale: what was merely overtaken
 * waits for a moment, and its sender has few of it; whoever takes all places has many, or has had them for long
 * (SECURITY.md A42).
 */
import type { Held } from './entry.ts'
import { PARKED_PATIENCE_MS } from './limits.ts'
import type { Tail } from './queue-heap.ts'

/** Position of an entry in the order of classes; the local ones are at the end and stay. */
function classOf(entry: Held): 0 | 1 | 2 | 3 {
  if (entry.local) return 3
  if (entry.state === 'pending') return 2
  return entry.early ? 0 : 1
}

/** Whether `a` goes before `b` for one that is payable. */
export function paysLess({ entry: a }: Tail, { entry: b }: Tail): boolean {
  const byClass = classOf(a) - classOf(b)
  if (byClass !== 0) return byClass < 0
  if (a.transaction.fee !== b.transaction.fee) return a.transaction.fee < b.transaction.fee
  return a.sequence > b.sequence
}

/** Whether `a` goes before `b` for one that is parked. */
export function holdsMore(a: Tail, b: Tail): boolean {
  const [mayA, mayB] = [isEarly(a.entry), isEarly(b.entry)]
  if (mayA !== mayB) return mayA
  const [countA, countB] = [earlyOf(a), earlyOf(b)]
  return countA !== countB ? countA > countB : a.entry.sequence < b.entry.sequence
}

/**
 * Whether a tail goes for one more parked one of a sender who has `held` of them: where its own sender would still have
 * as many, or is no worse off and it has waited for longer than who is merely overtaken.
 */
export function makesWay(tail: Tail, held: number, nowMs: number): boolean {
  if (!isEarly(tail.entry)) return false
  const count = earlyOf(tail)
  if (count > held + 1) return true
  return count === held + 1 && nowMs - tail.entry.admittedMs >= PARKED_PATIENCE_MS
}

function isEarly({ early, local }: Held): boolean {
  return early && !local
}

/** How many early ones the sender of a tail has when it is one. */
function earlyOf({ queue, depth }: Tail): number {
  return queue.earlyCount - depth
}
