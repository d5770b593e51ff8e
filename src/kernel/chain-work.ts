/**
 * The one step of the chain that may be under way outside of the kernel: reading from the disk, checking signatures of a body, or writing a
 * move of the head. While it is, the chain takes headers and bodies, and moves no further.
 */
import type { BlockHash } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { Adoption } from '../chain/chain.ts'
import type { JobNumber } from './event.ts'

export type ChainWork =
  | { readonly kind: 'reading-bodies'; readonly job: JobNumber; readonly hashes: readonly BlockHash[] }
  | { readonly kind: 'reading-changes'; readonly job: JobNumber; readonly hash: BlockHash }
  | {
      readonly kind: 'verifying'
      readonly job: JobNumber
      readonly hash: BlockHash
      readonly unverified: readonly Transaction[]
    }
  | { readonly kind: 'writing'; readonly job: JobNumber; readonly adoption: Adoption }
