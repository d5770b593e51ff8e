/**
 * Catching up with the chain: whom to ask for headers, whom for blocks, and what to do when nothing comes.
 *
 * Tracked: the best head that each peer told; at most one request for headers; requests for blocks, a few at once over several peers; which
 * peers failed for which block.
 *
 * Rules.
 * - Headers first, from the peer with the best claimed head. *Rationale*: headers are checked alone and cheaply, so a liar about heights costs
 *   one request; blocks are asked for only below headers that passed.
 * - A head that a peer could not prove (it failed, or sent nothing new) is forgotten until it tells another one. *Rationale*: otherwise the
 *   highest liar would be asked for ever.
 * - Blocks go out in short runs, each run to the peer with the fewest requests that has not failed for its first block. A deadline passed is a
 *   failure. When all peers failed for a block they are all allowed again, after a pause. *Rationale*: one silent source among three must
 *   not hold up the others, and one mishap must not blacklist the only source.
 * - Whoever answered nothing of use the last time is asked only where nobody else can be, until it does. *Rationale*: it costs a deadline once,
 *   not once for the headers and again for each run.
 *
 * The attacker's best move is to answer slowly, just within the deadline: he holds one run of blocks at a time, a few seconds each.
 *
 * Invariants: requests within their bounds; a block is asked of one peer at a time; nothing is kept of a peer that is gone.
 */
