/**
 * The mempool once more, as plainly as its rules can be said: one flat list, everything else worked out anew whenever
 * it is asked for. What the real one keeps in heaps, queues and sums must come to the same.
 */
import type { MempoolPolicy } from '../../../src/mempool/admission.ts'
import type { Admission, Rebase, ReturnedTransaction } from '../../../src/mempool/mempool.ts'
import { PARKED_PATIENCE_MS, type MempoolLimits } from '../../../src/mempool/limits.ts'
import type { Account } from '../../../src/domain/ledger/account.ts'
import type { AccountId, TxId } from '../../../src/domain/ids.ts'
import type { RejectCode } from '../../../src/domain/reject.ts'
import type { Transaction } from '../../../src/domain/transaction.ts'

interface Item {
  readonly transaction: Transaction
  local: boolean
  early: boolean
  readonly sequence: number
  readonly admittedMs: number
}

const U64_MAX = 2n ** 64n - 1n
const cost = (item: Item): bigint => item.transaction.amount + item.transaction.fee
const byNonce = (a: Item, b: Item): number => (a.transaction.nonce < b.transaction.nonce ? -1 : 1)
const idsOf = (items: readonly Item[]): TxId[] => items.map((item) => item.transaction.id)

export class NaiveMempool {
  items: Item[] = []
  readonly #accounts = new Map<AccountId, Account>()
  readonly #limits: MempoolLimits
  readonly #policy: MempoolPolicy
  #sequence = 0

  constructor(limits: MempoolLimits, policy: MempoolPolicy) {
    this.#limits = limits
    this.#policy = policy
  }

  get bytes(): number {
    return this.items.reduce((sum, item) => sum + item.transaction.bytes.byteLength, 0)
  }

  of(sender: AccountId): Item[] {
    return this.items.filter((item) => item.transaction.sender === sender).sort(byNonce)
  }

