/** Requests of ours under way, and what each was for. */
import type { BlockHash, PeerId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'

export type Asked =
  | { readonly kind: 'hello'; readonly peer: PeerId }
  | { readonly kind: 'headers'; readonly peer: PeerId }
  | { readonly kind: 'blocks'; readonly peer: PeerId; readonly hashes: readonly BlockHash[] }
  /** Transactions that a compact block lacks. */
  | { readonly kind: 'block-transactions'; readonly peer: PeerId; readonly hash: BlockHash }
  | { readonly kind: 'reconcile'; readonly peer: PeerId }
  /** Transactions by their names in reconciliation. */
  | { readonly kind: 'transactions'; readonly peer: PeerId; readonly fetch: number; readonly keys: readonly ItemKey[] }
  /** Node records by their names. */
  | { readonly kind: 'records'; readonly peer: PeerId; readonly fetch: number; readonly keys: readonly ItemKey[] }
  | { readonly kind: 'probe'; readonly peer: PeerId; readonly probe: number }
  /** A question of a survey of ours. */
  | {
      readonly kind: 'survey'
      readonly peer: PeerId
      readonly survey: number
      readonly ask: number
      readonly ids: number
    }
  /** A peer's question that we handed on. */
  | { readonly kind: 'observe-relay'; readonly peer: PeerId; readonly request: number; readonly ids: number }
