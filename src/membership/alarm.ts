/**
 * Whether gossip has gone wild: bytes a second far above what is usual here. In the outage of Amazon S3 in 2008 one
 * corrupt bit made the state gossip choke the fleet, and nobody was told by the system itself.
 *
 * Tracked. Bytes in the current window; the usual rate, an average that follows with BASE_MS.
 *
 * Rules. ALARM_WINDOWS windows in a row above ALARM_FACTOR × usual raise the alarm, one below CALM_FACTOR × usual ends
 * it. While it is raised, or about to be, the usual rate stands still: a flood must not become usual. No alarm before
 * WARM_UP_MS.
 *
 * The attacker's best move is to grow slowly, by less than ten times in five minutes: budgets of peers stop him, not
 * this.
 */
import {
  ALARM_FACTOR,
  ALARM_WINDOW_MS,
  ALARM_WINDOWS,
  BASE_MIN_BYTES,
  BASE_MS,
  CALM_FACTOR,
  WARM_UP_MS,
} from './limits.ts'

export type AlarmChange =
  | { readonly kind: 'raised'; readonly bytesPerSecond: number; readonly usual: number }
  | { readonly kind: 'ended'; readonly bytesPerSecond: number; readonly usual: number }

export class GossipAlarm {
  #startedMs: number | null = null
  #windowMs = 0
  #bytes = 0
  #usual: number | null = null
  #above = 0
  #isRaised = false

  get isRaised(): boolean {
    return this.#isRaised
  }

  /** The usual rate, bytes a second; 0 before the first window has ended. */
  get usual(): number {
    return this.#usual ?? 0
  }

  /** Gossip bytes came in. */
  received(bytes: number): void {
    this.#bytes += bytes
  }

  /** To be called at every wake. */
  due(monoMs: number): AlarmChange | null {
    if (this.#startedMs === null) {
      this.#startedMs = monoMs
      this.#windowMs = monoMs
      return null
    }
    const elapsedMs = monoMs - this.#windowMs
    if (elapsedMs < ALARM_WINDOW_MS) return null
    const rate = (this.#bytes * 1_000) / elapsedMs
    this.#bytes = 0
    this.#windowMs = monoMs
    const usual = Math.max(BASE_MIN_BYTES, this.#usual ?? rate)
    const isWarm = monoMs - this.#startedMs > WARM_UP_MS
    if (isWarm && rate > ALARM_FACTOR * usual) this.#above++
    else {
      this.#above = 0
      if (!this.#isRaised) this.#follow(rate, elapsedMs, isWarm)
    }
    if (!this.#isRaised && this.#above >= ALARM_WINDOWS) {
      this.#isRaised = true
      return { kind: 'raised', bytesPerSecond: rate, usual }
    }
    if (!this.#isRaised || rate > CALM_FACTOR * usual) return null
    this.#isRaised = false
    return { kind: 'ended', bytesPerSecond: rate, usual }
  }

  #follow(rate: number, elapsedMs: number, isWarm: boolean): void {
    // During the warm-up the average is a plain one, so that it has a value at all when it counts.
    const gain = isWarm ? 1 - Math.exp(-elapsedMs / BASE_MS) : 0.5
    this.#usual = this.#usual === null ? rate : this.#usual + gain * (rate - this.#usual)
  }
}
