/**
 * What the pool holds of one sender.
 *
 * Tracked: `pending`, whose nonces count up from the account's without a gap and whose costs together the balance
 * covers; and `parked`, all others, sorted by nonce. Every parked nonce is higher than every pending one, so that the
 * last of both lists is the tail: the one entry on which no other depends.
 *
 * Rules.
 * - An entry is pending if and only if all before it are, the balance covers it and them, and there is room for one
 *   more pending. Whatever changes, `promote` or `resync` restores that.
 * - Demotion never removes: what lost its predecessor or its balance waits, and is the first to go when room is needed.
 */
import type { ParkedFor } from '../domain/views.ts'
import { costOf } from '../domain/rules/transaction-rules.ts'
import type { AccountId } from '../domain/ids.ts'
import type { Account } from '../domain/ledger/account.ts'
import { assert } from '../lib/assert.ts'
import type { Held } from './entry.ts'

/** Nothing follows: nearly always, and a list for each would be garbage. */
const NONE: readonly Held[] = []

export class SenderQueue {
  readonly sender: AccountId
  readonly #pendingMax: number
  #account: Account
  #pending: Held[] = []
  #parked: Held[] = []
  #pendingCost = 0n
  #parkedCost = 0n
  #nextNonce: bigint
  #earlyCount = 0

  constructor(sender: AccountId, account: Account, pendingMax: number) {
    this.sender = sender
    this.#account = account
    this.#nextNonce = account.nonce
    this.#pendingMax = pendingMax
  }

  get account(): Account {
    return this.#account
  }
  get pending(): readonly Held[] {
    return this.#pending
  }
  get parked(): readonly Held[] {
    return this.#parked
  }
  get count(): number {
    return this.#pending.length + this.#parked.length
  }
  /** Parked ones that have never been pending. */
  get earlyCount(): number {
    return this.#earlyCount
  }
  /** What all pending ones take together. */
  get pendingCost(): bigint {
    return this.#pendingCost
  }
  /** The nonce after the last pending one. */
  get nextNonce(): bigint {
    return this.#nextNonce
  }

