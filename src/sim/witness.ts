/** Whoever watches a simulation from outside: it is told what happens, may look at any time, and changes nothing. */
import type { ApiEvent } from '../domain/views.ts'
import type { SubmitResult } from '../ports/control.ts'
import type { Fault } from './scenario.ts'

/** Times count from the end of the warm-up, ms. */
export interface Witness {
  /** The warm-up is over; from here on it may look. */
  begin(view: WorldView): void
  published(id: string, node: number, nowMs: number, isForged: boolean): void
  /** Somebody came with a transaction, and no node runs. */
  unserved(): void
  answered(node: number, result: SubmitResult): void
  /** An honest node took an object for the first time. */
  had(id: string, node: number, nowMs: number): void
  /** Bytes of an object reached an honest node, for the first time or again. */
  copied(id: string): void
  /** An honest node refused an object that somebody sent it. */
  refused(id: string): void
  event(node: number, event: ApiEvent): void
  inflicted(fault: Fault): void
}

/** What may be looked at: relays whose process runs. */
export interface WorldView {
  nodes(): readonly {
    readonly node: number
    readonly head: string
    readonly pool: string
    readonly bytesReceived: number
  }[]
  /** What they have, in the pool or in the best chain on disk. */
  holdings(): readonly { readonly node: number; readonly has: (id: string) => boolean }[]
  /** Those that do not call a node dead. */
  notSeeingDead(node: number): readonly number[]
  /** Whom a peer id names; -1: nobody. */
  indexOf(peer: string): number
  /** Runs something after this time, as the world and not as a node. */
  later(ms: number, run: () => void): void
  nowMs(): number
}
