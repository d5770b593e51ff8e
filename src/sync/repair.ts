/**
 * When to compare which set with which peer, and the comparisons under way.
 *
 * Tracked. For each connected peer when we last began a comparison of each set with it, and whether one is due at once;
 * the sessions under way, each with its request; when the next peer is drawn.
 *
 * Rules (PROTOCOL.md, Records).
 * - Every INTERVAL_MS ± 20 % one peer, drawn by chance, for each set. Rationale: the part that gossip missed squares
 *   with each round.
 * - At once with a peer that we dialled; with one that dialled us after INBOUND_WAIT_MS, unless it has begun meanwhile.
 *   Rationale: one comparison serves both sides, since what they lack is offered.
 * - Several new peers in a short time are a healed partition: draws come HURRY_FACTOR times as often for HURRY_MS.
 * - Transactions younger than YOUNG_MS are left to gossip in drawn comparisons; not in the first one with a peer, which
 *   has missed them. Where messages wait to be judged, what is younger by as much. Rationale: it is here, only not in
 *   the set yet; a node that is behind would fetch a second time what waits in its own queue, and fall behind further.
 * - At most one session begun with a peer in SESSION_GAP_MS for each set, SESSIONS_MAX at once; each ends at its
 *   deadline.
 * - A peer that violated the protocol is not asked again while it is connected.
 *
 * Invariants: at most SESSIONS_MAX sessions, at most one a peer and set; each waits for exactly one answer.
 *
 * The attacker's best move is to stall: one of three places for 12 s, then he is passed over for as long as others are
 * there.
 */
import { assert } from '../lib/assert.ts'
import { encodeReconcileRequest, decodeReconcileFrame, SETS, type SetName } from '../domain/codec/reconcile-codec.ts'
import type { PeerId } from '../domain/ids.ts'
import { boundAt, END, transactionOrder, type Bound, type ItemKey } from '../domain/item-key.ts'
import type { Now } from '../domain/time.ts'
import type { FingerprintTree } from './fingerprint-tree.ts'
import {
  ANSWER_MS,
  HEAL_PEERS,
  HEAL_WINDOW_MS,
  HURRY_FACTOR,
  HURRY_MS,
  INBOUND_WAIT_MS,
  INTERVAL_MS,
  INTERVAL_SPREAD,
  OFFERED_PER_FRAME_MAX,
  SESSION_GAP_MS,
  SESSION_MS,
  SESSIONS_MAX,
  YOUNG_MS,
} from './limits.ts'
import { ReconcileSession, type Violation } from './reconcile-session.ts'
import { epochOf } from './salt-epochs.ts'

export type RepairDecision =
  /** Send this request of the `reconcile` protocol; its answer or failure is owed under this number. */
  | { readonly kind: 'ask'; readonly request: number; readonly peer: PeerId; readonly bytes: Uint8Array }
  /** A comparison is over. `complete`: the sets before `upTo` now differ by nothing but `need` and `have`. */
  | {
      readonly kind: 'compared'
      readonly peer: PeerId
      readonly set: SetName
      readonly need: readonly ItemKey[]
      readonly have: readonly ItemKey[]
      readonly complete: boolean
      readonly startedMs: number
      readonly upTo: Bound
      readonly rounds: number
      readonly bytes: number
    }
  /** The peer has these already, which it was offered. */
  | { readonly kind: 'known-at'; readonly peer: PeerId; readonly set: SetName; readonly keys: readonly ItemKey[] }
  /** It ended without a result. */
  | {
      readonly kind: 'gave-up'
      readonly peer: PeerId
      readonly set: SetName
      readonly why: 'no-answer' | 'busy' | 'epochs-apart' | 'too-long'
    }
  | { readonly kind: 'violation'; readonly peer: PeerId; readonly code: Violation }

interface Partner {
  readonly lastMs: Record<SetName, number>
  /** When a first comparison is due; null once it has begun. */
  readonly firstDueMs: Record<SetName, number | null>
  isShunned: boolean
}