import type { BlockHash, PeerId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import {
  BLOCK_REQUESTS_MAX,
  BLOCK_REQUESTS_PER_PEER_MAX,
  BLOCK_RUN,
  BLOCKS_TRACKED_MAX,
  CHAIN_DEADLINE_MS,
  HEADERS_DEADLINE_MS,
  HEADERS_PAUSE_MS,
  RETRY_PAUSE_MS,
} from './chain-limits.ts'

export interface ClaimedHead {
  readonly height: number
  readonly hash: BlockHash
}

export type ChainAsk =
  | { readonly kind: 'headers'; readonly peer: PeerId }
  | { readonly kind: 'blocks'; readonly peer: PeerId; readonly hashes: readonly BlockHash[] }

interface HeaderRequest {
  readonly peer: PeerId
  readonly sinceMs: number
}

interface BlockRequest {
  readonly peer: PeerId
  readonly hashes: readonly BlockHash[]
  readonly sinceMs: number
}

/** What the chain knows, asked when the next requests are chosen. */
export interface ChainState {
  readonly height: number
  hasHeader(hash: BlockHash): boolean
  /** Blocks with a checked header and no body, in the order in which they will connect, at most `limit`. */
  missing(limit: number): readonly BlockHash[]
}

export class ChainSync {
  readonly #heads = new Map<PeerId, ClaimedHead>()
  /** Peers that can be asked for blocks, whether or not they claim a better head. */
  readonly #peers = new Set<PeerId>()
  readonly #blockRequests = new Set<BlockRequest>()
  readonly #asked = new Set<BlockHash>()
  readonly #failures = new Map<BlockHash, { peers: Set<PeerId>; retryMs: number }>()
  /** Peers whose last answer did not come, or was of no use. */
  readonly #failing = new Set<PeerId>()
  /** When each peer was last asked for headers. */
  readonly #headersAskedMs = new Map<PeerId, number>()
  #headerRequest: HeaderRequest | null = null
  #headersAgainMs = Number.NEGATIVE_INFINITY

  peerJoined(peer: PeerId): void {
    this.#peers.add(peer)
  }

  peerGone(peer: PeerId): void {
    this.#peers.delete(peer)
    this.#heads.delete(peer)
    this.#failing.delete(peer)
    this.#headersAskedMs.delete(peer)
    if (this.#headerRequest?.peer === peer) this.#headerRequest = null
    for (const request of this.#blockRequests) if (request.peer === peer) this.#end(request)
    for (const failure of this.#failures.values()) failure.peers.delete(peer)
  }

  /** A peer told its head: in a hello, a probe, or by relaying a header. */
  headClaimed(peer: PeerId, head: ClaimedHead): void {
    if (!this.#peers.has(peer)) return
    const known = this.#heads.get(peer)
    if (known === undefined || head.height >= known.height) this.#heads.set(peer, head)
  }

  /** Whether a connected peer claims a higher head. Who could not prove the last one is not believed. */
  isBehind(height: number): boolean {
    for (const [peer, head] of this.#heads) if (head.height > height && !this.#failing.has(peer)) return true
    return false
  }

  /** Whether blocks are asked for again in a while. */
  get isRetrying(): boolean {
    return this.#failures.size > 0
  }

  /** What the peer claims as its head. */
  headOf(peer: PeerId): ClaimedHead | undefined {
    return this.#heads.get(peer)
  }

  /** Requests to make now; each counts as made. */
  next(state: ChainState, nowMs: number): ChainAsk[] {
    this.#giveUpLate(nowMs)
    const asks: ChainAsk[] = []
    const source = this.#headerRequest === null && nowMs >= this.#headersAgainMs ? this.#headerSource(state) : null
    if (source !== null) {
      this.#headerRequest = { peer: source, sinceMs: nowMs }
      this.#headersAskedMs.set(source, nowMs)
      asks.push({ kind: 'headers', peer: source })
    }
    asks.push(...this.#blockAsks(state, nowMs))
    return asks
  }

  /**
   * Headers came and were checked. `fresh`: how many were new; none means that the peer has nothing to prove its head with, unless that came another way
   * meanwhile (`isProven`).
   */
  headersChecked(peer: PeerId, fresh: number, isProven: boolean, nowMs: number): void {
    if (this.#headerRequest?.peer === peer) this.#headerRequest = null
    if (fresh > 0) {
      this.#failing.delete(peer)
      return
    }
    this.#heads.delete(peer)
    if (!isProven && this.#peers.has(peer)) this.#failing.add(peer)
    this.#headersAgainMs = nowMs + HEADERS_PAUSE_MS
  }

  headersFailed(peer: PeerId, nowMs: number): void {
    this.headersChecked(peer, 0, false, nowMs)
  }

  /**
   * A request for blocks ended. `failed`: those among them that the peer should have had and did not send, or sent wrongly; the rest came, or
   * did not fit into the answer and are asked for again.
   */
  blocksEnded(peer: PeerId, hashes: readonly BlockHash[], failed: readonly BlockHash[], nowMs: number): void {
    for (const request of this.#blockRequests) {
      if (request.peer === peer && request.hashes[0] === hashes[0]) this.#end(request)
    }
    if (failed.length < hashes.length) this.#failing.delete(peer)
    else if (this.#peers.has(peer)) this.#failing.add(peer)
    for (const hash of hashes) {
      if (failed.includes(hash)) this.#fail(hash, peer, nowMs)
      else this.#failures.delete(hash)
    }
  }

  /** Whether anything is being fetched. */
  get busy(): boolean {
    return this.#headerRequest !== null || this.#blockRequests.size > 0
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'sync.blockRequests', size: this.#blockRequests.size, capacity: BLOCK_REQUESTS_MAX, unit: 'requests' },
      { name: 'sync.failures', size: this.#failures.size, capacity: BLOCKS_TRACKED_MAX, unit: 'blocks' },
    ]
  }

  invariants(): void {
    for (const { name, size, capacity } of this.sizes()) assert(size <= capacity, `${name} within its capacity`)
    const asked = [...this.#blockRequests].flatMap(({ hashes }) => hashes)
    assert(new Set(asked).size === asked.length, 'a block is asked of one peer at a time')
    assert(
      asked.length === this.#asked.size && asked.every((hash) => this.#asked.has(hash)),
      'asked blocks are those of the requests',
    )
    for (const { peer } of this.#blockRequests) assert(this.#peers.has(peer), 'requests are made of connected peers')
    for (const peer of this.#heads.keys()) assert(this.#peers.has(peer), 'heads are of connected peers')
    for (const peer of this.#failing) assert(this.#peers.has(peer), 'failures are of connected peers')
  }

  /**
   * Who is asked for headers: of those whose claimed head is not worse than ours and unknown, one that did not fail before one that did, then who has not
   * been asked for the longest time, then the highest. A claim costs nothing, so the height of one must not decide alone.
   */
  #headerSource(state: ChainState): PeerId | null {
    let best: { readonly peer: PeerId; readonly rank: readonly [number, number, number] } | null = null
    for (const [peer, head] of this.#heads) {
      if (state.hasHeader(head.hash) || head.height < state.height) continue
      const askedMs = this.#headersAskedMs.get(peer) ?? Number.NEGATIVE_INFINITY
      const rank = [this.#failing.has(peer) ? 1 : 0, askedMs, -head.height] as const
      if (best === null || isBefore(rank, best.rank)) best = { peer, rank }
    }
    return best?.peer ?? null
  }

  #blockAsks(state: ChainState, nowMs: number): ChainAsk[] {
    const asks: ChainAsk[] = []
    const wanted = state.missing(2 * BLOCK_REQUESTS_MAX * BLOCK_RUN).filter((hash) => !this.#asked.has(hash))
    while (wanted.length > 0 && this.#blockRequests.size < BLOCK_REQUESTS_MAX) {
      const run = wanted.splice(0, BLOCK_RUN)
      const peer = this.#blockSource(run[0] as BlockHash, nowMs)
      if (peer === null) continue
      this.#blockRequests.add({ peer, hashes: run, sinceMs: nowMs })
      for (const hash of run) this.#asked.add(hash)
      asks.push({ kind: 'blocks', peer, hashes: run })
    }
    return asks
  }

  #blockSource(hash: BlockHash, nowMs: number): PeerId | null {
    const failure = this.#failures.get(hash)
    if (failure !== undefined && [...this.#peers].every((peer) => failure.peers.has(peer))) {
      if (nowMs < failure.retryMs) return null
      failure.peers.clear()
    }
    const untried = [...this.#peers].filter((peer) => failure?.peers.has(peer) !== true)
    const sound = untried.filter((peer) => !this.#failing.has(peer))
    let best: { peer: PeerId; load: number } | null = null
    for (const peer of sound.length > 0 ? sound : untried) {
      const load = [...this.#blockRequests].filter((request) => request.peer === peer).length
      if (load >= BLOCK_REQUESTS_PER_PEER_MAX || (best !== null && load >= best.load)) continue
      best = { peer, load }
    }
    return best?.peer ?? null
  }

  #giveUpLate(nowMs: number): void {
    if (this.#headerRequest !== null && nowMs - this.#headerRequest.sinceMs > HEADERS_DEADLINE_MS) {
      this.headersFailed(this.#headerRequest.peer, nowMs)
    }
    for (const request of this.#blockRequests) {
      if (nowMs - request.sinceMs > CHAIN_DEADLINE_MS)
        this.blocksEnded(request.peer, request.hashes, request.hashes, nowMs)
    }
  }

  #end(request: BlockRequest): void {
    this.#blockRequests.delete(request)
    for (const hash of request.hashes) this.#asked.delete(hash)
  }

  #fail(hash: BlockHash, peer: PeerId, nowMs: number): void {
    const failure = this.#failures.get(hash) ?? { peers: new Set(), retryMs: 0 }
    failure.peers.add(peer)
    failure.retryMs = nowMs + RETRY_PAUSE_MS
    this.#failures.delete(hash)
    if (this.#failures.size >= BLOCKS_TRACKED_MAX) {
      const oldest = this.#failures.keys().next()
      if (oldest.done !== true) this.#failures.delete(oldest.value)
    }
    this.#failures.set(hash, failure)
  }
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  for (const [at, value] of one.entries()) {
    const against = other[at] ?? 0
    if (value !== against) return value < against
  }
  return false
}
