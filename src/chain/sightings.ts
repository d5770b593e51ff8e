/**
 * Which headers each slot has had. A slot has one proposer, so two headers of one slot that both carry its signature
 * prove that it signed twice; a third proves nothing more and is not wanted.
 *
 * Only headers whose signature holds may be noted: else anybody could use up a slot's two places, or accuse its
 * proposer.
 */
import type { SignedHeader } from '../domain/block.ts'
import type { AccountId, BlockHash } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { EVIDENCE_MAX, HEADERS_PER_SLOT_MAX, SLOTS_REMEMBERED_MAX } from './limits.ts'

/** Two different headers of one slot by its proposer, as whoever shows them must hand them over. */
export interface Equivocation {
  readonly slot: number
  readonly proposer: AccountId
  readonly first: SignedHeader
  readonly second: SignedHeader
}

export class Sightings {
  readonly #bySlot = new Map<number, SignedHeader[]>()
  #evidence: Equivocation[] = []

  get size(): number {
    return this.#bySlot.size
  }
  /** The newest 256, oldest first. */
  get evidence(): readonly Equivocation[] {
    return this.#evidence
  }

  /** Whether this header would be a third one of its slot. */
  isExcess(slot: number, hash: BlockHash): boolean {
    const known = this.#bySlot.get(slot) ?? []
    return known.length >= HEADERS_PER_SLOT_MAX && !known.some((header) => header.hash === hash)
  }

  /** Notes a header that `isExcess` allows; returns the evidence when it is the second one of its slot. */
  note(header: SignedHeader): Equivocation | null {
    assert(!this.isExcess(header.slot, header.hash), 'a third header of a slot is not noted')
    const known = this.#bySlot.get(header.slot)
    if (known === undefined) {
      this.#bySlot.set(header.slot, [header])
      if (this.#bySlot.size > SLOTS_REMEMBERED_MAX) this.#bySlot.delete(this.#lowest())
      return null
    }
    const first = known[0]
    if (first === undefined || known.some((other) => other.hash === header.hash)) return null
    known.push(header)
    const proof = { slot: header.slot, proposer: header.proposer, first, second: header }
    this.#evidence = [...this.#evidence, proof].slice(-EVIDENCE_MAX)
    return proof
  }

  /** Forgets slots up to and with this one: no header of theirs can matter any more. The evidence stays. */
  forgetThrough(slot: number): void {
    for (const known of this.#bySlot.keys()) if (known <= slot) this.#bySlot.delete(known)
  }

  #lowest(): number {
    let lowest = Number.POSITIVE_INFINITY
    for (const slot of this.#bySlot.keys()) lowest = Math.min(lowest, slot)
    return lowest
  }
}
