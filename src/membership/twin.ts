/**
 * Whether another node runs with our identity: a data directory was copied, or a container was started twice. To all
 * others the two are one node that says two things, and what one of them promises to send is lost.
 *
 * Tracked. Records that our own key signed and that this boot did not make: when their maker started, and its newest
 * version.
 *
 * Rules.
 * - A record of our key is ours when it says that we started when we did. Everything else is a ghost of an earlier
 *   boot, or a twin.
 * - No ghost started after us: that is a twin, and the younger one. One that started before us is a ghost, or an older
 *   twin: a ghost says nothing new. It lives when it overrides the very boot that we are in (boots are numbered by the
 *   clock, so that no other number is one above ours); or when its version goes up in front of us, or above the version
 *   with which we overrode it, and it says that this happened after our start. Any other record alone proves nothing:
 *   it may have lain about since before a backup was restored.
 * - A newer version than ours is overridden once more each time, so that whoever has it hears of us again.
 * - Of two, the one that started later gives way: it promises nothing more, and falls silent when the other one has
 *   heard of it. Both compare the same two times, so that they agree whatever their clocks say.
 * - Whoever has not been heard of for TWIN_FORGOTTEN_MS is gone.
 *
 * The attacker's best move is none without our key; who has the key can silence us, and could as well speak for us.
 */
import type { RecordVersion } from '../domain/record.ts'
import { TWIN_FORGOTTEN_MS, TWIN_LAST_WORDS_MS } from './limits.ts'

/** What a record says of its maker. */
export interface OwnWord extends RecordVersion {
  readonly startedAtMs: number
  readonly publishedAtMs: number
}

/** What is to be done about a record of our own key. */
export type TwinSight =
  /** Ours, or a ghost. */
  | 'nothing'
  /** It is newer than what we say: we say something newer. */
  | 'override'

export interface TwinView {
  /** When the other one started, ms since the Unix epoch by its clock. */
  readonly startedAtMs: number
  /** Whether this node started later, and is silent. */
  readonly isYounger: boolean
}

interface Other extends RecordVersion {
  readonly startedAtMs: number
}

export class Twin {
  #other: Other | null = null
  /** How often we overrode this one. */
  #overrides = 0
  #alive: (TwinView & { readonly heardMs: number; readonly sinceMs: number }) | null = null
  /** Whether the other one has said something newer than we: it has heard of us. */
  #isAnswered = false

  /** A record that our key signed, by its valid signature. @param own what this boot says now */
  saw(word: OwnWord, own: Other, monoMs: number): TwinSight {
    if (word.startedAtMs === own.startedAtMs) return 'nothing'
    const before = this.#other?.startedAtMs === word.startedAtMs ? this.#other : null
    if (before === null) {
      this.#overrides = 0
      this.#isAnswered = false
    }
    const isNewer = isAbove(word, own)
    const goesOn = before !== null && isAbove(word, before)
    const isYounger = word.startedAtMs < own.startedAtMs
    const answersUs = word.incarnation === own.incarnation + 1
    const lives = answersUs || (goesOn && word.publishedAtMs > own.startedAtMs && (!isNewer || this.#overrides > 0))
    if (!isYounger || lives) {
      const sinceMs = this.view(monoMs)?.startedAtMs === word.startedAtMs ? (this.#alive?.sinceMs ?? monoMs) : monoMs
      this.#alive = { startedAtMs: word.startedAtMs, isYounger, heardMs: monoMs, sinceMs }
    }
    if (before === null || goesOn) {
      const { incarnation, seq, startedAtMs } = word
      this.#other = { incarnation, seq, startedAtMs }
    }
    if (!isNewer) return 'nothing'
    this.#isAnswered = true
    this.#overrides++
    return 'override'
  }

  /** The other one, as long as it is heard of. */
  view(monoMs: number): TwinView | null {
    if (this.#alive !== null && monoMs - this.#alive.heardMs >= TWIN_FORGOTTEN_MS) this.#alive = null
    return this.#alive
  }

  /** Whether this node gives way: it promises nothing any more. */
  givesWay(monoMs: number): boolean {
    return this.view(monoMs)?.isYounger ?? false
  }

  /** ... and has said its last word: the other one has heard of it, or had the time to. */
  isSilent(monoMs: number): boolean {
    if (!this.givesWay(monoMs) || this.#alive === null) return false
    return this.#isAnswered || monoMs - this.#alive.sinceMs >= TWIN_LAST_WORDS_MS
  }
}

function isAbove(a: RecordVersion, b: RecordVersion): boolean {
  return a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.seq > b.seq)
}
