/**
 * Rebuilding blocks from their compact form (BIP 152's idea): most transactions are in the pool already, so only short
 * ids cross the wire.
 *
 * Tracked: blocks whose header passed and whose transactions are not all here yet, with the places that are missing,
 * the peers that relayed the header (they have the block, or will), and whom we asked.
 *
 * Rules.
 * - A place is filled from the prefilled ones, then from the pool by short id. A short id that two pool transactions
 *   share fills nothing. *Rationale*: 64 bits can be ground to collide by whoever can pay for both; a wrong guess would
 *   cost the whole block.
 * - Missing places are asked from the peer that brought the block, then from others that relayed it, each once, two
 *   seconds each.
 * - When nobody is left to ask, or the rebuilt body does not fit the header, the block is given up here and fetched
 *   whole by whoever catches up with the chain: the header stands, only the shortcut failed. Whoever served a wrong
 *   transaction is told apart by the caller, who compares each with its short id.
 *
 * The attacker's best move: announce, then stay silent: two seconds per announcing attacker before the full block is
 * fetched; with a full block coming from others, none.
 *
 * Invariants: at most PARTIAL_BLOCKS_MAX blocks, each with at least one missing place and at most one question under
 * way.
 */
import type { CompactBlock, ShortId, SignedHeader } from '../domain/block.ts'
import type { BlockHash, PeerId } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import { assert } from '../lib/assert.ts'
import { MISSING_DEADLINE_MS, PARTIAL_BLOCKS_MAX, SOURCES_MAX } from './compact-limits.ts'

export type Rebuild =
  /**
   * Every place is filled. `guessed`: some by short id, so that the body must still be held against the header's root.
   */
  | {
      readonly kind: 'complete'
      readonly header: SignedHeader
      readonly transactions: readonly Transaction[]
      readonly asked: number
      /** Who gave what was missing last; null where nothing was. */
      readonly from: PeerId | null
    }
  | { readonly kind: 'ask'; readonly peer: PeerId; readonly hash: BlockHash; readonly missing: readonly number[] }
  /** Nobody is left to ask: fetch it whole. */
  | { readonly kind: 'given-up'; readonly hash: BlockHash }
  | { readonly kind: 'nothing' }

interface Partial {
  readonly header: SignedHeader
  readonly shortIds: readonly ShortId[]
  readonly places: (Transaction | null)[]
  readonly untried: PeerId[]
  readonly tried: Set<PeerId>
  asking: { readonly peer: PeerId; readonly sinceMs: number } | null
  asked: number
}

/** The pool's transaction with this short id; null where there is none or more than one. */
export type ShortIdLookup = (id: ShortId) => Transaction | null

export class CompactRelay {
  readonly #partials = new Map<BlockHash, Partial>()

  has(hash: BlockHash): boolean {
    return this.#partials.has(hash)
  }