  pendingOf(sender: AccountId): Item[] {
    const account = this.#accounts.get(sender)
    const pending: Item[] = []
    let left = account?.balance ?? 0n
    for (const item of this.of(sender)) {
      left -= cost(item)
      const isNext = item.transaction.nonce === (account?.nonce ?? 0n) + BigInt(pending.length)
      if (!isNext || left < 0n || pending.length === this.#limits.pendingPerSenderMax) break
      pending.push(item)
    }
    return pending
  }

  isPending(item: Item): boolean {
    return this.pendingOf(item.transaction.sender).includes(item)
  }

  pendingIds(): Set<TxId> {
    return new Set(idsOf(this.items.filter((item) => this.isPending(item))))
  }

  insert(transaction: Transaction, account: Account, nowMs: number, local: boolean): Admission {
    const { sender, nonce, fee } = transaction
    this.#accounts.set(sender, account)
    const refused = (code: RejectCode): Admission => ({ kind: 'refused', code })
    if (transaction.amount + fee > U64_MAX || nonce === U64_MAX) return refused('overflow')
    const known = this.items.find((item) => item.transaction.id === transaction.id)
    if (known !== undefined)
      return refused(known.transaction.hash === transaction.hash ? 'known' : 'known-other-signature')
    if (nowMs - transaction.createdAtMs > this.#policy.txLifetimeMs) return refused('expired')
    if (transaction.createdAtMs - nowMs > 30_000) return refused('too-early')
    if (fee < this.#policy.feeFloor) return refused('fee-too-low')
    if (nonce < account.nonce) return refused('nonce-too-low')
    const own = this.of(sender)
    const pending = this.pendingOf(sender)
    const next = account.nonce + BigInt(pending.length)
    if (nonce - next > BigInt(this.#limits.nonceGapMax)) return refused('nonce-gap')
    const old = own.find((item) => item.transaction.nonce === nonce)
    if (old !== undefined) {
      const tenth = Math.ceil(Number(old.transaction.fee) / 10)
      if (Number(fee) < Number(old.transaction.fee) + Math.max(1, tenth)) return refused('replacement-underpriced')
    }
    if (transaction.amount + fee > account.balance) return refused('insufficient-balance')
    const others = own.filter(
      (item) => item !== old && (item.transaction.nonce < nonce || (pending.includes(item) && nonce < next)),
    )
    if (others.reduce((sum, item) => sum + cost(item), transaction.amount + fee) > account.balance)
      return refused('balance-committed')
    const parks = nonce > next
    const earlyOfSender = own.filter((item) => item.early).length
    if (old === undefined && !parks && pending.length >= this.#limits.pendingPerSenderMax) return refused('sender-full')
    if (old === undefined && parks && earlyOfSender >= this.#limits.parkedPerSenderMax) return refused('sender-full')

    const before = [...this.items]
    const wasPending = this.pendingIds()
    const item: Item = { transaction, local, early: old?.early ?? true, sequence: this.#sequence, admittedMs: nowMs }
    const evicted: Item[] = []
    const fits = (): boolean => {
      const early = this.items.filter((other) => other.early).length
      const added = old === undefined ? 1 : 0
      return (
        this.items.length + added <= this.#limits.countMax &&
        this.bytes - (old?.transaction.bytes.byteLength ?? 0) + transaction.bytes.byteLength <= this.#limits.bytesMax &&
        !(parks && added === 1 && early + 1 > this.#limits.parkedMax)
      )
    }
    while (!fits()) {
      const victim = parks ? this.#greediest(sender, earlyOfSender, nowMs) : this.#victim(sender)
      const isAllowed = victim !== undefined && (parks || !this.isPending(victim) || victim.transaction.fee < fee)
      if (!isAllowed) {
        this.items = before
        return refused('pool-full')
      }
      evicted.push(victim)
      this.#delete(victim)
    }
    this.#sequence++
    if (old !== undefined) this.#delete(old)
    this.items.push(item)
    this.#noteTurns()
    const promoted = this.pendingOf(sender).filter((other) => other !== item && !wasPending.has(other.transaction.id))
    return {
      kind: 'admitted',
      state: this.isPending(item) ? 'pending' : 'parked',
      replaced: old?.transaction.id ?? null,
      evicted: idsOf(evicted),
      promoted: idsOf(promoted),
    }
  }

  markLocal(id: TxId): void {
    for (const item of this.items) if (item.transaction.id === id) item.local = true
  }

  remove(id: TxId): void {
    this.items = this.items.filter((item) => item.transaction.id !== id)
  }

  expire(nowMs: number): TxId[] {
    const isOver = (item: Item): boolean => nowMs - item.transaction.createdAtMs > this.#policy.txLifetimeMs
    const expired = this.items.filter(isOver)
    this.items = this.items.filter((item) => !isOver(item))
    return idsOf(expired)
  }

  rebase(
    touched: readonly AccountId[],
    accountOf: (id: AccountId) => Account,
    returned: readonly ReturnedTransaction[],
  ): Rebase {
    const wasPending = this.pendingIds()
    const wasIn = new Set(idsOf(this.items))
    const removed: Item[] = []
    for (const sender of new Set([...touched, ...returned.map((back) => back.transaction.sender)])) {
      this.#accounts.set(sender, accountOf(sender))
      const { nonce } = accountOf(sender)
      for (const back of returned)
        if (back.transaction.sender === sender && back.transaction.nonce >= nonce)
          this.items.push({
            transaction: back.transaction,
            local: back.local,
            early: false,
            sequence: this.#sequence++,
            admittedMs: back.admittedMs,
          })
      for (const item of this.of(sender))
        if (item.transaction.nonce < nonce) {
          removed.push(item)
          this.#delete(item)
        }
    }
    this.#noteTurns()
    const evicted: Item[] = []
    while (this.items.length > this.#limits.countMax || this.bytes > this.#limits.bytesMax) {
      const victim = this.#victim(undefined)
      if (victim === undefined) break
      evicted.push(victim)
      this.#delete(victim)
    }
    const isPending = this.pendingIds()
    const stayed = this.items.map((item) => item.transaction.id).filter((id) => wasIn.has(id))
    return {
      removed: idsOf(removed),
      evicted: idsOf(evicted),
      promoted: stayed.filter((id) => isPending.has(id) && !wasPending.has(id)),
      demoted: stayed.filter((id) => !isPending.has(id) && wasPending.has(id)),
    }
  }

  select(limits: { countMax: number; bytesMax: number }, slotTimeMs: number): Transaction[] {
    const rows = new Map<AccountId, Item[]>()
    for (const { transaction } of this.items) rows.set(transaction.sender, this.pendingOf(transaction.sender))
    const selected: Transaction[] = []
    let bytes = 0
    while (selected.length < limits.countMax) {
      const heads = [...rows.values()].flatMap((row) => (row[0] === undefined ? [] : [row[0]]))
      heads.sort((a, b) => Number(b.transaction.fee - a.transaction.fee) || a.sequence - b.sequence)
      const best = heads[0]
      if (best === undefined) break
      const { sender, createdAtMs, bytes: own } = best.transaction
      const isInWindow = createdAtMs - 30_000 <= slotTimeMs && slotTimeMs <= createdAtMs + this.#policy.txLifetimeMs
      if (!isInWindow || bytes + own.byteLength + 4 > limits.bytesMax) {
        rows.delete(sender)
        continue
      }
      bytes += own.byteLength + 4
      selected.push(best.transaction)
      rows.get(sender)?.shift()
    }
    return selected
  }

  #delete(item: Item): void {
    this.items = this.items.filter((other) => other !== item)
  }

  /** Whoever has been pending once is not early any more. */
  #noteTurns(): void {
    for (const item of this.items) if (this.isPending(item)) item.early = false
  }

  #tails(except: AccountId | undefined): Item[] {
    return this.items.filter(
      (item) => item.transaction.sender !== except && !item.local && this.of(item.transaction.sender).at(-1) === item,
    )
  }

  /**
   * For a parked one of a sender who has `held` early ones: of whoever has most of them, the longest waiting of equals.
   */
  #greediest(except: AccountId, held: number, nowMs: number): Item | undefined {
    const count = (item: Item): number => this.of(item.transaction.sender).filter((other) => other.early).length
    const tails = this.#tails(except).filter((item) => item.early)
    const [most] = tails.sort((a, b) => count(b) - count(a) || a.sequence - b.sequence)
    if (most === undefined || count(most) <= held) return undefined
    return count(most) > held + 1 || nowMs - most.admittedMs >= PARKED_PATIENCE_MS ? most : undefined
  }

  #victim(except: AccountId | undefined): Item | undefined {
    const tails = this.#tails(except)
    const rank = (item: Item): number => (this.isPending(item) ? 2 : item.early ? 0 : 1)
    tails.sort((a, b) => rank(a) - rank(b) || Number(a.transaction.fee - b.transaction.fee) || b.sequence - a.sequence)
    return tails[0]
  }
}
