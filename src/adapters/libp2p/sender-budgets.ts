/** How much work each connected peer may still cause. Bounded by connected peers: `forget` drops who leaves. */
import type { PeerId } from '../../domain/ids.ts'
import { TokenBucket } from '../../lib/rate.ts'

/**
 * `first-beyond`: over the budget for the first time in a second, so that a flood is reported once and not once a
 * message.
 */
export type Spent = 'within' | 'first-beyond' | 'beyond'

const REPORT_INTERVAL_MS = 1_000

interface Account {
  readonly bucket: TokenBucket
  reportedMs: number
}

export class SenderBudgets {
  readonly #budget: { readonly perSecond: number; readonly burst: number }
  readonly #accounts = new Map<PeerId, Account>()

  /** `budget`: units a second, and at once. */
  constructor(budget: { readonly perSecond: number; readonly burst: number }) {
    this.#budget = budget
  }

  get size(): number {
    return this.#accounts.size
  }

  spend(peer: PeerId, units: number, nowMs: number): Spent {
    let account = this.#accounts.get(peer)
    if (account === undefined) {
      account = { bucket: new TokenBucket({ ...this.#budget, nowMs }), reportedMs: Number.NEGATIVE_INFINITY }
      this.#accounts.set(peer, account)
    }
    if (account.bucket.take(units, nowMs)) return 'within'
    if (nowMs - account.reportedMs < REPORT_INTERVAL_MS) return 'beyond'
    account.reportedMs = nowMs
    return 'first-beyond'
  }

  forget(peer: PeerId): void {
    this.#accounts.delete(peer)
  }
}
