/**
 * How much this node doubts itself (Lifeguard, arXiv:1707.00788): a slow observer sees everybody late and must not
 * accuse them.
 *
 * Rules. The score rises by one for a missed ack, for each helper that gave no answer at all (our request or its nack
 * got lost on our side, most likely), for an event loop that is late, and by two for a standstill; it falls by one for
 * each ack in time. Times stretch with it; from HEALTH_MUTE on the node accuses nobody.
 *
 * Invariant: 0 to HEALTH_MAX. The attacker's best move is to answer nothing when asked to help: that mutes one observer
 * while he does so, and acks of honest neighbours bring it back.
 */
import { HEALTH_MAX, HEALTH_MUTE, LOOP_DELAY_SLOW_MS, LOOP_DELAY_WEIGHT } from './limits.ts'

export class LocalHealth {
  #score = 0
  #isLoopSlow = false

  get score(): number {
    return Math.min(HEALTH_MAX, this.#score + (this.#isLoopSlow ? LOOP_DELAY_WEIGHT : 0))
  }

  /** What to multiply own times with, 1 to 8. */
  get stretch(): number {
    return 1 + this.score
  }

  get isMute(): boolean {
    return this.score >= HEALTH_MUTE
  }

  acked(): void {
    this.#add(-1)
  }

  ackMissed(): void {
    this.#add(1)
  }

  nacksMissing(count: number): void {
    this.#add(count)
  }

  stalled(): void {
    this.#add(2)
  }

  /** 99th percentile of the event loop's delay over the last seconds; may be said as often as it is known. */
  loopDelayed(p99Ms: number): void {
    this.#isLoopSlow = p99Ms > LOOP_DELAY_SLOW_MS
  }

  #add(step: number): void {
    this.#score = Math.min(HEALTH_MAX, Math.max(0, this.#score + step))
  }
}
