/**
 * Fetched transactions that came ahead of the ones before them, and wait for these. Several peers are asked at once, so
 * that a run of nonces comes in any order.
 *
 * Tracked: each waiting transaction with who gave it. What waits longer than HELD_BACK_MS is forgotten: the next
 * comparison brings it up. Rule: only what the pool would take now is looked at again. Rationale: with looking at all
 * of them after each answer, a joiner that fetched 5,000 transactions judged 20,000, and whoever sends gaps on purpose
 * would have had the same from us. Rule: when there is no room, whoever gave most gives way, the oldest first, to one
 * who gave fewer. Rationale: one peer that answers with gaps that never close would otherwise take every place for
 * HELD_BACK_MS, over and over.
 */
import type { AccountId, PeerId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'
import { SetIndex } from '../../lib/set-index.ts'

/** A few requests' worth. */
export const HELD_BACK_MAX = 2_048
/**
 * How long they wait, ms: longer than whom we asked for the ones before may take (REASK_MS for each of several
 * holders).
 */
export const HELD_BACK_MS = 15_000

export interface HeldBackItem {
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly sender: AccountId
  readonly nonce: bigint
  readonly sinceMs: number
}

export class HeldBack {
  readonly #items = new Map<ItemKey, HeldBackItem>()
  readonly #bySender = new SetIndex<AccountId, ItemKey>()
  readonly #byPeer = new SetIndex<PeerId, ItemKey>()

  get size(): number {
    return this.#items.size
  }

  /** False where there is no room for who gave it. */
  add(key: ItemKey, item: HeldBackItem): boolean {
    this.#remove(key)
    if (this.#items.size >= HELD_BACK_MAX && !this.#makeRoom(item.from)) return false
    // What came is a view on the whole answer, up to 1 MiB, which it would keep alive.
    this.#items.set(key, { ...item, bytes: new Uint8Array(item.bytes) })
    this.#bySender.add(item.sender, key)
    this.#byPeer.add(item.from, key)
    return true
  }

  expire(monoMs: number): void {
    for (const [key, { sinceMs }] of this.#items) if (monoMs - sinceMs > HELD_BACK_MS) this.#remove(key)
  }

  /**
   * Takes out what may come in now, in the order of nonces: for each of these senders all up to the highest nonce that
   * the pool would take, and what follows that without a gap.
   */
  takeReady(senders: Iterable<AccountId>, highestNonce: (sender: AccountId) => bigint): readonly HeldBackItem[] {
    const ready: HeldBackItem[] = []
    for (const sender of senders) {
      const waiting = [...(this.#bySender.get(sender) ?? [])]
        .flatMap((key) => {
          const item = this.#items.get(key)
          return item === undefined ? [] : [{ key, item }]
        })
        .sort((a, b) => (a.item.nonce < b.item.nonce ? -1 : 1))
      const highest = waiting.length > 0 ? highestNonce(sender) : 0n
      let last: bigint | null = null
      for (const { key, item } of waiting) {
        if (item.nonce > highest && (last === null || item.nonce !== last + 1n)) break
        last = item.nonce
        this.#remove(key)
        ready.push(item)
      }
    }
    return ready
  }

  #remove(key: ItemKey): void {
    const item = this.#items.get(key)
    if (item === undefined) return
    this.#items.delete(key)
    this.#bySender.delete(item.sender, key)
    this.#byPeer.delete(item.from, key)
  }

  /** Whether the oldest of who gave most, and more than `newcomer` would have, made room. */
  #makeRoom(newcomer: PeerId): boolean {
    const most = this.#byPeer.largest(newcomer)
    const [oldest] = most
    if (oldest === undefined || most.size <= this.#byPeer.count(newcomer) + 1) return false
    this.#remove(oldest)
    return true
  }
}
