/**
 * The ledgers of recent blocks, each with what its block changed. To undo a block whose parent's ledger is here is to
 * follow a pointer; further back, the changes of each block are asked from the disk, and the ledger before it is worked
 * out.
 */
import type { BlockHash } from '../domain/ids.ts'
import type { AccountChange, Ledger } from '../domain/ledger/ledger.ts'

export interface LedgerState {
  readonly ledger: Ledger
  /** What the block changed; null for a state that was read from the disk at start, until the disk is asked. */
  readonly changes: readonly AccountChange[] | null
}

export class Ledgers {
  readonly #kept: number
  readonly #states = new Map<BlockHash, LedgerState & { readonly height: number }>()

  /** @param kept how many heights */
  constructor(kept: number) {
    this.#kept = kept
  }

  get size(): number {
    return this.#states.size
  }

  get(hash: BlockHash): LedgerState | undefined {
    return this.#states.get(hash)
  }

  set(block: { readonly hash: BlockHash; readonly height: number }, state: LedgerState): void {
    this.#states.set(block.hash, { ...state, height: block.height })
  }

  /**
   * Keeps the ledgers of the newest heights, on all branches, and forgets in their index of keys what no ledger has any
   * more.
   */
  prune(
    head: { readonly hash: BlockHash; readonly height: number },
    isOnBestChain: (hash: BlockHash) => boolean,
  ): void {
    for (const [hash, state] of this.#states) if (state.height <= head.height - this.#kept) this.#states.delete(hash)
    const ledger = this.#states.get(head.hash)?.ledger
    if (ledger === undefined || ledger.indexSize <= 2 * ledger.size + 1_024) return
    // All ancestors of the head have a part of its accounts, so only other branches add to them.
    const aside = [...this.#states].filter(([hash]) => !isOnBestChain(hash)).map(([, state]) => state.ledger)
    ledger.retainIndex(aside, 0)
  }
}
