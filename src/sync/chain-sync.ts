/**
 * Catching up with the chain: whom to ask for headers, whom for blocks, and what to do when nothing comes.
 *
 * Tracked: the head that each peer told; requests for headers; requests for blocks, a few at once over several peers;
 * which peers failed for which block, and who told of its header.
 *
 * Rules.
 * - Headers first, from who has not been asked for longest. *Rationale*: headers are checked alone and cheaply, so a
 *   liar about heads costs one request; blocks are asked for only below headers that passed.
 * - A head that a peer could not prove (it failed, or sent nothing new) is forgotten until it tells another one.
 *   *Rationale*: otherwise the liveliest liar would be asked for ever.
 * - Several branches are fetched side by side, the best first, one for each maker of the block that is missing first.
 *   *Rationale*: withheld branches can be any number, but the keys that make them are few.
 * - A branch has had its turn when TURN_FAILURES peers failed for the block that it lacks first, or all: it is
 *   *withheld*. From then on it comes after every other, and so does for a minute whatever else its maker's blocks are
 *   the first of; it is tried again after a pause that doubles, and at once of whoever comes new, tells of it, or says
 *   that its tip is its head by now. When its block comes, however it came, it is as good as any. *Rationale*: one
 *   mishap must not shut a branch out, and nothing withheld may hold up what is there.
 * - Blocks go out in short runs. The lowest run of a branch goes to who told of it; any other to the peer with the
 *   fewest requests that has not failed for its first block. A deadline passed is a failure. *Rationale*: who shows
 *   headers has, or lacks, the bodies.
 * - After SLOW_MS a request holds no place any more, and the lowest run is asked of another peer beside. *Rationale*: a
 *   silent source must hold up neither the others nor what builds on its run.
 * - What one peer failed for goes to one that has given blocks, where there is any. *Rationale*: else every silent peer
 *   has a turn of 2 s, and three of them make a branch of honest blocks withheld.
 * - Whoever answered nothing of use the last time is asked only where nobody else can be, until it does.
 *
 * The attacker's best move is to answer slowly: he holds one run of blocks at a time for 2 s. With many keys of
 * validators he has a turn for each.
 *
 * Invariants: requests within their bounds; a block is asked of one peer at a time, or of several where all but the
 * last are slow; nothing is kept of a peer that is gone.
 */
