/**
 * The members that we know and the state of each: since when, why, and when it last gave a sign of life. Which state
 * follows from what is decided in membership.ts.
 *
 * Invariant: the living are counted.
 */
import { assert } from '../lib/assert.ts'
import { TokenBucket } from '../lib/rate.ts'
import type { PeerId } from '../domain/ids.ts'
import { neighbourMark, type NodeRecord } from '../domain/record.ts'
import type { Now } from '../domain/time.ts'
import { OWNER_BURST, OWNER_PER_SECOND, PACE_MS } from './limits.ts'
import { Phi } from './phi.ts'
import type { MemberState, Source } from './view.ts'

export interface Member {
  readonly state: MemberState
  readonly sinceMs: number
  readonly source: Source
  /** Of the intervals between its records. */
  readonly phi: Phi
  /** Last sign of life of any kind. */
  heardMs: number
  /** By which records of others name it. */
  readonly mark: string
  /** What its owner may still say by gossip. */
  readonly records: TokenBucket
}

export interface StateChange {
  readonly kind: 'state-changed'
  readonly peer: PeerId
  /** Null: it is new here. */
  readonly from: MemberState | null
  /** Null: it is forgotten. */
  readonly to: MemberState | null
  readonly source: Source
  readonly accusers: readonly PeerId[]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class Members {
  readonly #members = new Map<PeerId, Mutable<Member>>()
  #alive = 0

  get size(): number {
    return this.#members.size
  }

  /** Members that are alive, ourselves included. */
  get aliveCount(): number {
    return this.#alive
  }

  get(peer: PeerId): Member | undefined {
    return this.#members.get(peer)
  }

  stateOf(peer: PeerId): MemberState | null {
    return this.#members.get(peer)?.state ?? null
  }

  all(): IterableIterator<[PeerId, Member]> {
    return this.#members.entries()
  }

  /** A node whose first record has come. */
  add(record: NodeRecord, state: MemberState, source: Source, now: Now): StateChange {
    const { peer } = record
    const madeMs = now.monoMs - Math.max(0, now.wallMs - record.publishedAtMs)
    this.#members.set(peer, {
      state: 'unknown',
      sinceMs: now.monoMs,
      source,
      phi: new Phi(PACE_MS, madeMs),
      heardMs: madeMs,
      mark: neighbourMark(record.key),
      records: new TokenBucket({ perSecond: OWNER_PER_SECOND, burst: OWNER_BURST, nowMs: now.monoMs }),
    })
    this.#setState(peer, state)
    return { kind: 'state-changed', peer, from: null, to: state, source, accusers: [] }
  }

  /** Puts a member into a state. Nothing follows where it is in that state already, or is none. */
  become(
    peer: PeerId,
    to: MemberState,
    source: Source,
    monoMs: number,
    accusers: readonly PeerId[] = [],
  ): StateChange[] {
    const member = this.#members.get(peer)
    if (member === undefined || member.state === to) return []
    const from = member.state
    this.#setState(peer, to)
    member.source = source
    member.sinceMs = monoMs
    return [{ kind: 'state-changed', peer, from, to, source, accusers }]
  }

  /** Its record is gone. */
  remove(peer: PeerId): StateChange {
    const from = this.stateOf(peer)
    if (from === 'alive') this.#alive--
    this.#members.delete(peer)
    return { kind: 'state-changed', peer, from, to: null, source: 'record', accusers: [] }
  }

  invariants(): void {
    let alive = 0
    for (const { state } of this.#members.values()) if (state === 'alive') alive++
    assert(alive === this.#alive, 'the living are counted')
  }

  #setState(peer: PeerId, state: MemberState): void {
    const member = this.#members.get(peer)
    assert(member !== undefined, 'who has a state is a member')
    if (member.state === 'alive') this.#alive--
    if (state === 'alive') this.#alive++
    member.state = state
  }
}
