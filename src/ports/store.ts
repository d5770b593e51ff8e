/** Durable, ordered bytes under string keys in a closed list of spaces. */

export type Space =
  'identity' | 'pool' | 'bans' | 'peers' | 'chain' | 'blocks' | 'state' | 'index' | 'safety' | 'records' | 'invitations'

export type StoreWrite =
  | { readonly kind: 'put'; readonly space: Space; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly space: Space; readonly key: string }

export type WriteOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

export interface Store {
  get(space: Space, key: string): Promise<Uint8Array | undefined>
  /** Pairs in ascending order of key; keys from `from` (inclusive) to `to` (exclusive) where given. */
  entries(
    space: Space,
    range?: { from?: string; to?: string; limit?: number },
  ): Promise<readonly (readonly [string, Uint8Array])[]>
  /**
   * All writes or none. `durable`: the outcome is reported after the bytes are on the disk (fsync); calls that come
   * together share one sync. A failed durable write is final for the store: every later write fails too, since the
   * kernel may have dropped pages. Never rejects.
   */
  write(writes: readonly StoreWrite[], options: { durable: boolean }): Promise<WriteOutcome>
  /** False after a failed write. */
  readonly healthy: boolean
  close(): Promise<void>
}
