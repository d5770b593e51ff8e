/**
 * Rules on a header, and on what travels with it, that everybody can check alone: without the parent, the body or any
 * state but the network's parameters and the clock. Who forwards a header that breaks one of the first group has not
 * looked at it, so it is a `reject`; all that depends on the clock or on the parent is an `ignore`, since a valid
 * header is relayed even before its parent is known.
 */
import { BLOCK_COUNT_MAX, shortIdOf, shortIdsHashOf, type BlockHeader, type CompactBlock } from '../block.ts'
import type { NetworkId } from '../ids.ts'
import type { NetworkParams } from '../params.ts'
import type { RejectCode } from '../reject.ts'
import { proposerOf, slotTimeMs } from '../slots.ts'

/** How early a header may be to be held until it is due, ms: inside the 5 s in which gossipsub wants its verdict. */
export const HEADER_EARLY_MS = 2_000

/**
 * Rule "possible": height from 1, as many transactions as a block may have; slots count up from genesis in slot 0, so
 * that a height is at most its slot; and the parent is the network id at height 1 and only there. Rule "proposer": the
 * slot's own.
 */
export function checkHeader(
  header: BlockHeader,
  params: NetworkParams,
  network: NetworkId,
): Extract<RejectCode, 'header-impossible' | 'wrong-proposer'> | null {
  const isFirst = header.height === 1
  const isOnGenesis = (header.parent as string) === network
  if (header.height < 1 || header.height > header.slot || isFirst !== isOnGenesis) return 'header-impossible'
  if (header.txCount > BLOCK_COUNT_MAX) return 'header-impossible'
  return header.proposer === proposerOf(params, header.slot) ? null : 'wrong-proposer'
}

export type Timing =
  | { readonly kind: 'due' }
  /** Hold it until then, and judge it again. */
  | { readonly kind: 'early'; readonly dueMs: number }
  | { readonly kind: 'too-early' }

/** Rule "time": a block counts from the start of its slot on. */
export function timingOf(header: BlockHeader, params: NetworkParams, nowMs: number): Timing {
  const dueMs = slotTimeMs(params, header.slot)
  if (dueMs <= nowMs) return { kind: 'due' }
  return dueMs - nowMs <= HEADER_EARLY_MS ? { kind: 'early', dueMs } : { kind: 'too-early' }
}

/** Rule "parent": one height above it, in a later slot. */
export function checkParent(
  header: BlockHeader,
  parent: { readonly height: number; readonly slot: number },
): Extract<RejectCode, 'parent-mismatch'> | null {
  return header.height === parent.height + 1 && header.slot > parent.slot ? null : 'parent-mismatch'
}

/**
 * Rule "compact": as many short ids as the header says, and those it is bound to; each prefilled transaction stands at
 * its own short id, indexes counting up.
 */
export function checkCompact(block: CompactBlock): Extract<RejectCode, 'compact-mismatch'> | null {
  const { header, shortIds, prefilled } = block
  if (shortIds.length !== header.txCount || shortIdsHashOf(shortIds) !== header.shortIdsHash) return 'compact-mismatch'
  let previous = -1
  for (const { index, transaction } of prefilled) {
    if (index <= previous || shortIds[index] !== shortIdOf(transaction.hash)) return 'compact-mismatch'
    previous = index
  }
  return null
}