import type { BlockHash, PeerId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import {
  BLOCK_REQUESTS_MAX,
  BLOCK_REQUESTS_PER_BRANCH_MIN,
  BLOCK_REQUESTS_PER_PEER_MAX,
  BLOCK_RUN,
  BLOCKS_TRACKED_MAX,
  BRANCHES_AT_ONCE,
  CHAIN_DEADLINE_MS,
  HEADER_REQUESTS_MAX,
  HEADERS_DEADLINE_MS,
  HEADERS_FULL_PAUSE_MS,
  HEADERS_PAUSE_MS,
  RETRY_PAUSE_MAX_MS,
  RETRY_PAUSE_MS,
  SLOW_HEADERS_MS,
  SLOW_MS,
  SUSPECT_MS,
  SUSPECTS_MAX,
  TELLERS_MAX,
  TOLD_MAX,
  TURN_FAILURES,
} from './chain-limits.ts'

export interface ClaimedHead {
  readonly height: number
  readonly hash: BlockHash
}

export type ChainAsk =
  | { readonly kind: 'headers'; readonly peer: PeerId }
  | { readonly kind: 'blocks'; readonly peer: PeerId; readonly hashes: readonly BlockHash[] }

interface BlockRequest {
  readonly peer: PeerId
  readonly hashes: readonly BlockHash[]
  /** Maker of the block that its branch lacked first. */
  readonly maker: string
  readonly sinceMs: number
}

interface Failure {
  readonly peers: Set<PeerId>
  /** How often enough of them had failed, and when for the first time. */
  turns: number
  withheldSinceMs?: number
  retryMs: number
}

/** A branch that would be better than the head, as far as fetching it goes. */
export interface MissingBranch {
  /** The block without which nothing above it counts, and its maker. */
  readonly first: BlockHash
  readonly maker: string
  readonly tip: BlockHash
  /** Blocks with a checked header and no body, in the order in which they will connect, at most `limit`. */
  missing(limit: number): readonly BlockHash[]
}

/** What the chain knows, asked when the next requests are chosen. */
export interface ChainState {
  /** The lowest height at which a block could still connect. */
  readonly rootHeight: number
  hasHeader(hash: BlockHash): boolean
  /** The best first. */
  branches(): readonly MissingBranch[]
}

export class ChainSync {
  readonly #heads = new Map<PeerId, ClaimedHead>()
  /** Peers that can be asked for blocks, whether or not they claim a better head. */
  readonly #peers = new Set<PeerId>()
  readonly #blockRequests = new Set<BlockRequest>()
  /** The latest request for each block. */
  readonly #asked = new Map<BlockHash, BlockRequest>()
  readonly #failures = new Map<BlockHash, Failure>()
  readonly #tellers = new Map<BlockHash, Set<PeerId>>()
  /** Makers of whom a block was withheld, and until when that counts. */
  readonly #suspects = new Map<string, number>()
  /** Peers whose last answer did not come, or was of no use. */
  readonly #failing = new Set<PeerId>()
  /** Peers that have given a block, and not been slow with one since. */
  readonly #giving = new Set<PeerId>()
  /** When each peer was last asked for headers. */
  readonly #headersAskedMs = new Map<PeerId, number>()
  /** Requests for headers, and since when. */
  readonly #headerRequests = new Map<PeerId, number>()
  #headersAgainMs = Number.NEGATIVE_INFINITY

  peerJoined(peer: PeerId): void {
    this.#peers.add(peer)
    // It may have what all others lacked.
    for (const failure of this.#failures.values()) failure.retryMs = 0
  }

  peerGone(peer: PeerId): void {
    this.#peers.delete(peer)
    this.#heads.delete(peer)
    this.#failing.delete(peer)
    this.#giving.delete(peer)
    this.#headersAskedMs.delete(peer)
    this.#headerRequests.delete(peer)
    for (const request of this.#blockRequests) if (request.peer === peer) this.#end(request)
    for (const failure of this.#failures.values()) failure.peers.delete(peer)
    for (const [hash, tellers] of this.#tellers)
      if (tellers.delete(peer) && tellers.size === 0) this.#tellers.delete(hash)
  }

  /** A peer told its head, in a hello or a probe: that is what it has now, lower than before or not. */
  headTold(peer: PeerId, head: ClaimedHead): void {
    if (!this.#peers.has(peer)) return
    // It has adopted something since: what it lacked before it may have now.
    if (this.#heads.get(peer)?.hash !== head.hash && !this.#failing.has(peer))
      for (const failure of this.#failures.values()) failure.peers.delete(peer)
    this.#heads.set(peer, head)
  }

  /** A peer relayed a header: its head will be this high, or is higher. */
  headerRelayed(peer: PeerId, head: ClaimedHead): void {
    if (!this.#peers.has(peer)) return
    const known = this.#heads.get(peer)
    if (known === undefined || head.height >= known.height) this.#heads.set(peer, head)
    this.headersTold(peer, [head.hash])
  }

  /** A peer showed these headers: it is the first to ask for their blocks, also where it failed before. */
  headersTold(peer: PeerId, hashes: readonly BlockHash[]): void {
    if (!this.#peers.has(peer)) return
    for (const hash of hashes) {
      const tellers = this.#tellers.get(hash) ?? new Set()
      if (tellers.has(peer) || tellers.size >= TELLERS_MAX) continue
      tellers.add(peer)
      this.#tellers.set(hash, tellers)
      const failure = this.#failures.get(hash)
      failure?.peers.delete(peer)
      if (failure !== undefined) failure.retryMs = 0
    }
    for (const hash of this.#tellers.keys()) {
      if (this.#tellers.size <= TOLD_MAX) break
      this.#tellers.delete(hash)
    }
  }

  /** Whether the branch that lacks this block first has had its turn, and nobody had it. */
  isWithheld(first: BlockHash): boolean {
    return this.#failures.get(first)?.withheldSinceMs !== undefined
  }

  /** Since when (monotonic ms) nobody has it; null where it is not withheld. */
  withheldSinceMs(first: BlockHash): number | null {
    return this.#failures.get(first)?.withheldSinceMs ?? null
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
    const source = this.#mayAskHeaders(nowMs) ? this.#headerSource(state) : null
    if (source !== null) {
      this.#headerRequests.set(source, nowMs)
      this.#headersAskedMs.set(source, nowMs)
      asks.push({ kind: 'headers', peer: source })
    }
    return [...asks, ...this.#blockAsks(state, nowMs)]
  }

  /**
   * Headers came and were checked. `fresh`: how many were new; none means that the peer has nothing to prove its head
   * with, unless that came another way meanwhile (`isProven`).
   */
  headersChecked(peer: PeerId, fresh: number, isProven: boolean, nowMs: number): void {
    this.#headerRequests.delete(peer)
    if (fresh > 0) {
      this.#failing.delete(peer)
      return
    }
    this.#heads.delete(peer)
    if (!isProven && this.#peers.has(peer)) this.#failing.add(peer)
    this.#headersAgainMs = nowMs + HEADERS_PAUSE_MS
  }

  /** There was no room for what came: the peer has what it says, and is asked again when bodies have made room. */
  headersDeferred(peer: PeerId, nowMs: number): void {
    this.#headerRequests.delete(peer)
    this.#failing.delete(peer)
    this.#headersAgainMs = nowMs + HEADERS_FULL_PAUSE_MS
  }

  headersFailed(peer: PeerId, nowMs: number): void {
    this.headersChecked(peer, 0, false, nowMs)
  }

  /**
   * A request for blocks ended. `failed`: those among them that the peer did not send, or sent wrongly; the rest came,
   * or did not fit into the answer and are asked for again. `isSilent`: there was no answer, or none of use. To say
   * that one has none of them is no failure of the peer's: it may lie on a branch that only others have, or that nobody
   * has.
   */
  blocksEnded(
    peer: PeerId,
    hashes: readonly BlockHash[],
    { failed, isSilent }: { readonly failed: readonly BlockHash[]; readonly isSilent: boolean },
    nowMs: number,
  ): void {
    let maker: string | null = null
    for (const request of this.#blockRequests) {
      if (request.peer !== peer || request.hashes[0] !== hashes[0]) continue
      maker = request.maker
      this.#end(request)
    }
    if (isSilent && this.#peers.has(peer)) this.#failing.add(peer)
    else if (failed.length < hashes.length) {
      this.#failing.delete(peer)
      if (this.#peers.has(peer)) this.#giving.add(peer)
    }
    for (const hash of hashes) {
      if (!failed.includes(hash)) this.#failures.delete(hash)
      else if (maker !== null) this.#fail(hash, { peer, maker }, nowMs)
    }
  }

  /** Whether anything is being fetched. */
  get busy(): boolean {
    return this.#headerRequests.size > 0 || this.#blockRequests.size > 0
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'sync.blockRequests', size: this.#blockRequests.size, capacity: this.#requestsMax, unit: 'requests' },
      { name: 'sync.failures', size: this.#failures.size, capacity: BLOCKS_TRACKED_MAX, unit: 'blocks' },
      { name: 'sync.tellers', size: this.#tellers.size, capacity: TOLD_MAX, unit: 'headers' },
    ]
  }

  invariants(): void {
    for (const { name, size, capacity } of this.sizes()) assert(size <= capacity, `${name} within its capacity`)
    assert(this.#headerRequests.size <= HEADER_REQUESTS_MAX, 'requests for headers within their bound')
    for (const [hash, request] of this.#asked)
      assert(
        this.#blockRequests.has(request) && request.hashes.includes(hash),
        'asked blocks are those of the requests',
      )
    for (const peer of this.#peers)
      assert(this.#loadOf(peer) <= BLOCK_REQUESTS_PER_PEER_MAX, 'a peer is asked for a little at a time')
    for (const { peer } of this.#blockRequests) assert(this.#peers.has(peer), 'requests are made of connected peers')
    for (const peer of [...this.#heads.keys(), ...this.#headerRequests.keys()])
      assert(this.#peers.has(peer), 'heads and requests are of connected peers')
    for (const peer of [...this.#failing, ...this.#giving])
      assert(this.#peers.has(peer), 'failures and gifts are of connected peers')
    for (const tellers of this.#tellers.values())
      for (const peer of tellers) assert(this.#peers.has(peer), 'who told of a header is connected')
  }

  /** Slow ones included. */
  get #requestsMax(): number {
    return BLOCK_REQUESTS_PER_PEER_MAX * this.#peers.size
  }

  #mayAskHeaders(nowMs: number): boolean {
    if (nowMs < this.#headersAgainMs || this.#headerRequests.size >= HEADER_REQUESTS_MAX) return false
    for (const sinceMs of this.#headerRequests.values()) if (nowMs - sinceMs < SLOW_HEADERS_MS) return false
    return true
  }

  /**
   * Who is asked for headers: of those whose head is unknown and not below all that could connect, one that did not
   * fail before one that did, then who has not been asked for the longest time, then the highest. A claim costs
   * nothing, so the height of one must not decide alone; nor is a lower head the worse one.
   */
  #headerSource(state: ChainState): PeerId | null {
    let best: { readonly peer: PeerId; readonly rank: readonly [number, number, number] } | null = null
    for (const [peer, head] of this.#heads) {
      if (state.hasHeader(head.hash) || head.height <= state.rootHeight || this.#headerRequests.has(peer)) continue
      const askedMs = this.#headersAskedMs.get(peer) ?? Number.NEGATIVE_INFINITY
      const rank = [this.#failing.has(peer) ? 1 : 0, askedMs, -head.height] as const
      if (best === null || isBefore(rank, best.rank)) best = { peer, rank }
    }
    return best?.peer ?? null
  }

  #blockAsks(state: ChainState, nowMs: number): ChainAsk[] {
    const branches = state.branches()
    if (branches.length === 0) {
      // Nothing is missing: what failed for what came another way, or is of no use any more.
      if (this.#blockRequests.size === 0) this.#failures.clear()
      return []
    }
    const chosen = this.#choose(branches, nowMs)
    const most = Math.max(BLOCK_REQUESTS_PER_BRANCH_MIN, Math.floor(BLOCK_REQUESTS_MAX / chosen.length))
    for (const { first } of chosen) this.#hasten(first, nowMs)
    const asks: ChainAsk[] = []
    const queues = chosen.map((branch) => ({
      branch,
      wanted: branch.missing(2 * BLOCK_REQUESTS_MAX * BLOCK_RUN).filter((hash) => !this.#asked.has(hash)),
    }))
    // A run of each in turn, so that none takes all the places.
    for (let open = queues; open.length > 0; open = open.filter(({ wanted }) => wanted.length > 0))
      for (const { branch, wanted } of open) {
        const run = wanted.splice(0, BLOCK_RUN)
        const [hash] = run
        if (hash === undefined) continue
        const own = [...this.#blockRequests].filter(
          ({ maker, sinceMs }) => maker === branch.maker && nowMs - sinceMs < SLOW_MS,
        ).length
        // Each branch has places of its own: what others hold is no reason for it to wait.
        if (own >= most) {
          wanted.length = 0
          continue
        }
        const peer = this.#blockSource(hash, branch, nowMs)
        if (peer === null) continue
        const request = { peer, hashes: run, maker: branch.maker, sinceMs: nowMs }
        this.#blockRequests.add(request)
        for (const one of run) this.#asked.set(one, request)
        asks.push({ kind: 'blocks', peer, hashes: run })
      }
    return asks
  }

  /** The branches that are fetched now. */
  #choose(branches: readonly MissingBranch[], nowMs: number): readonly MissingBranch[] {
    const chosen: MissingBranch[] = []
    const ranked = branches
      .map((branch, place) => {
        const isSuspect = nowMs < (this.#suspects.get(branch.maker) ?? Number.NEGATIVE_INFINITY)
        return { branch, rank: [isSuspect ? 1 : 0, this.isWithheld(branch.first) ? 1 : 0, place] as const }
      })
      .toSorted((a, b) => (isBefore(a.rank, b.rank) ? -1 : 1))
    for (const { branch } of ranked) {
      if (chosen.length >= BRANCHES_AT_ONCE) break
      if (!chosen.some(({ maker }) => maker === branch.maker)) chosen.push(branch)
    }
    return chosen
  }

  /** What a branch lacks first and a slow peer was asked for may be asked of another. */
  #hasten(first: BlockHash, nowMs: number): void {
    const request = this.#asked.get(first)
    if (request === undefined || nowMs - request.sinceMs < SLOW_MS) return
    for (const hash of request.hashes) if (this.#asked.get(hash) === request) this.#asked.delete(hash)
    this.#giving.delete(request.peer)
    this.#fail(first, request, nowMs)
  }

  #blockSource(hash: BlockHash, { first, tip }: MissingBranch, nowMs: number): PeerId | null {
    const failure = this.#failures.get(hash)
    if (failure !== undefined) {
      if (nowMs < failure.retryMs) return this.#whoAdopted(tip, hash, failure)
      if ([...this.#peers].every((peer) => failure.peers.has(peer))) failure.peers.clear()
    }
    const untried = [...this.#peers].filter(
      (peer) => failure?.peers.has(peer) !== true && !this.#isAskedFor(hash, peer),
    )
    const sound = untried.filter((peer) => !this.#failing.has(peer))
    let best: { readonly peer: PeerId; readonly rank: readonly number[] } | null = null
    for (const peer of sound.length > 0 ? sound : untried) {
      const load = this.#loadOf(peer)
      if (load >= BLOCK_REQUESTS_PER_PEER_MAX) continue
      const tells = this.#tellers.get(hash)?.has(peer) === true || this.#heads.get(peer)?.hash === tip
      const isUntested = failure !== undefined && !this.#giving.has(peer)
      const rank = [isUntested ? 1 : 0, hash === first && !tells ? 1 : 0, load]
      if (best === null || isBefore(rank, best.rank)) best = { peer, rank }
    }
    return best?.peer ?? null
  }

  /** During a pause: who says that it is at the tip of this branch, and has not failed for the block since. */
  #whoAdopted(tip: BlockHash, hash: BlockHash, failure: Failure): PeerId | null {
    for (const peer of this.#peers) {
      if (this.#heads.get(peer)?.hash !== tip || this.#failing.has(peer) || failure.peers.has(peer)) continue
      if (!this.#isAskedFor(hash, peer) && this.#loadOf(peer) < BLOCK_REQUESTS_PER_PEER_MAX) return peer
    }
    return null
  }

  #isAskedFor(hash: BlockHash, peer: PeerId): boolean {
    return [...this.#blockRequests].some((request) => request.peer === peer && request.hashes.includes(hash))
  }

  #loadOf(peer: PeerId): number {
    let load = 0
    for (const request of this.#blockRequests) if (request.peer === peer) load++
    return load
  }

  #giveUpLate(nowMs: number): void {
    for (const [peer, sinceMs] of this.#headerRequests)
      if (nowMs - sinceMs > HEADERS_DEADLINE_MS) this.headersFailed(peer, nowMs)
    for (const request of this.#blockRequests) {
      if (nowMs - request.sinceMs > CHAIN_DEADLINE_MS)
        this.blocksEnded(request.peer, request.hashes, { failed: request.hashes, isSilent: true }, nowMs)
    }
  }

  #end(request: BlockRequest): void {
    this.#blockRequests.delete(request)
    for (const hash of request.hashes) if (this.#asked.get(hash) === request) this.#asked.delete(hash)
  }

  #fail(hash: BlockHash, { peer, maker }: Pick<BlockRequest, 'peer' | 'maker'>, nowMs: number): void {
    const failure: Failure = this.#failures.get(hash) ?? { peers: new Set<PeerId>(), turns: 0, retryMs: 0 }
    if (failure.peers.has(peer)) return
    failure.peers.add(peer)
    const isTurnOver =
      failure.peers.size % TURN_FAILURES === 0 || [...this.#peers].every((one) => failure.peers.has(one))
    if (isTurnOver) {
      failure.retryMs = nowMs + Math.min(RETRY_PAUSE_MS * 2 ** failure.turns, RETRY_PAUSE_MAX_MS)
      failure.turns++
      failure.withheldSinceMs ??= nowMs
      this.#suspects.delete(maker)
      this.#suspects.set(maker, nowMs + SUSPECT_MS)
      for (const oldest of this.#suspects.keys()) {
        if (this.#suspects.size <= SUSPECTS_MAX) break
        this.#suspects.delete(oldest)
      }
    }
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
