/** A validator's block in the making. */
import type { BlockHash } from '../../domain/ids.ts'
import type { BlockHeader } from '../../domain/block.ts'
import type { AccountChange, Ledger } from '../../domain/ledger/ledger.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { RejectCode } from '../../domain/reject.ts'
import type { JobNumber } from '../shared/event.ts'

interface Draft {
  /** Of the write of the slot, then of the signature. */
  readonly job: JobNumber
  readonly header: BlockHeader
  readonly headerBytes: Uint8Array
  readonly transactions: readonly Transaction[]
  readonly ledger: Ledger
  readonly changes: readonly AccountChange[]
}

export interface Proposal {
  /** The highest slot that this validator has signed for, or may have; -1 for none. */
  lastSignedSlot: number
  draft: Draft | null
  /** The head that better headers were known for, and since when we wait for their bodies (monotonic ms). */
  awaited: { readonly head: BlockHash; readonly sinceMs: number } | null
  /** The last block of ours that our own chain did not take, and why; null once one was taken. */
  refused: { readonly slot: number; readonly code: RejectCode } | null
  /** Whether the clock was off when it was last looked at. */
  wasOff: boolean
  /** Whether slots pass unused, and a block is made only when one is asked for. */
  isOnDemand: boolean
  /** The block that is asked for. */
  wish: Wish | null
}

export interface Wish {
  readonly slot: number
  /** The head that it shall be built on: what moved meanwhile is not built on unasked. */
  readonly parent: BlockHash
  /** Not after this; monotonic ms. */
  readonly untilMs: number
}
