/**
 * The books of gossip: each message that a peer sent on one of our topics is counted when it comes in and once more by
 * what became of it. Per topic, at every moment
 *
 *   received = accepted + duplicate + rejected(reason) + ignored(reason) + shed(reason) + waiting.
 *
 * The two sides are counted in different places, by the adapter as RPCs arrive and here as the router and the kernel
 * are done with them, so that a message that anybody drops silently shows as one that waits for ever.
 */
import type { MessageId } from '../domain/ids.ts'
import type { Topic } from '../domain/protocols.ts'
import { TOPICS } from '../domain/protocols.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { VerdictReason } from '../kernel/shared/effect.ts'
import type { ArrivalFate } from '../ports/gossip.ts'
import { JUDGING_MAX } from './limits.ts'

export type Outcome = 'accepted' | 'duplicate' | `rejected-${string}` | `ignored-${string}` | `shed-${string}`

export interface Balance {
  readonly received: number
  readonly settled: number
  /** In the router, in ingress or being checked; 0 when the network is quiet. */
  readonly waiting: number
}

interface Account {
  received: number
  settled: number
}

export class Conservation {
  readonly #count: (topic: Topic, outcome: Outcome | 'received', by: number) => void
  readonly #accounts = new Map<Topic, Account>(TOPICS.map((topic) => [topic, { received: 0, settled: 0 }]))
  /** Messages that await their verdict. */
  readonly #judging = new Map<MessageId, { readonly topic: Topic; readonly sinceMonoMs: number }>()

  /** @param count is told each entry of the books, for the metrics */
  constructor(count: (topic: Topic, outcome: Outcome | 'received', by: number) => void) {
    this.#count = count
  }

  /** Messages of one RPC arrived; `passed` ones are settled later, the others are with this. */
  arrived(topic: Topic, messages: number, fate: ArrivalFate): void {
    const account = this.#accounts.get(topic)
    if (account === undefined) return
    account.received += messages
    this.#count(topic, 'received', messages)
    if (fate !== 'passed') this.#settle(topic, fate === 'malformed' ? 'rejected-malformed' : `shed-${fate}`, messages)
  }

  duplicate(topic: Topic): void {
    this.#settle(topic, 'duplicate', 1)
  }

  /** The router raised a message: a verdict is owed. */
  raised(id: MessageId, topic: Topic, monoMs: number): void {
    if (this.#judging.size >= JUDGING_MAX) {
      const oldest = this.#judging.entries().next()
      if (oldest.done !== true) {
        this.#judging.delete(oldest.value[0])
        this.#settle(oldest.value[1].topic, 'shed-forgotten', 1)
      }
    }
    this.#judging.set(id, { topic, sinceMonoMs: monoMs })
  }

  /** @returns when the message was raised; null where it was shed before anybody judged it, or is not remembered */
  judged(id: MessageId, verdict: Verdict, why: VerdictReason | undefined): number | null {
    const judging = this.#judging.get(id)
    if (judging === undefined) return null
    const { topic, sinceMonoMs } = judging
    this.#judging.delete(id)
    if (verdict === 'ignore' && (why === 'full' || why === 'late')) {
      this.#settle(topic, `shed-${why}`, 1)
      return null
    }
    if (verdict === 'accept') this.#settle(topic, 'accepted', 1)
    else if (verdict === 'reject') this.#settle(topic, `rejected-${why ?? 'unnamed'}`, 1)
    else this.#settle(topic, `ignored-${why ?? 'unnamed'}`, 1)
    return sinceMonoMs
  }

  balance(topic: Topic): Balance {
    const { received, settled } = this.#accounts.get(topic) ?? { received: 0, settled: 0 }
    return { received, settled, waiting: received - settled }
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [{ name: 'conservation.judging', size: this.#judging.size, capacity: JUDGING_MAX, unit: 'messages' }]
  }

  #settle(topic: Topic, outcome: Outcome, messages: number): void {
    const account = this.#accounts.get(topic)
    if (account !== undefined) account.settled += messages
    this.#count(topic, outcome, messages)
  }
}
