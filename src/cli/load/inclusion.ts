/**
 * Which transactions of a load are in a block, and in a settled one, and how long that took. Pure; time is an argument.
 */
import { Histogram, type HistogramFigures } from '../../lib/histogram.ts'
import { FOLLOWED_MAX } from './limits.ts'

export interface InclusionFigures {
  /** Accepted ones that were followed. */
  readonly followed: number
  readonly inBlock: number
  readonly settled: number
  /** From the moment a transaction was meant to be sent until this command saw it in a block of the best chain. */
  readonly inBlockMs: HistogramFigures | null
  readonly settledMs: HistogramFigures | null
}

interface Followed {
  readonly meantMs: number
  isAccepted: boolean
  isInBlock: boolean
}

export class Inclusion {
  /** Those that are not settled. */
  readonly #open = new Map<string, Followed>()
  readonly #inBlock = new Histogram()
  readonly #settled = new Histogram()
  #accepted = 0

  /** Accepted ones that are not settled yet. */
  get missing(): number {
    return this.#accepted - this.#settled.count
  }

  /** Follows a transaction that is about to be sent: it may be in a block before its answer arrives. */
  offer(id: string, meantMs: number): void {
    if (this.#open.size < FOLLOWED_MAX) this.#open.set(id, { meantMs, isAccepted: false, isInBlock: false })
  }

  /** The node took it. */
  accept(id: string): void {
    const followed = this.#open.get(id)
    if (followed === undefined || followed.isAccepted) return
    followed.isAccepted = true
    this.#accepted++
  }

  /** The node did not take it. */
  withdraw(id: string): void {
    if (this.#open.get(id)?.isAccepted === false) this.#open.delete(id)
  }

  /** A block of the best chain with these transactions was seen. */
  noteBlock(ids: readonly string[], nowMs: number): void {
    for (const id of ids) {
      const followed = this.#open.get(id)
      if (followed === undefined || followed.isInBlock) continue
      followed.isInBlock = true
      this.accept(id)
      this.#inBlock.record(nowMs - followed.meantMs)
    }
  }

  /** A block with these transactions is settled. */
  noteSettled(ids: readonly string[], nowMs: number): void {
    this.noteBlock(ids, nowMs)
    for (const id of ids) {
      const followed = this.#open.get(id)
      if (followed === undefined) continue
      this.#settled.record(nowMs - followed.meantMs)
      this.#open.delete(id)
    }
  }

  figures(): InclusionFigures {
    return {
      followed: this.#accepted,
      inBlock: this.#inBlock.count,
      settled: this.#settled.count,
      inBlockMs: this.#inBlock.figures(),
      settledMs: this.#settled.figures(),
    }
  }
}