  at(nonce: bigint): Held | undefined {
    if (nonce < this.#account.nonce) return undefined
    if (nonce < this.#nextNonce) return this.#pending[Number(nonce - this.#account.nonce)]
    const entry = this.#parked[this.#parkedPosition(nonce)]
    return entry?.transaction.nonce === nonce ? entry : undefined
  }

  /**
   * What keeps the parked ones from being pending: a nonce that nobody has sent yet, or of the first of them its
   * balance or the room for pending ones.
   */
  get parkedFor(): ParkedFor | null {
    if (this.#parked.length === 0) return null
    if (this.at(this.nextNonce) === undefined) return 'nonce'
    return this.#pending.length >= this.#pendingMax ? 'room' : 'balance'
  }

  /** The entry that is `depth` places before the last one (0: the last). */
  fromEnd(depth: number): Held | undefined {
    const parked = this.#parked.length
    return depth < parked ? this.#parked[parked - 1 - depth] : this.#pending[this.#pending.length - 1 - depth + parked]
  }

  /**
   * What all entries below `nonce` take, but for the pending of that nonce or above. `nonce` is at least `nextNonce`.
   */
  costBelow(nonce: bigint): bigint {
    const last = this.#parked.at(-1)
    if (last === undefined) return this.#pendingCost
    // Nearly always: what overtakes comes in order too, and to add up all before it would cost the square of them.
    if (last.transaction.nonce < nonce) return this.#pendingCost + this.#parkedCost
    let cost = this.#pendingCost
    for (const entry of this.#parked) {
      if (entry.transaction.nonce >= nonce) break
      cost += costOf(entry.transaction)
    }
    return cost
  }

  /**
   * Puts a new entry at its nonce, in the place of `replaced`; it and those behind it become pending where they can.
   * Returns those behind it that did.
   */
  place(entry: Held, replaced: Held | undefined): readonly Held[] {
    const { nonce } = entry.transaction
    if (replaced?.state === 'pending') {
      this.#pending[Number(nonce - this.#account.nonce)] = entry
      entry.state = 'pending'
      this.#pendingCost += costOf(entry.transaction) - costOf(replaced.transaction)
      return this.#promote()
    }
    if (replaced === undefined && this.#mayBePending(entry)) {
      this.#append(entry)
      return this.#promote()
    }
    if (replaced !== undefined) this.#dropParked(replaced)
    entry.state = 'parked'
    this.#parkedCost += costOf(entry.transaction)
    // Who replaces one that had its turn before takes no new place in the quota.
    entry.early = replaced?.early ?? true
    if (entry.early) this.#earlyCount++
    this.#parked.splice(this.#parkedPosition(nonce), 0, entry)
    return this.#promote().filter((promoted) => promoted !== entry)
  }

  /** Takes an entry out. Pending ones behind it become parked; returns these. */
  take(entry: Held): readonly Held[] {
    if (entry.state === 'parked') {
      this.#dropParked(entry)
      return []
    }
    const index = Number(entry.transaction.nonce - this.#account.nonce)
    const demoted = this.#pending.splice(index).slice(1)
    this.#pendingCost -= costOf(entry.transaction)
    for (const follower of demoted) {
      follower.state = 'parked'
      this.#pendingCost -= costOf(follower.transaction)
      this.#parkedCost += costOf(follower.transaction)
    }
    this.#nextNonce = entry.transaction.nonce
    this.#parked = [...demoted, ...this.#parked]
    return demoted
  }

  /** Takes the ledger's new word on the account, and transactions that come back from blocks. */
  resync(account: Account, returned: readonly Held[] = []): { stale: Held[]; promoted: Held[]; demoted: Held[] } {
    const all = [...returned, ...this.#pending, ...this.#parked]
    if (returned.length > 0) all.sort((a, b) => (a.transaction.nonce < b.transaction.nonce ? -1 : 1))
    const stale = all.filter((entry) => entry.transaction.nonce < account.nonce)
    const before = new Set(this.#pending)
    this.#account = account
    this.#pending = []
    this.#pendingCost = 0n
    this.#parkedCost = 0n
    this.#nextNonce = account.nonce
    this.#parked = all.slice(stale.length)
    for (const entry of this.#parked) {
      entry.state = 'parked'
      this.#parkedCost += costOf(entry.transaction)
    }
    this.#earlyCount = this.#parked.reduce((count, entry) => count + (entry.early ? 1 : 0), 0)
    const promoted = this.#promote().filter((entry) => !before.has(entry))
    const demoted = this.#parked.filter((entry) => before.has(entry))
    return { stale, promoted, demoted }
  }

  /** Throws where the specification above does not hold. */
  invariants(): void {
    let cost = 0n
    this.#pending.forEach((entry, index) => {
      assert(entry.state === 'pending' && !entry.early, 'a pending entry says so')
      assert(entry.transaction.nonce === this.#account.nonce + BigInt(index), 'pending nonces have no gap')
      cost += costOf(entry.transaction)
    })
    assert(cost === this.#pendingCost, 'the cost of the pending is kept')
    const parkedCost = this.#parked.reduce((sum, entry) => sum + costOf(entry.transaction), 0n)
    assert(parkedCost === this.#parkedCost, 'the cost of the parked is kept')
    const next = this.#account.nonce + BigInt(this.#pending.length)
    assert(next === this.#nextNonce, 'the nonce after the pending is kept')
    assert(cost <= this.#account.balance, 'the balance covers the pending')
    assert(this.#pending.length <= this.#pendingMax, 'no more pending than a sender may have')
    this.#parked.forEach((entry, index) => {
      assert(entry.state === 'parked', 'a parked entry says so')
      const previous = this.#parked[index - 1]
      assert(previous === undefined || previous.transaction.nonce < entry.transaction.nonce, 'parked are sorted')
    })
    const first = this.#parked[0]
    assert(first === undefined || first.transaction.nonce >= this.nextNonce, 'parked come after the pending')
    assert(first === undefined || !this.#mayBePending(first), 'what may be pending is pending')
    assert(this.#earlyCount === this.#parked.filter((entry) => entry.early).length, 'the early ones are counted')
  }

  #mayBePending(entry: Held): boolean {
    return (
      entry.transaction.nonce === this.#nextNonce &&
      this.#pending.length < this.#pendingMax &&
      this.#pendingCost + costOf(entry.transaction) <= this.#account.balance
    )
  }

  /** Moves the run of parked ones that may be pending. */
  #promote(): readonly Held[] {
    const first = this.#parked[0]
    if (first === undefined || !this.#mayBePending(first)) return NONE
    const promoted: Held[] = []
    for (const entry of this.#parked) {
      if (!this.#mayBePending(entry)) break
      if (entry.early) this.#earlyCount--
      this.#parkedCost -= costOf(entry.transaction)
      this.#append(entry)
      promoted.push(entry)
    }
    this.#parked.splice(0, promoted.length)
    return promoted
  }

  /** One that may be pending is. */
  #append(entry: Held): void {
    entry.state = 'pending'
    entry.early = false
    this.#pending.push(entry)
    this.#pendingCost += costOf(entry.transaction)
    this.#nextNonce++
  }

  #dropParked(entry: Held): void {
    const position = this.#parkedPosition(entry.transaction.nonce)
    assert(this.#parked[position] === entry, 'a parked entry is where its nonce says')
    this.#parked.splice(position, 1)
    this.#parkedCost -= costOf(entry.transaction)
    if (entry.early) this.#earlyCount--
  }

  /** Index of the first parked entry with this nonce or a higher one. */
  #parkedPosition(nonce: bigint): number {
    let low = 0
    let high = this.#parked.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#parked[middle] as Held).transaction.nonce < nonce) low = middle + 1
      else high = middle
    }
    return low
  }
}