type Ask =
  | {
      readonly kind: 'compare'
      readonly peer: PeerId
      readonly set: SetName
      readonly session: ReconcileSession
      readonly upTo: Bound
      readonly startedMs: number
      readonly epoch: number
      readonly askedMs: number
    }
  | {
      readonly kind: 'offer'
      readonly peer: PeerId
      readonly set: SetName
      readonly keys: readonly ItemKey[]
      readonly askedMs: number
    }
type Comparing = Extract<Ask, { kind: 'compare' }>

export class Repair {
  readonly #trees: Readonly<Record<SetName, FingerprintTree>>
  readonly #nextNumber: () => number
  readonly #chance: () => number
  readonly #partners = new Map<PeerId, Partner>()
  readonly #asks = new Map<number, Ask>()
  #newcomersMs: number[] = []
  #hurryUntilMs = Number.NEGATIVE_INFINITY
  #nextDrawMs: number | null = null
  /** Whether a comparison of the set has come to its end since the start. */
  readonly #finished: Record<SetName, boolean> = { transactions: false, records: false }

  /** @param nextNumber numbers for requests, never the same twice; @param chance numbers in [0, 1) */
  constructor(options: {
    trees: Readonly<Record<SetName, FingerprintTree>>
    nextNumber: () => number
    chance: () => number
  }) {
    this.#trees = options.trees
    this.#nextNumber = options.nextNumber
    this.#chance = options.chance
  }

  /** A peer of our network is there: to be called after its hello. */
  connected(peer: PeerId, isOutbound: boolean, monoMs: number): void {
    if (this.#partners.has(peer)) return
    const dueMs = isOutbound ? monoMs : monoMs + INBOUND_WAIT_MS
    this.#partners.set(peer, {
      lastMs: { transactions: Number.NEGATIVE_INFINITY, records: Number.NEGATIVE_INFINITY },
      firstDueMs: { transactions: dueMs, records: dueMs },
      isShunned: false,
    })
    this.#newcomersMs = [...this.#newcomersMs, monoMs].filter((ms) => monoMs - ms < HEAL_WINDOW_MS).slice(-HEAL_PEERS)
    if (this.#newcomersMs.length === HEAL_PEERS) this.#hurry(monoMs)
  }

