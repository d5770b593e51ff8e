/**
 * When this node publishes its own record.
 *
 * Rules. At the start, then at the pace of a network of this size (`paceMs`) with a spread; on a change sooner, each
 * kind of change with its own least distance from the last record, for heads and neighbours growing with the network;
 * on leaving at once. Neighbours come together, at the start and after a heal, so a change of them waits for further
 * ones.
 *
 * Invariant: at most one record each REFUTE_GAP_MS, whatever others accuse us of. The attacker's best move is to accuse
 * us twice a second: 300 bytes for each of his 150. Or to invent members, of which the book is bounded: every node
 * tells of itself up to four times as seldom, and a silence that nobody accuses is noticed as much later; deaths are
 * not.
 */
import {
  CHANGE_GAP_MS,
  HEAD_GAP_MEMBER_MS,
  HEAD_GAP_MS,
  NEIGHBOURS_GAP_MEMBER_MS,
  NEIGHBOURS_GATHER_MS,
  PACE_LONGEST_MS,
  PACE_MEMBER_MS,
  PACE_MS,
  PACE_SPREAD,
  REFUTE_GAP_MS,
} from './limits.ts'

export type Change = 'refute' | 'tags' | 'neighbours' | 'head' | 'leave'

const GAPS_MS: Readonly<Record<Change, number>> = {
  refute: REFUTE_GAP_MS,
  tags: CHANGE_GAP_MS,
  neighbours: CHANGE_GAP_MS,
  head: HEAD_GAP_MS,
  leave: 0,
}

/** ... and for each member that is known, where that is more: what every node tells of itself costs each of them. */
const MEMBER_GAPS_MS: Readonly<Record<Change, number>> = {
  refute: 0,
  tags: 0,
  neighbours: NEIGHBOURS_GAP_MEMBER_MS,
  head: HEAD_GAP_MEMBER_MS,
  leave: 0,
}

/**
 * Time between two records of a node to which nothing happens, ms.
 * @param members how many nodes are known
 */
export function paceMs(members: number): number {
  return Math.min(Math.max(PACE_MS, members * PACE_MEMBER_MS), PACE_LONGEST_MS)
}

export class Pace {
  readonly #chance: () => number
  #lastMs = Number.NEGATIVE_INFINITY
  /** When the next record is due. */
  #dueMs = Number.NEGATIVE_INFINITY

  /** @param chance numbers in [0, 1) */
  constructor(chance: () => number) {
    this.#chance = chance
  }

  /**
   * Something changed that others should hear of.
   * @param members how many nodes are known
   */
  changed(change: Change, monoMs: number, members: number): void {
    const gapMs = Math.max(GAPS_MS[change], members * MEMBER_GAPS_MS[change])
    const afterLastMs = this.#lastMs + gapMs
    const dueMs = change === 'neighbours' ? Math.max(afterLastMs, monoMs + NEIGHBOURS_GATHER_MS) : afterLastMs
    this.#dueMs = Math.min(this.#dueMs, dueMs)
  }

  /** When the next record is due, if nothing changes. */
  get dueMs(): number {
    return this.#dueMs
  }

  /** Whether a record is due now. */
  isDue(monoMs: number): boolean {
    return monoMs >= this.#dueMs
  }

  /** A record left. @param members how many nodes are known */
  published(monoMs: number, members: number): void {
    this.#lastMs = monoMs
    this.#dueMs = monoMs + paceMs(members) * (1 - PACE_SPREAD + 2 * PACE_SPREAD * this.#chance())
  }

  /** As of a node that has stood for long: its last record left at any time of the pace before now. */
  stood(monoMs: number, members: number): void {
    this.published(monoMs - paceMs(members) * this.#chance(), members)
  }
}
