/**
 * When this node publishes its own record.
 *
 * Rules. At the start, then every clamp(N / 4, 5, 60) s with a spread, so that the whole network makes about four records a second up to 240
 * nodes; on a change sooner, each kind of change with its own least distance from the last record; on leaving at once.
 *
 * Invariant: at most one record each REFUTE_GAP_MS, whatever others accuse us of. The attacker's best move is to accuse us twice a second: 300 bytes for
 * each of his 150.
 */
import {
  CHANGE_GAP_MS,
  HEAD_GAP_MS,
  PACE_MAX_MS,
  PACE_MIN_MS,
  PACE_NODES_PER_SECOND,
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

/** The interval of a network of this many nodes, ms. */
export function paceMs(nodes: number): number {
  return Math.min(PACE_MAX_MS, Math.max(PACE_MIN_MS, (nodes / PACE_NODES_PER_SECOND) * 1_000))
}

export class Pace {
  readonly #chance: () => number
  #lastMs = Number.NEGATIVE_INFINITY
  /** When a change is to be published. */
  #changeDueMs = Number.NEGATIVE_INFINITY
  /** This round's interval against that of the network. */
  #spread = 1

  /** @param chance numbers in [0, 1) */
  constructor(chance: () => number) {
    this.#chance = chance
  }

  /** Something changed that others should hear of. */
  changed(change: Change): void {
    this.#changeDueMs = Math.min(this.#changeDueMs, this.#lastMs + GAPS_MS[change])
  }

  /** Whether a record is due now, in a network of this many nodes: it may have grown since the last one. */
  isDue(nodes: number, monoMs: number): boolean {
    return monoMs >= Math.min(this.#changeDueMs, this.#lastMs + paceMs(nodes) * this.#spread)
  }

  /** A record left. */
  published(monoMs: number): void {
    this.#lastMs = monoMs
    this.#changeDueMs = Number.POSITIVE_INFINITY
    this.#spread = 1 - PACE_SPREAD + 2 * PACE_SPREAD * this.#chance()
  }
}