  disconnected(peer: PeerId): void {
    this.#partners.delete(peer)
    for (const [request, ask] of this.#asks) if (ask.peer === peer) this.#asks.delete(request)
  }

  /** Whether the set was compared with a peer's since the start, to its end. */
  hasCompared(set: SetName): boolean {
    return this.#finished[set]
  }

  /** When the next comparison is due, if nothing changes. */
  get nextMs(): number {
    let nextMs = this.#nextDrawMs ?? Number.NEGATIVE_INFINITY
    for (const { firstDueMs, isShunned } of this.#partners.values())
      for (const dueMs of Object.values(firstDueMs)) if (!isShunned && dueMs !== null && dueMs < nextMs) nextMs = dueMs
    return nextMs
  }

  /** The peer compares with us by itself: its first comparison need not be ours. */
  served(peer: PeerId, set: SetName): void {
    const partner = this.#partners.get(peer)
    if (partner !== undefined) partner.firstDueMs[set] = null
  }

  /** Everything is to be learnt anew, from every peer. */
  reset(set: SetName, monoMs: number): void {
    for (const partner of this.#partners.values()) {
      partner.firstDueMs[set] = monoMs
      partner.lastMs[set] = Number.NEGATIVE_INFINITY
    }
    this.#hurry(monoMs)
  }

  /**
   * What is due: comparisons to begin, and those whose time is up. To be called at every wake.
   * @param behindMs how long messages wait at this node before they are judged
   */
  due(now: Now, behindMs = 0): RepairDecision[] {
    const decisions = this.#expire(now.monoMs)
    for (const [peer, partner] of this.#partners) {
      for (const set of SETS) {
        const dueMs = partner.firstDueMs[set]
        if (dueMs === null || dueMs > now.monoMs) continue
        const begun = this.#begin(peer, set, END, now)
        if (begun === null) continue
        partner.firstDueMs[set] = null
        decisions.push(begun)
      }
    }
    if (this.#nextDrawMs === null) this.#nextDrawMs = now.monoMs + this.#interval(now.monoMs)
    if (now.monoMs >= this.#nextDrawMs) {
      this.#nextDrawMs = now.monoMs + this.#interval(now.monoMs)
      for (const set of SETS) {
        const drawn = this.#draw(set, now, behindMs)
        if (drawn !== null) decisions.push(drawn)
      }
    }
    return decisions
  }

  /** The answer to one of our requests. */
  answered(request: number, frames: readonly Uint8Array[], now: Now): RepairDecision[] {
    const ask = this.#asks.get(request)
    if (ask === undefined) return []
    this.#asks.delete(request)
    return ask.kind === 'offer' ? this.#taken(ask, frames) : this.#compared(ask, frames, now)
  }

  /** One of our requests came to nothing. */
  failed(request: number): RepairDecision[] {
    const ask = this.#asks.get(request)
    if (ask === undefined) return []
    this.#asks.delete(request)
    return [{ kind: 'gave-up', peer: ask.peer, set: ask.set, why: 'no-answer' }]
  }

  /**
   * Tells a peer that we hold these; its answer says which of them it has. At most OFFERED_PER_FRAME_MAX keys,
   * ascending.
   */
  offer(peer: PeerId, set: SetName, keys: readonly ItemKey[], monoMs: number): RepairDecision {
    assert(keys.length > 0 && keys.length <= OFFERED_PER_FRAME_MAX, 'an offer fits into a frame')
    const request = this.#nextNumber()
    this.#asks.set(request, { kind: 'offer', peer, set, keys, askedMs: monoMs })
    return { kind: 'ask', request, peer, bytes: encodeReconcileRequest({ kind: 'offer', set, keys }) }
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'repair.sessions', size: this.#sessions().length, capacity: SESSIONS_MAX, unit: 'sessions' }]
  }

  invariants(): void {
    const sessions = this.#sessions()
    assert(sessions.length <= SESSIONS_MAX, 'few sessions at once')
    assert(new Set(sessions.map(({ peer, set }) => `${peer} ${set}`)).size === sessions.length, 'one a peer and set')
    for (const ask of this.#asks.values()) assert(this.#partners.has(ask.peer), 'who is asked is there')
    for (const { session } of sessions) session.invariants()
  }

  #sessions(): Comparing[] {
    return [...this.#asks.values()].filter((ask) => ask.kind === 'compare')
  }

  #expire(monoMs: number): RepairDecision[] {
    const decisions: RepairDecision[] = []
    for (const [request, ask] of this.#asks) {
      const isTooLong = ask.kind === 'compare' && monoMs - ask.startedMs > SESSION_MS
      if (monoMs - ask.askedMs <= ANSWER_MS && !isTooLong) continue
      this.#asks.delete(request)
      decisions.push({ kind: 'gave-up', peer: ask.peer, set: ask.set, why: isTooLong ? 'too-long' : 'no-answer' })
    }
    return decisions
  }

  #hurry(monoMs: number): void {
    this.#hurryUntilMs = monoMs + HURRY_MS
    if (this.#nextDrawMs !== null) this.#nextDrawMs = Math.min(this.#nextDrawMs, monoMs + this.#interval(monoMs))
  }

  #interval(monoMs: number): number {
    const usual = INTERVAL_MS * (1 - INTERVAL_SPREAD + 2 * INTERVAL_SPREAD * this.#chance())
    return monoMs < this.#hurryUntilMs ? usual / HURRY_FACTOR : usual
  }

  #draw(set: SetName, now: Now, behindMs: number): RepairDecision | null {
    const peers = [...this.#partners]
      .filter(([peer, partner]) => this.#isFree(peer, partner, set, now.monoMs))
      .map(([peer]) => peer)
    const peer = peers[Math.floor(this.#chance() * peers.length)]
    if (peer === undefined) return null
    const upTo =
      set === 'records' ? END : boundAt(transactionOrder(Math.max(0, Math.floor(now.wallMs - YOUNG_MS - behindMs))))
    return this.#begin(peer, set, upTo, now)
  }

  #isFree(peer: PeerId, partner: Partner, set: SetName, monoMs: number): boolean {
    if (partner.isShunned || monoMs - partner.lastMs[set] < SESSION_GAP_MS) return false
    return !this.#sessions().some((ask) => ask.peer === peer && ask.set === set)
  }

  /** Begins a comparison where that is possible now. */
  #begin(peer: PeerId, set: SetName, upTo: Bound, now: Now): RepairDecision | null {
    const partner = this.#partners.get(peer)
    const tree = this.#trees[set]
    if (partner === undefined || !this.#isFree(peer, partner, set, now.monoMs)) return null
    if (this.#sessions().length >= SESSIONS_MAX) return null
    const current = epochOf(now.wallMs)
    const epoch = tree.isReady(current) ? current : tree.readyEpochs()[0]
    if (epoch === undefined) return null
    partner.lastMs[set] = now.monoMs
    return this.#start(peer, set, epoch, upTo, now.monoMs)
  }

  #start(peer: PeerId, set: SetName, epoch: number, upTo: Bound, monoMs: number): RepairDecision {
    const session = new ReconcileSession(this.#trees[set], set, epoch, upTo)
    return this.#ask({ kind: 'compare', peer, set, session, upTo, startedMs: monoMs, epoch, askedMs: monoMs })
  }

  #ask(ask: Comparing): RepairDecision {
    const request = this.#nextNumber()
    this.#asks.set(request, ask)
    return { kind: 'ask', request, peer: ask.peer, bytes: ask.session.request() }
  }

  #compared(ask: Comparing, frames: readonly Uint8Array[], now: Now): RepairDecision[] {
    const { peer, set, session } = ask
    // The epoch may have been given up while the answer was on its way.
    if (!this.#trees[set].isReady(ask.epoch)) return [{ kind: 'gave-up', peer, set, why: 'epochs-apart' }]
    const progress = session.answered(frames)
    switch (progress.kind) {
      case 'continue':
        return [this.#ask({ ...ask, askedMs: now.monoMs })]
      case 'violation': {
        const partner = this.#partners.get(peer)
        if (partner !== undefined) partner.isShunned = true
        return [{ kind: 'violation', peer, code: progress.code }]
      }
      case 'busy':
        return [{ kind: 'gave-up', peer, set, why: 'busy' }]
      case 'other-epoch': {
        const epoch = progress.epochs.find((other) => other !== ask.epoch && this.#trees[set].isReady(other))
        // Once: whoever names another epoch each time would keep us here.
        if (
          epoch === undefined ||
          session.rounds > 1 ||
          now.monoMs - ask.startedMs > ANSWER_MS ||
          ask.epoch !== epochOf(now.wallMs)
        )
          return [{ kind: 'gave-up', peer, set, why: 'epochs-apart' }]
        return [this.#start(peer, set, epoch, ask.upTo, now.monoMs)]
      }
      case 'finished':
        this.#finished[set] ||= progress.complete
        return [
          {
            kind: 'compared',
            peer,
            set,
            need: session.need,
            have: session.have,
            complete: progress.complete,
            startedMs: ask.startedMs,
            upTo: ask.upTo,
            rounds: session.rounds,
            bytes: session.bytes,
          },
          ...this.#offerAll(ask, now.monoMs),
        ]
    }
  }

  #offerAll({ peer, set, session }: Comparing, monoMs: number): RepairDecision[] {
    const decisions: RepairDecision[] = []
    const keys = session.have.slice().sort()
    for (let at = 0; at < keys.length; at += OFFERED_PER_FRAME_MAX)
      decisions.push(this.offer(peer, set, keys.slice(at, at + OFFERED_PER_FRAME_MAX), monoMs))
    return decisions
  }

  #taken(ask: Extract<Ask, { kind: 'offer' }>, frames: readonly Uint8Array[]): RepairDecision[] {
    const { peer, set, keys } = ask
    const frame = frames.length === 1 && frames[0] !== undefined ? decodeReconcileFrame(frames[0]) : null
    if (frame?.kind === 'busy') return [{ kind: 'gave-up', peer, set, why: 'busy' }]
    if (frame?.kind !== 'taken' || frame.bits.byteLength !== Math.ceil(keys.length / 8))
      return [{ kind: 'violation', peer, code: frame === null ? 'malformed' : 'unasked' }]
    const { bits } = frame
    const known = keys.filter((_, index) => (((bits[index >> 3] as number) >> (index & 7)) & 1) === 1)
    return [{ kind: 'known-at', peer, set, keys: known }]
  }
}
