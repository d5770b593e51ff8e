/**
 * When the kernel wants to be woken. While anything is under way that can run out of time it is every WAKE_MS. A node at rest sleeps until its
 * next ping, record or comparison is due: a process that wakes costs a third of a millisecond whatever it does then, and a testnet is
 * twenty of them (scripts/bench/RESULTS.md, P9). What merely gets old (pools, bans, seen hashes) can wait for REST_MS.
 */
import { WAKE_MS } from '../membership/limits.ts'
import type { Machines } from './machines.ts'

/** Longest sleep, ms: what a second more or less means nothing to is looked at once a second. */
export const REST_MS = 1_000

/** Whether anything is under way that has a deadline. */
export function isAtWork(machines: Machines): boolean {
  const { config, asked, jobs, writes, unwritten, strangers, surveys, partsWanted, early, compact } = machines
  if (asked.size + jobs.size + writes.size + unwritten.size + strangers.size + surveys.size > 0) return true
  if (partsWanted.size + early.size + compact.size > 0 || machines.work.current !== null) return true
  // A slot of ours begins when it begins.
  if (config.validator !== null) return true
  const { wanted, wantedRecords, membership, discovery, chainSync, announced, batcher } = machines
  if (wanted.count + wantedRecords.count > 0 || membership.isAtWork || discovery.isLooking) return true
  return chainSync.isBehind(announced.height) || chainSync.isRetrying || batcher.isReturned
}

/** How long a node at rest that was woken at `wokeMs` sleeps: until when; monotonic ms. */
export function restsUntilMs({ membership, pace, repair, redial }: Machines, wokeMs: number): number {
  const dueMs = Math.min(membership.nextMs, pace.dueMs, repair.nextMs, redial.nextMs)
  // What is due and did not happen at this wake has its reasons, and is looked at as often as ever.
  return Math.min(Math.max(dueMs, wokeMs + WAKE_MS), wokeMs + REST_MS)
}
