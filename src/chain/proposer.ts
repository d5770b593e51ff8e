/**
 * When this node makes a block.
 *
 * Rules.
 * - In a slot of its own, above the head's slot, and above every slot it has signed before: the last signed slot is on
 *   the disk before a signature leaves, so that no restart signs a slot twice.
 * - Only with transactions, or while a block with transactions isn't settled: an empty block then is a vote of
 *   confidence. A quiet network makes no blocks.
 * - On demand, on development networks only: the first two hold all the same, and nothing is made unless it is asked
 *   for, empty or not. Also for a slot that has passed unused: rules on headers leave those to their owner.
 */
import type { AccountId } from '../domain/ids.ts'
import type { NetworkParams } from '../domain/params.ts'
import { proposerOf, slotAt, slotTimeMs } from '../domain/slots.ts'

export interface Prospect {
  readonly headSlot: number
  /** The highest slot that this validator has signed a header for, -1 for none. */
  readonly lastSignedSlot: number
  /** Whether the pool has something for a block. */
  readonly hasTransactions: boolean
  /** Whether a block with transactions on the best chain isn't settled. */
  readonly isUnsettled: boolean
}

/** The slot for which a block is due now, or null. */
export function dueSlot(params: NetworkParams, self: AccountId, nowMs: number, prospect: Prospect): number | null {
  const slot = slotAt(params, nowMs)
  if (slot < 1 || proposerOf(params, slot) !== self) return null
  if (slot <= prospect.headSlot || slot <= prospect.lastSignedSlot) return null
  return prospect.hasTransactions || prospect.isUnsettled ? slot : null
}

/** Whether `self` may make a block for this slot, which it was asked for. */
export function mayFill(
  params: NetworkParams,
  self: AccountId,
  nowMs: number,
  slot: number,
  { headSlot, lastSignedSlot }: Pick<Prospect, 'headSlot' | 'lastSignedSlot'>,
): boolean {
  const hasBegun = slot >= 1 && slot <= slotAt(params, nowMs)
  return hasBegun && proposerOf(params, slot) === self && slot > headSlot && slot > lastSignedSlot
}

/** When the next slot of `self` begins after `nowMs`, ms since the Unix epoch; null for who is no validator. */
export function nextTurnMs(params: NetworkParams, self: AccountId, nowMs: number): number | null {
  const first = Math.max(1, slotAt(params, nowMs) + 1)
  for (let slot = first; slot < first + params.validators.length; slot++)
    if (proposerOf(params, slot) === self) return slotTimeMs(params, slot)
  return null
}
