/** Requests of ours under way, and what each was for. */
import type { BlockHash, PeerId } from '../domain/ids.ts'

export type Asked =
  | { readonly kind: 'hello'; readonly peer: PeerId }
  | { readonly kind: 'headers'; readonly peer: PeerId }
  | { readonly kind: 'blocks'; readonly peer: PeerId; readonly hashes: readonly BlockHash[] }
  /** Transactions that a compact block lacks. */
  | { readonly kind: 'block-transactions'; readonly peer: PeerId; readonly hash: BlockHash }
