/**
 * What the relay remembers of transactions: three caches under three keys.
 *
 * - The router remembers *message ids* (topic and bytes): the same message is not raised twice.
 * - `judged` remembers *TxHashes* (exact bytes with signature): a signature is checked once in the life of a
 *   transaction, and a forgery once in all.
 * - `departed` remembers *TxIds* (body without signature) of what left the pool: a replay is not taken for new.
 *
 * Rules. Rejects are remembered by TxHash only: by TxId, a copy with a broken signature would speak for the honest one
 * (ARCHITECTURE.md, gossipsub 8). Valid and invalid judgements live apart, so that a flood of one cannot push the other
 * out. The attacker's best move is to make us forget: with 65,536 valid, paid transactions he gains that old ones are
 * checked again, not that they are applied again (the ledger's nonce stands behind).
 *
 * Invariants: sizes within capacities.
 */
import { ExpiringMap } from '../lib/expiring-map.ts'
import { assert } from '../lib/assert.ts'
import type { BlockHash, TxHash, TxId } from '../domain/ids.ts'
import type { RejectCode } from '../domain/reject.ts'
import {
  DEPARTED_COUNT_MAX,
  DEPARTED_TTL_MS,
  INVALID_COUNT_MAX,
  INVALID_TTL_MS,
  VALID_COUNT_MAX,
  VALID_TTL_MS,
} from './limits.ts'

export type Judgement =
  { readonly kind: 'valid'; readonly id: TxId } | { readonly kind: 'invalid'; readonly code: RejectCode }

export interface Departure {
  readonly why: 'expired' | 'replaced' | 'evicted' | 'in-block'
  /** The transaction that took its place; null where none did, or it is not known. */
  readonly by: TxId | null
  /** The block that has it. */
  readonly block?: { readonly hash: BlockHash; readonly height: number }
}

export class Seen {
  readonly #valid = new ExpiringMap<TxHash, TxId>({ ttlMs: VALID_TTL_MS, capacity: VALID_COUNT_MAX })
  readonly #invalid = new ExpiringMap<TxHash, RejectCode>({ ttlMs: INVALID_TTL_MS, capacity: INVALID_COUNT_MAX })
  readonly #departed = new ExpiringMap<TxId, Departure>({ ttlMs: DEPARTED_TTL_MS, capacity: DEPARTED_COUNT_MAX })

  /** What was found about these exact bytes. */
  judgement(hash: TxHash, monoMs: number): Judgement | undefined {
    const id = this.#valid.get(hash, monoMs)
    if (id !== undefined) return { kind: 'valid', id }
    const code = this.#invalid.get(hash, monoMs)
    return code === undefined ? undefined : { kind: 'invalid', code }
  }

  judgedValid(hash: TxHash, id: TxId, monoMs: number): void {
    this.#valid.set(hash, id, monoMs)
  }

  judgedInvalid(hash: TxHash, code: RejectCode, monoMs: number): void {
    this.#invalid.set(hash, code, monoMs)
  }

  departure(id: TxId, monoMs: number): Departure | undefined {
    return this.#departed.get(id, monoMs)
  }

  departed(id: TxId, departure: Departure, monoMs: number): void {
    this.#departed.set(id, departure, monoMs)
  }

  /** It came back: a reorg returned it to the pool, or its signer sent it again after an eviction. */
  returned(id: TxId): void {
    this.#departed.delete(id)
  }

  expire(monoMs: number): void {
    this.#valid.expire(monoMs)
    this.#invalid.expire(monoMs)
    this.#departed.expire(monoMs)
  }

  /** Departed ids that begin with `prefix`, at most `limit`. Linear: for questions of users only. */
  departedByPrefix(prefix: string, limit: number): TxId[] {
    const found: TxId[] = []
    for (const [id] of this.#departed.entries()) {
      if (id.startsWith(prefix) && found.push(id) >= limit) break
    }
    return found
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'seen.valid', size: this.#valid.size, capacity: this.#valid.capacity, unit: 'transactions' },
      { name: 'seen.invalid', size: this.#invalid.size, capacity: this.#invalid.capacity, unit: 'transactions' },
      { name: 'seen.departed', size: this.#departed.size, capacity: this.#departed.capacity, unit: 'transactions' },
    ]
  }

  invariants(): void {
    for (const { name, size, capacity } of this.sizes()) assert(size <= capacity, `${name} within its capacity`)
  }
}