  /** A compact block came whose header passed, and so did rule "compact" (domain/rules). */
  start(block: CompactBlock, source: PeerId, lookup: ShortIdLookup, nowMs: number): Rebuild {
    const { header, shortIds } = block
    if (this.#partials.has(header.hash)) return this.announced(header.hash, source, nowMs)
    const places: (Transaction | null)[] = shortIds.map(() => null)
    for (const { index, transaction } of block.prefilled) places[index] = transaction
    shortIds.forEach((id, index) => {
      places[index] ??= lookup(id)
    })
    if (!places.includes(null))
      return { kind: 'complete', header, transactions: places as Transaction[], asked: 0, from: null }
    if (this.#partials.size >= PARTIAL_BLOCKS_MAX) {
      const oldest = this.#partials.keys().next()
      if (oldest.done !== true) this.#partials.delete(oldest.value)
    }
    const partial: Partial = { header, shortIds, places, untried: [source], tried: new Set(), asking: null, asked: 0 }
    this.#partials.set(header.hash, partial)
    return this.#ask(partial, nowMs)
  }

  /** Another peer relayed the header: it can be asked, too. */
  announced(hash: BlockHash, peer: PeerId, nowMs: number): Rebuild {
    const partial = this.#partials.get(hash)
    if (partial === undefined || partial.tried.has(peer) || partial.untried.includes(peer)) return { kind: 'nothing' }
    if (partial.untried.length < SOURCES_MAX) partial.untried.push(peer)
    return partial.asking === null ? this.#ask(partial, nowMs) : { kind: 'nothing' }
  }

  /** Places that the peer was asked for; for holding its answer against the short ids. */
  expected(hash: BlockHash, peer: PeerId): readonly { readonly index: number; readonly shortId: ShortId }[] | null {
    const partial = this.#partials.get(hash)
    if (partial?.asking?.peer !== peer) return null
    return missingOf(partial).map((index) => ({ index, shortId: partial.shortIds[index] as ShortId }))
  }

  /** Transactions came, each with the short id of its place. */
  filled(hash: BlockHash, peer: PeerId, transactions: ReadonlyMap<number, Transaction>, nowMs: number): Rebuild {
    const partial = this.#partials.get(hash)
    if (partial?.asking?.peer !== peer) return { kind: 'nothing' }
    for (const [index, transaction] of transactions) partial.places[index] ??= transaction
    partial.asking = null
    if (partial.places.includes(null)) return this.#ask(partial, nowMs)
    this.#partials.delete(hash)
    return {
      kind: 'complete',
      header: partial.header,
      transactions: partial.places as Transaction[],
      asked: partial.asked,
      from: peer,
    }
  }

  /** The peer failed to answer. */
  failed(hash: BlockHash, peer: PeerId, nowMs: number): Rebuild {
    return this.filled(hash, peer, new Map(), nowMs)
  }

  peerGone(peer: PeerId, nowMs: number): Rebuild[] {
    const outcomes: Rebuild[] = []
    for (const [hash, partial] of this.#partials) {
      const at = partial.untried.indexOf(peer)
      if (at >= 0) partial.untried.splice(at, 1)
      if (partial.asking?.peer === peer) outcomes.push(this.failed(hash, peer, nowMs))
    }
    return outcomes
  }

  /** Questions whose time is over go to the next peer. */
  wake(nowMs: number): Rebuild[] {
    const outcomes: Rebuild[] = []
    for (const [hash, { asking }] of this.#partials) {
      if (asking !== null && nowMs - asking.sinceMs > MISSING_DEADLINE_MS)
        outcomes.push(this.failed(hash, asking.peer, nowMs))
    }
    return outcomes
  }

  /** The block came another way, or is of no use any more. */
  forget(hash: BlockHash): void {
    this.#partials.delete(hash)
  }

  get size(): number {
    return this.#partials.size
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'relay.partialBlocks', size: this.#partials.size, capacity: PARTIAL_BLOCKS_MAX, unit: 'blocks' }]
  }

  invariants(): void {
    assert(this.#partials.size <= PARTIAL_BLOCKS_MAX, 'partial blocks within their bound')
    for (const partial of this.#partials.values()) {
      assert(partial.places.includes(null), 'a partial block misses something')
      assert(partial.asking !== null, 'somebody is being asked')
      assert(partial.untried.length <= SOURCES_MAX, 'sources within their bound')
    }
  }

  #ask(partial: Partial, nowMs: number): Rebuild {
    const peer = partial.untried.shift()
    const { hash } = partial.header
    if (peer === undefined) {
      this.#partials.delete(hash)
      return { kind: 'given-up', hash }
    }
    partial.tried.add(peer)
    partial.asking = { peer, sinceMs: nowMs }
    partial.asked++
    return { kind: 'ask', peer, hash, missing: missingOf(partial) }
  }
}

function missingOf(partial: Partial): number[] {
  return partial.places.flatMap((transaction, index) => (transaction === null ? [index] : []))
}
