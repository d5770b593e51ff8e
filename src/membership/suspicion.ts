/**
 * Accusations under way, and when one becomes a verdict.
 *
 * Tracked. For each suspected node the version of its record that is accused, its accusers, and the times of the
 * suspicion. For each accuser how many accusations it has left this minute.
 *
 * Rules (Lifeguard; memberlist's values).
 * - A suspicion lasts between min = 4 · max(1, log10 N) s and max = 6 · min; it begins at max and shrinks with the
 *   logarithm of the confirmations until CONFIRMATIONS of them bring it to min. Rationale: what several see at once is
 *   true sooner.
 * - A node with fewer neighbours can have fewer confirmations: as many as its own record names neighbours, less one of
 *   them that accuses it. Rationale: the leaf of a star has one monitor, and nobody else could ever confirm. Its own
 *   record can't be written by an accuser.
 * - When the time is over: dead, where ACCUSERS_TO_KILL accuse it, or all the neighbours that its own record names do,
 *   or nobody claims a connection with it; otherwise unreachable. Rationale: one accuser may lie, and one that the
 *   target doesn't name as neighbour has seen nothing.
 * - One accusation an accuser and target, ACCUSATIONS_PER_MINUTE an accuser.
 * - A record newer than the accused version ends the suspicion, as does a connection that answers.
 *
 * Invariants: at most ACCUSERS_MAX accusers each; a suspicion has at least one.
 *
 * The attacker's best move is two or more old identities that accuse together: the target has the shortest time, at
 * least 4 s, to be heard of with a new record.
 */
import { assert } from '../lib/assert.ts'
import { TokenBucket } from '../lib/rate.ts'
import type { PeerId } from '../domain/ids.ts'
import { compareVersions, type RecordVersion } from '../domain/record.ts'
import {
  ACCUSATIONS_PER_MINUTE,
  ACCUSERS_MAX,
  ACCUSERS_TO_KILL,
  CONFIRMATIONS,
  RECORDS_MAX,
  SUSPICION_MAX_FACTOR,
  SUSPICION_MIN_MS,
} from './limits.ts'

export interface Accusation {
  readonly target: PeerId
  readonly version: RecordVersion
  readonly accuser: PeerId
  /** Neighbours that the target's own record names. */
  readonly monitors: number
  /** The accuser is one of them. */
  readonly isMonitor: boolean
  /** Members alive. */
  readonly members: number
}

export type Accused = 'opened' | 'confirmed' | 'known' | 'limited'

interface Case {
  version: RecordVersion
  readonly accusers: Set<PeerId>
  startedMs: number
  readonly minMs: number
  readonly monitors: number
  /** Accusers among them. */
  accusingMonitors: number
}

/** A suspicion whose time is over. */
export interface Verdict {
  readonly target: PeerId
  readonly version: RecordVersion
  readonly accusers: readonly PeerId[]
  /** Enough accuse it; otherwise it depends on whether anybody still claims a connection. */
  readonly isCorroborated: boolean
}

export class Suspicions {
  readonly #cases = new Map<PeerId, Case>()
  readonly #accusers = new Map<PeerId, TokenBucket>()

  get size(): number {
    return this.#cases.size
  }

  isSuspected(target: PeerId): boolean {
    return this.#cases.has(target)
  }

