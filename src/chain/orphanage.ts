/**
 * Valid blocks whose parents are not here yet.
 *
 * Rules (SECURITY.md A20).
 * - At most 64, 16 MiB together, 8 of one peer; each for ten minutes.
 * - A full orphanage takes from the peer that holds most, and only for a peer that holds at least two fewer: so a peer
 *   can push out what another has beyond its own share, and never what lies within an equal share. With eight peers
 *   that is eight for each, with 64 one.
 * - The oldest of a peer goes first: what has waited longest is the least likely to find its parent.
 *
 * Invariants: counts and bytes add up and hold their bounds; every orphan is found by its hash, its parent and its
 * peer.
 *
 * The attacker's best move is to come with many peers; it then leaves every honest one with its equal share. It needs a
 * validator's key for that, since only headers with valid signatures come here.
 */
import type { BlockHash, PeerId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { SetIndex } from '../lib/set-index.ts'
import { ORPHAN_BYTES_MAX, ORPHAN_LIFE_MS, ORPHANS_MAX, ORPHANS_PER_PEER_MAX } from './limits.ts'

export interface Orphan<T> {
  readonly hash: BlockHash
  readonly parent: BlockHash
  readonly from: PeerId
  readonly bytes: number
  /** Whatever the caller needs to go on. */
  readonly value: T
}

interface Held<T> extends Orphan<T> {
  readonly expiresAtMs: number
}

export class Orphanage<T> {
  /** In order of arrival, which is the order of expiry. */
  readonly #orphans = new Map<BlockHash, Held<T>>()
  readonly #byParent = new SetIndex<BlockHash, Held<T>>()
  readonly #byPeer = new SetIndex<PeerId, Held<T>>()
  #bytes = 0

  get size(): number {
    return this.#orphans.size
  }
  get bytes(): number {
    return this.#bytes
  }

  has(hash: BlockHash): boolean {
    return this.#orphans.has(hash)
  }

  /** How many a peer has here. */
  heldOf(peer: PeerId): number {
    return this.#byPeer.count(peer)
  }

  /** Takes an orphan in; false when its peer has its share or there is no room for it. `nowMs` is monotonic. */
  add(orphan: Orphan<T>, nowMs: number): boolean {
    this.expire(nowMs)
    if (this.has(orphan.hash) || orphan.bytes > ORPHAN_BYTES_MAX) return false
    const own = this.heldOf(orphan.from)
    if (own >= ORPHANS_PER_PEER_MAX) return false
    while (this.size >= ORPHANS_MAX || this.#bytes + orphan.bytes > ORPHAN_BYTES_MAX) {
      const victim = this.#oldestOfLargest()
      if (victim === undefined || this.heldOf(victim.from) < own + 2) return false
      this.#drop(victim)
    }
    const held: Held<T> = { ...orphan, expiresAtMs: nowMs + ORPHAN_LIFE_MS }
    this.#orphans.set(held.hash, held)
    this.#byParent.add(held.parent, held)
    this.#byPeer.add(held.from, held)
    this.#bytes += held.bytes
    return true
  }

  /** Takes out the orphans that wait for this block itself; their own children follow when each of them is taken. */
  takeChildren(parent: BlockHash): readonly Orphan<T>[] {
    const children = [...(this.#byParent.get(parent) ?? [])]
    for (const child of children) this.#drop(child)
    return children
  }

  /**
   * The block that is missing before this one: follows parents as long as they are orphans themselves. Null where
   * `hash` is none. Bounded by the number of orphans: hashes make no circles.
   */
  missingBefore(hash: BlockHash): BlockHash | null {
    let orphan = this.#orphans.get(hash)
    let missing: BlockHash | null = null
    while (orphan !== undefined) {
      missing = orphan.parent
      orphan = this.#orphans.get(missing)
    }
    return missing
  }

  /** Drops what a peer left behind. */
  forgetPeer(peer: PeerId): void {
    for (const orphan of [...(this.#byPeer.get(peer) ?? [])]) this.#drop(orphan)
  }

  expire(nowMs: number): number {
    let dropped = 0
    for (const orphan of this.#orphans.values()) {
      if (orphan.expiresAtMs > nowMs) break
      this.#drop(orphan)
      dropped++
    }
    return dropped
  }

  /** Throws where the specification above does not hold. */
  invariants(): void {
    let bytes = 0
    for (const orphan of this.#orphans.values()) {
      bytes += orphan.bytes
      assert(this.#byParent.get(orphan.parent)?.has(orphan) === true, 'an orphan is found by its parent')
      assert(this.#byPeer.get(orphan.from)?.has(orphan) === true, 'an orphan is found by its peer')
    }
    assert(bytes === this.#bytes && bytes <= ORPHAN_BYTES_MAX, 'bytes are counted and bounded')
    assert(this.size <= ORPHANS_MAX, 'the number is bounded')
    const count = (sets: Iterable<ReadonlySet<Held<T>>>): number => {
      let sum = 0
      for (const set of sets) {
        assert(set.size > 0, 'no empty set stays')
        sum += set.size
      }
      return sum
    }
    assert(count(this.#byParent.values()) === this.size, 'no index has more than the orphans')
    assert(count(this.#byPeer.values()) === this.size, 'no index has more than the orphans')
    for (const set of this.#byPeer.values()) assert(set.size <= ORPHANS_PER_PEER_MAX, 'a peer has its share at most')
  }

  #oldestOfLargest(): Held<T> | undefined {
    return this.#byPeer.largest().values().next().value
  }

  #drop(orphan: Held<T>): void {
    this.#orphans.delete(orphan.hash)
    this.#byParent.delete(orphan.parent, orphan)
    this.#byPeer.delete(orphan.from, orphan)
    this.#bytes -= orphan.bytes
  }
}
