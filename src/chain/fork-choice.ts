/**
 * Which of two blocks is the better head: the higher one; then the one of the lower slot; then the one with the lower hash. Every node
 * that knows the same blocks chooses the same, whatever the order in which they came.
 *
 * Highest and not heaviest: every block weighs one, since a slot has one proposer. The lower slot first: who was on time should not lose
 * to who came later and built on the same parent.
 */
import type { BlockHash } from '../domain/ids.ts'

export interface Place {
  readonly hash: BlockHash
  readonly height: number
  readonly slot: number
}

/** Whether `a` is the better head. Never true both ways, and true one way for two different blocks. */
export function isBetter(a: Place, b: Place): boolean {
  if (a.height !== b.height) return a.height > b.height
  if (a.slot !== b.slot) return a.slot < b.slot
  return a.hash < b.hash
}
