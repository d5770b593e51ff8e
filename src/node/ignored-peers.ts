/**
 * Peers of whom everything is ignored. One transaction that is too old is nothing; a peer of whom nothing was taken for
 * a while, for one and the same reason, has a wrong clock, another ledger or other rules, and neither side would ever
 * say so.
 *
 * Tracked: for each peer since when nothing of it was taken, and how often what it sent was ignored since, by reason.
 * Rule: what one peer sends counts as ignored systematically after IGNORED_TIMES of one reason without anything taken;
 * it is forgotten when something is taken, or when nothing came for IGNORED_SHOWN_MS. Only reasons that speak of the
 * sender count (SPEAKING): a full pool of ours says nothing of it.
 */
import type { PeerId } from '../domain/ids.ts'
import type { IgnoredFacts } from '../domain/problems.ts'
import type { RejectCode } from '../domain/reject.ts'
import { IGNORED_PEERS_MAX, IGNORED_SHOWN_MS, IGNORED_TIMES } from './limits.ts'

/** What a reason says of who sent it. */
const SPEAKING = {
  'too-early': 'clock-ahead',
  expired: 'clock-behind',
  'slot-too-early': 'clock-ahead',
  'insufficient-balance': 'other-ledger',
  'nonce-too-low': 'other-ledger',
  'nonce-gap': 'other-ledger',
  'fee-too-low': 'other-rules',
} as const satisfies Partial<Record<RejectCode, IgnoredFacts['why']>>

interface Account {
  /** By reason; empty after something was taken. */
  readonly ignored: Map<keyof typeof SPEAKING, number>
  lastMs: number
}

export class IgnoredPeers {
  readonly #accounts = new Map<PeerId, Account>()

  get size(): number {
    return this.#accounts.size
  }

  took(peer: PeerId, monoMs: number): void {
    this.#accountOf(peer, monoMs)?.ignored.clear()
  }

  ignored(peer: PeerId, code: string, monoMs: number): void {
    if (!isSpeaking(code)) return
    const ignored = this.#accountOf(peer, monoMs)?.ignored
    ignored?.set(code, (ignored.get(code) ?? 0) + 1)
  }

  left(peer: PeerId): void {
    this.#accounts.delete(peer)
  }

  /** Null where nobody is ignored systematically. */
  lately(monoMs: number): IgnoredFacts | null {
    for (const [peer, { lastMs }] of this.#accounts)
      if (monoMs - lastMs >= IGNORED_SHOWN_MS) this.#accounts.delete(peer)
    const found = [...this.#accounts].flatMap(([peer, { ignored }]) => {
      const [most] = [...ignored].sort(([, a], [, b]) => b - a)
      return most === undefined || most[1] < IGNORED_TIMES ? [] : [{ peer, reason: most[0], times: most[1] }]
    })
    const [worst] = found.sort((a, b) => b.times - a.times)
    if (worst === undefined) return null
    const why = SPEAKING[worst.reason]
    const peers = found.filter(({ reason }) => SPEAKING[reason] === why).length
    return { ...worst, why, peers, of: this.#accounts.size }
  }

  /** The peer's account, from now on its latest; null where there is no room for another one. */
  #accountOf(peer: PeerId, monoMs: number): Account | null {
    let account = this.#accounts.get(peer)
    if (account === undefined) {
      if (this.#accounts.size >= IGNORED_PEERS_MAX) return null
      account = { ignored: new Map(), lastMs: monoMs }
      this.#accounts.set(peer, account)
    }
    account.lastMs = monoMs
    return account
  }
}

function isSpeaking(code: string): code is keyof typeof SPEAKING {
  return code in SPEAKING
}
