/**
 * Copies of messages that were rejected. The router drops them unseen, as it drops every copy: whoever repeats a
 * forgery, its own or another's, would be judged once or never.
 *
 * Rules.
 * - Each copy of a rejected message counts like the first. *Rationale*: an honest node judges before it hands on, and
 *   what we reject every honest node rejects (PROTOCOL.md, Verdicts).
 * - Those who sent it while it was being judged count too, one copy each.
 *
 * The attacker's best move is to make each forgery anew: then each is judged. Bounded: by the open verdicts and by
 * COPIERS_MAX of each; of rejected messages by FORGED_IDS_MAX, which takes as many offences to flush.
 */
import type { MessageId, PeerId } from '../../domain/ids.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import { SEEN_TTL_MS } from './gossip-options.ts'
import { COPIERS_MAX, FORGED_IDS_MAX, OPEN_VERDICTS_MAX, VERDICT_MS } from './limits.ts'

interface Fill {
  readonly size: number
  readonly capacity: number
}

export class ForgedCopies {
  /** Of each message that is being judged: who else sent it. */
  readonly #open = new ExpiringMap<MessageId, PeerId[]>({ ttlMs: VERDICT_MS, capacity: OPEN_VERDICTS_MAX })
  readonly #forged = new ExpiringMap<MessageId, true>({ ttlMs: SEEN_TTL_MS, capacity: FORGED_IDS_MAX })

  /** The router raised a message: a verdict is owed. */
  raised(message: MessageId, nowMs: number): void {
    this.#open.set(message, [], nowMs)
  }

  /** Whether a verdict is still owed. */
  isOpen(message: MessageId, nowMs: number): boolean {
    return this.#open.has(message, nowMs)
  }

  /** A peer sent a message that the router knows; whether it is known for a forgery. */
  copied(message: MessageId, from: PeerId, nowMs: number): boolean {
    if (this.#forged.size > 0 && this.#forged.has(message, nowMs)) return true
    const copiers = this.#open.get(message, nowMs)
    if (copiers !== undefined && copiers.length < COPIERS_MAX && !copiers.includes(from)) copiers.push(from)
    return false
  }

  /** The verdict on an open message; returns who sent copies of a forgery meanwhile. */
  judged(message: MessageId, from: PeerId, verdict: Verdict, nowMs: number): readonly PeerId[] {
    const copiers = this.#open.get(message, nowMs) ?? []
    this.#open.delete(message)
    if (verdict !== 'reject') return []
    this.#forged.set(message, true, nowMs)
    return copiers.filter((peer) => peer !== from)
  }

  sizes(): { readonly openVerdicts: Fill; readonly forgedIds: Fill } {
    return {
      openVerdicts: { size: this.#open.size, capacity: this.#open.capacity },
      forgedIds: { size: this.#forged.size, capacity: this.#forged.capacity },
    }
  }
}
