/**
 * When the kernel wants to be woken. While anything is under way that can run out of time it is every WAKE_MS. A node
 * at rest sleeps until its next ping, record or comparison is due: a process that wakes costs a third of a millisecond
 * whatever it does then, and a testnet is twenty of them (scripts/experiments/bench/RESULTS.md, P9). What merely gets
 * old (pools, bans, seen hashes) can wait for REST_MS.
 */
import { WAKE_MS } from '../membership/limits.ts'
import type { WingState } from './shared/wing.ts'

/** Longest sleep, ms: what a second more or less means nothing to is looked at once a second. */
export const REST_MS = 1_000

/** Whether anything is under way that has a deadline. Asked after each event. */
export function isAtWork(wings: readonly WingState[]): boolean {
  for (const wing of wings) if (wing.isAtWork) return true
  return false
}

/** How long a node at rest that was woken at `wokeMs` sleeps: until when; monotonic ms. */
export function restsUntilMs(wings: readonly WingState[], wokeMs: number): number {
  const dueMs = wings.reduce((nextMs, wing) => Math.min(nextMs, wing.nextMs), Number.POSITIVE_INFINITY)
  // What is due and did not happen at this wake has its reasons, and is looked at as often as ever.
  return Math.min(Math.max(dueMs, wokeMs + WAKE_MS), wokeMs + REST_MS)
}
