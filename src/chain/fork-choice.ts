/**
 * Which of two blocks is the better head: the one whose chain weighs more (makers.ts); then the higher one; then the
 * one of the lower slot; then the one with the lower hash. Every node that knows the same blocks chooses the same,
 * whatever the order in which they came: nothing here depends on when a block arrived.
 *
 * Weight before height: an idle network leaves slots unused, and whoever owns them may fill them at any time later.
 * Height alone would let a single validator write a longer chain in its past slots than all others have made. Height
 * next: where too few validators are there to make weight, each block counts the same. The lower slot next: who was on
 * time should not lose to who came later and built on the same parent.
 */
import type { BlockHash } from '../domain/ids.ts'

export interface Place {
  readonly hash: BlockHash
  readonly height: number
  readonly slot: number
}

/** A block with what its chain weighs, counted from any block that both of two chains have. */
export interface Ranked extends Place {
  readonly weight: number
}

/** Whether `a` is the better head. Never true both ways, and true one way for two different blocks. */
export function isBetter(a: Ranked, b: Ranked): boolean {
  if (a.weight !== b.weight) return a.weight > b.weight
  if (a.height !== b.height) return a.height > b.height
  if (a.slot !== b.slot) return a.slot < b.slot
  return a.hash < b.hash
}
