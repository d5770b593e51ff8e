import type { TxId } from '../domain/ids.ts'
import type { ItemKey } from '../domain/item-key.ts'

/** Names of the pool's transactions in reconciliation, both ways. */
export interface PoolKeys {
  readonly keyOf: Map<TxId, ItemKey>
  readonly idOf: Map<ItemKey, TxId>
}
