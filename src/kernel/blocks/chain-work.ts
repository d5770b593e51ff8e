/**
 * The one step of the chain that may be under way outside of the kernel: reading from the disk, checking signatures of
 * a body, or writing a move of the head. While it is, the chain takes headers and bodies, and moves no further.
 */
import type { BlockHash } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { Adoption } from '../../chain/chain.ts'
import type { JobNumber } from '../shared/event.ts'

export type ChainWork =
  /** `sinceMs`: when they were first asked for; monotonic. */
  | {
      readonly kind: 'reading-bodies'
      readonly job: JobNumber
      readonly hashes: readonly BlockHash[]
      readonly sinceMs: number
    }
  /** They were not on the disk yet: a body put aside is written without anybody waiting for it. */
  | { readonly kind: 'awaiting-bodies'; readonly hashes: readonly BlockHash[]; readonly sinceMs: number }
  | { readonly kind: 'reading-changes'; readonly job: JobNumber; readonly hash: BlockHash }
  | {
      readonly kind: 'verifying'
      readonly job: JobNumber
      readonly hash: BlockHash
      readonly unverified: readonly Transaction[]
    }
  | { readonly kind: 'writing'; readonly job: JobNumber; readonly adoption: Adoption }