  /** The accusation was counted or not. It is the caller's matter that the accuser's word counts at all. */
  accuse(accusation: Accusation, monoMs: number): Accused {
    const { target, accuser, version, isMonitor } = accusation
    const open = this.#cases.get(target)
    if (open?.accusers.has(accuser) === true) return 'known'
    if (!this.mayAccuse(accuser, monoMs)) return 'limited'
    if (open === undefined) {
      const minMs = SUSPICION_MIN_MS * Math.max(1, Math.log10(Math.max(1, accusation.members)))
      this.#cases.set(target, {
        version,
        accusers: new Set([accuser]),
        startedMs: monoMs,
        minMs,
        monitors: accusation.monitors,
        accusingMonitors: isMonitor ? 1 : 0,
      })
      return 'opened'
    }
    if (open.accusers.size >= ACCUSERS_MAX) return 'limited'
    open.accusers.add(accuser)
    if (isMonitor) open.accusingMonitors++
    if (compareVersions(version, open.version) > 0) open.version = version
    return 'confirmed'
  }

  /** Takes one of the accusations that this accuser has this minute; false where none is left. */
  mayAccuse(accuser: PeerId, monoMs: number): boolean {
    let bucket = this.#accusers.get(accuser)
    if (bucket === undefined) {
      const perSecond = ACCUSATIONS_PER_MINUTE / 60
      bucket = new TokenBucket({ perSecond, burst: ACCUSATIONS_PER_MINUTE, nowMs: monoMs })
      this.#accusers.set(accuser, bucket)
    }
    return bucket.take(1, monoMs)
  }

  /** Ends a suspicion of this version or an older one. True where there was one. */
  refute(target: PeerId, newest: RecordVersion): boolean {
    const open = this.#cases.get(target)
    if (open === undefined || compareVersions(newest, open.version) <= 0) return false
    return this.#cases.delete(target)
  }

  /** Ends a suspicion whatever its version: the node answers us, has left, or is forgotten. */
  drop(target: PeerId): boolean {
    return this.#cases.delete(target)
  }

  /**
   * We stood still for so long: refutations that came meanwhile have not been read yet, so nobody's time may have run
   * out.
   */
  postpone(ms: number): void {
    for (const open of this.#cases.values()) open.startedMs += ms
  }

  /** Suspicions whose time is over; they end here. */
  due(monoMs: number): Verdict[] {
    const verdicts: Verdict[] = []
    for (const [target, open] of this.#cases) {
      if (monoMs < this.#endMs(open)) continue
      this.#cases.delete(target)
      const isCorroborated =
        open.accusers.size >= ACCUSERS_TO_KILL || (open.monitors > 0 && open.accusingMonitors >= open.monitors)
      verdicts.push({ target, version: open.version, accusers: [...open.accusers], isCorroborated })
    }
    return verdicts
  }

  /** When the suspicion of this node ends, monotonic ms, as it stands. */
  endMs(target: PeerId): number | null {
    const open = this.#cases.get(target)
    return open === undefined ? null : this.#endMs(open)
  }

  clear(): void {
    this.#cases.clear()
  }

  forgetAccuser(peer: PeerId): void {
    this.#accusers.delete(peer)
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'membership.suspicions', size: this.#cases.size, capacity: RECORDS_MAX, unit: 'nodes' }]
  }

  invariants(): void {
    for (const open of this.#cases.values()) {
      assert(open.accusers.size >= 1 && open.accusers.size <= ACCUSERS_MAX, 'a suspicion has accusers, a few')
      assert(open.accusingMonitors <= open.accusers.size, 'monitors that accuse are accusers')
    }
  }

  #endMs(open: Case): number {
    return open.startedMs + suspicionMs(open.minMs, open.accusers.size - 1, possibleConfirmations(open))
  }
}

/** How many can confirm a first accusation: a record that names no neighbour says nothing about that. */
function possibleConfirmations({ monitors, accusingMonitors }: Case): number {
  if (monitors === 0) return CONFIRMATIONS
  return Math.min(CONFIRMATIONS, monitors - Math.min(1, accusingMonitors))
}

/** Length of a suspicion with so many confirmations out of the possible ones, ms. */
export function suspicionMs(minMs: number, confirmations: number, possible: number): number {
  if (possible === 0) return minMs
  const maxMs = SUSPICION_MAX_FACTOR * minMs
  const share = Math.log(confirmations + 1) / Math.log(possible + 1)
  return Math.max(minMs, maxMs - (maxMs - minMs) * share)
}
