/**
 * How far this node's clock is from its peers', by the records that they publish.
 *
 * Tracked: for each connected peer its latest samples, the time that a record of its says against our monotonic clock
 * when it came. So a step of our wall clock shows at once, without another record.
 *
 * Rules.
 * - A record counts when its maker is connected with us. It says when it was made, so it is late by its way, never
 *   early: of a peer's samples the one that came soonest counts.
 * - Peers that we dialled vote, where at least VOTERS_MIN of them have a sample; otherwise all peers do. With fewer
 *   than VOTERS_MIN there is no verdict. *Rationale*: who dials us can be any number of one.
 * - The verdict is the median, of two middles the one nearer to our own clock. *Rationale*: who lies needs more than
 *   half of the votes.
 * - Behind is behind. Ahead may be the records' delay: it counts beyond FAR_MS, or once each voter has SAMPLES_SURE
 *   samples, since so many are not all late by more than DELAY_MAX_MS.
 *
 * The attacker's best move: to be most of the peers that we dial. Then all that we hear is his choice anyway.
 */
import type { PeerId } from '../domain/ids.ts'
import type { Now } from '../domain/time.ts'
import { CLOCK_DELAY_MAX_MS, CLOCK_FAR_MS, CLOCK_SAMPLES_KEPT, CLOCK_SAMPLES_SURE, CLOCK_VOTERS_MIN } from './limits.ts'

export interface ClockVerdict {
  /** How far our clock is ahead of the peers' median, ms; negative: behind. */
  readonly aheadMs: number
  /** Peers that it was taken from. */
  readonly voters: number
  /** Whether every one of them was heard often enough to tell an offset from a delay. */
  readonly isSure: boolean
}

interface Voter {
  readonly isOutbound: boolean
  /** Wall time of the peer at our monotonic zero, the latest last. */
  samples: number[]
}

export class PeerClocks {
  readonly #voters = new Map<PeerId, Voter>()

  get size(): number {
    return this.#voters.size
  }

  /** A record of a connected peer, made at `madeMs` by its clock, came at `monoMs`. */
  heard(peer: PeerId, isOutbound: boolean, madeMs: number, monoMs: number): void {
    const samples = this.#voters.get(peer)?.samples ?? []
    this.#voters.set(peer, { isOutbound, samples: [...samples, madeMs - monoMs].slice(-CLOCK_SAMPLES_KEPT) })
  }

  gone(peer: PeerId): void {
    this.#voters.delete(peer)
  }

  /** Null where too few peers can be compared with. */
  verdict({ wallMs, monoMs }: Now): ClockVerdict | null {
    const all = [...this.#voters.values()]
    const outbound = all.filter(({ isOutbound }) => isOutbound)
    const voters = outbound.length >= CLOCK_VOTERS_MIN ? outbound : all
    if (voters.length < CLOCK_VOTERS_MIN) return null
    const ahead = voters.map(({ samples }) => wallMs - monoMs - largest(samples)).sort((a, b) => a - b)
    const [low, high] = [ahead[Math.ceil(ahead.length / 2) - 1] ?? 0, ahead[Math.floor(ahead.length / 2)] ?? 0]
    return {
      aheadMs: Math.abs(low) <= Math.abs(high) ? low : high,
      voters: voters.length,
      isSure: voters.every(({ samples }) => samples.length >= CLOCK_SAMPLES_SURE),
    }
  }
}

/** Whether a clock is so wrong that what it dates is of no use to others: by more than `allowedMs`. */
export function isClockOff({ aheadMs, isSure }: ClockVerdict, allowedMs: number): boolean {
  if (aheadMs < 0) return -aheadMs > allowedMs
  return aheadMs > CLOCK_FAR_MS || (isSure && aheadMs > allowedMs + CLOCK_DELAY_MAX_MS)
}

function largest(values: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) most = Math.max(most, value)
  return most
}
