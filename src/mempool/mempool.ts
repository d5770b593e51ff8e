/**
 * The pool of transactions that wait for a block.
 *
 * Tracked: every admitted transaction by TxId, and by sender in order of nonce (sender-queue.ts); the sum of their
 * bytes; the tails in the orders in which they would be evicted (queue-heap.ts, eviction.ts); the second of their
 * creation (creation-index.ts); their short ids (short-id-index.ts); a fingerprint of the set (id-sum.ts). Of the
 * ledger only the account of each sender in the pool.
 *
 * Rules.
 * - One transaction a (sender, nonce). A second one needs fee ≥ old + max(1, ceil(old / 10)). Rationale: each
 *   replacement is relayed by everybody; with growing fees a balance pays for few of them.
 * - Pending: nonces without a gap from the account's, all costs together within its balance. Rationale: each may enter
 *   the next block and will pay; a balance backs one set of transactions, not many (DoubleSpend spam).
 * - Parked: a nonce at most 16 ahead of the next one, its cost and that of all before it within the balance. Rationale:
 *   what overtakes on another path must not be lost, since an `ignore` would stop it for all nodes behind us.
 * - Bounds on count, bytes, pending of a sender, early ones of a sender and of all (limits.ts).
 * - A full pool evicts tails only, never local ones: early ones first, then demoted ones, then pending ones that pay
 *   strictly less than the newcomer. A parked newcomer displaces nothing but early ones: of a sender who has more of
 *   them than its own would, or as many and for longer than PARKED_PATIENCE_MS. Rationale: a parked one may never pay,
 *   whatever its fee says, so it must not push out one that will (A24), and nobody's gaps may take everybody's places
 *   (A42).
 * - Demotion never removes. What loses its predecessor (expired, its write failed) or its balance waits for its own
 *   expiry, outside the quota for early ones, since it was admitted on stricter terms; a full pool evicts it before any
 *   pending one.
 * - Whatever is older than the lifetime goes at `expire`; nothing else has a time.
 *
 * Invariants: `invariants()` checks that every index holds exactly the entries, the rules of each sender's queue, every
 * sum and count, and the bounds. Count and bytes may pass their bounds only by transactions that come back from blocks,
 * and only while no tail is evictable: local ones are never dropped (D10).
 *
 * The attacker's best move is to fund accounts and fill the pool with the cheapest transactions: each costs the floor
 * fee once a block takes it, and whoever pays one more pushes it out. With one account it gets 64 + 16 places. With
 * gaps it gets 1,024 places for as long as nothing else wants them: to keep them from others it needs as many funded
 * accounts, and new transactions every 15 s. By replacing its own it makes the network relay about ten messages for the
 * first ten units of fee, and then one for each tenth more.
 *
 * Cost: O(log n) for insert and remove, but for what is moved within one sender's queue. Synchronous, no clock, no
 * chance.
 */
import type { ShortId } from '../domain/block.ts'
import type { AccountId, TxId } from '../domain/ids.ts'
import type { Account } from '../domain/ledger/account.ts'
import type { RejectCode } from '../domain/reject.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { ParkedFor } from '../domain/views.ts'
import { assert } from '../lib/assert.ts'
import { ByteSlabs } from '../lib/byte-slabs.ts'
import { decideAdmission, type MempoolPolicy } from './admission.ts'
import { CreationIndex } from './creation-index.ts'
import type { Held, PoolEntry } from './entry.ts'
import { holdsMore, paysLess } from './eviction.ts'
import { fingerprintOf, IdSum } from './id-sum.ts'
import type { MempoolLimits } from './limits.ts'
import { QueueHeap } from './queue-heap.ts'
import { selectForBlock } from './selection.ts'
import { SenderQueue } from './sender-queue.ts'
import { ShortIdIndex } from './short-id-index.ts'

export type Admission =
  | {
      readonly kind: 'admitted'
      readonly state: 'pending' | 'parked'
      readonly replaced: TxId | null
      readonly evicted: readonly TxId[]
      /** Others that became pending by it. */
      readonly promoted: readonly TxId[]
    }
  | { readonly kind: 'refused'; readonly code: RejectCode }

/** What changed when the ledger moved. */
export interface Rebase {
  /** Their nonce is used now: by themselves in a block, or by another transaction. */
  readonly removed: readonly TxId[]
  /** Pushed out because what came back from blocks needed the room. */
  readonly evicted: readonly TxId[]
  readonly promoted: readonly TxId[]
  readonly demoted: readonly TxId[]
}

/** A transaction of a disconnected block on its way back. */
export interface ReturnedTransaction {
  readonly transaction: Transaction
  readonly local: boolean
  readonly durable: boolean
  readonly admittedMs: number
}

/** Nearly every admission is one of these: nobody goes, nobody else becomes pending. */
const NONE: readonly TxId[] = []
const PENDING: Admission = { kind: 'admitted', state: 'pending', replaced: null, evicted: NONE, promoted: NONE }
const PARKED: Admission = { ...PENDING, state: 'parked' }

export class Mempool {
  readonly limits: MempoolLimits
  readonly policy: MempoolPolicy
  readonly tails = new QueueHeap(paysLess)
  readonly earlyTails = new QueueHeap(holdsMore)
  readonly #entries = new Map<TxId, Held>()
  readonly #queues = new Map<AccountId, SenderQueue>()
  readonly #created = new CreationIndex()
  readonly #shortIds = new ShortIdIndex()
  readonly #ids = new IdSum()
  readonly #slabs = new ByteSlabs()
  #bytes = 0
  #parked = 0
  #early = 0
  #sequence = 0

  constructor(limits: MempoolLimits, policy: MempoolPolicy) {
    this.limits = limits
    this.policy = policy
  }

  get count(): number {
    return this.#entries.size
  }
  get bytes(): number {
    return this.#bytes
  }
  /** All that are not pending: the early ones and the demoted ones. */
  get parked(): number {
    return this.#parked
  }
  /** Those that came ahead of their turn and have never been pending: what the parked bound is for. */
  get early(): number {
    return this.#early
  }

  get(id: TxId): Held | undefined {
    return this.#entries.get(id)
  }

  has(id: TxId): boolean {
    return this.#entries.has(id)
  }

  /**
   * The one transaction with this short id, as compact blocks name them; undefined where there is none, or more than
   * one.
   */
  byShortId(shortId: ShortId): Transaction | undefined {
    return this.#shortIds.get(shortId)?.transaction
  }

  entries(): IterableIterator<PoolEntry> {
    return this.#entries.values()
  }

  /** All checks that come before the signature, cheapest first; null when the transaction would be admitted now. */
  precheck(transaction: Transaction, account: Account, nowMs: number): RejectCode | null {
    const decision = decideAdmission(this, this.#queues.get(transaction.sender), transaction, account, nowMs)
    return decision.kind === 'refused' ? decision.code : null
  }

  /**
   * Checks again (the pool may have changed while the signature was checked) and inserts. The pool keeps its own copy
   * of the bytes.
   * @param account what the ledger has for the sender now. Where that is news to the pool, the sender is brought in
   *   step first and what its nonce has passed counts as evicted; `rebase` in time reports that better.
   * @param local handed in by this node's user: it competes for room like any other, but once in it is never evicted
   */
  insert(transaction: Transaction, account: Account, nowMs: number, local: boolean): Admission {
    const stale = this.#bringInStep(transaction.sender, account)
    const queue = this.#queues.get(transaction.sender)
    const decision = decideAdmission(this, queue, transaction, account, nowMs)
    if (decision.kind === 'refused') return decision
    for (const victim of decision.evicts) this.#drop(victim)
    const { replaces } = decision
    const entry = this.#enter({ transaction, local, durable: false, admittedMs: nowMs })
    const own = this.#queueOf(transaction.sender, account)
    const parked = own.parked.length
    const early = own.earlyCount
    const promoted = own.place(entry, replaces)
    this.#changed(own, parked, early)
    if (replaces !== undefined) this.#forget(replaces)
    else if (stale.length + decision.evicts.length + promoted.length === 0)
      return entry.state === 'pending' ? PENDING : PARKED
    return {
      kind: 'admitted',
      state: entry.state,
      replaced: replaces?.transaction.id ?? null,
      evicted: [...stale, ...idsOf(decision.evicts)],
      promoted: idsOf(promoted),
    }
  }

  /** From now on it is one of our user's own: not evicted any more. */
  markLocal(id: TxId): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.local) return
    entry.local = true
    const queue = this.#queues.get(entry.transaction.sender)
    if (queue !== undefined) this.#order(queue)
  }

  markDurable(id: TxId): void {
    const entry = this.#entries.get(id)
    if (entry !== undefined) entry.durable = true
  }

  /** Takes one out, e.g. because its write failed; pending ones of the sender behind it become parked. */
  remove(id: TxId): PoolEntry | undefined {
    const entry = this.#entries.get(id)
    if (entry !== undefined) this.#drop(entry)
    return entry
  }

  /** Takes out all whose lifetime is over; pending ones behind them become parked. */
  expire(nowMs: number): readonly TxId[] {
    const expired = this.#created.createdBefore(nowMs - this.policy.txLifetimeMs)
    for (const entry of expired) this.#drop(entry)
    return idsOf(expired)
  }

  /** The next nonce a sender should use: after its pending ones. */
  nextNonce(sender: AccountId, account: Account): bigint {
    const next = this.#queues.get(sender)?.nextNonce ?? account.nonce
    return next > account.nonce ? next : account.nonce
  }

  /** All transactions of these senders, pending and parked. */
  of(senders: Iterable<AccountId>): readonly Transaction[] {
    const queues = [...senders].flatMap((sender) => this.#queues.get(sender) ?? [])
    return queues.flatMap(({ pending, parked }) => [...pending, ...parked].map(({ transaction }) => transaction))
  }

  /** The sender's transaction of a nonce, by its id. */
  at(sender: AccountId, nonce: bigint): TxId | null {
    return this.#queues.get(sender)?.at(nonce)?.transaction.id ?? null
  }

  /** How many pending transactions the sender has. */
  pendingOf(sender: AccountId): number {
    return this.#queues.get(sender)?.pending.length ?? 0
  }

  /** What the parked ones of the sender wait for; null where there are none. */
  parkedFor(sender: AccountId): ParkedFor | null {
    return this.#queues.get(sender)?.parkedFor ?? null
  }

  /** Those that wait for missing nonces, or for balance. */
  parkedOf(sender: AccountId): number {
    return this.#queues.get(sender)?.parked.length ?? 0
  }

  /**
   * What follows when the ledger moved to another head. Takes out what is included or stale, demotes what is no longer
   * payable or contiguous, promotes what became so.
   * @param touched every account whose nonce or balance may differ from the pool's last word on it
   * @param accountOf answers from the new head
   * @param returned transactions of disconnected blocks that the new branch does not have. They come in together with
   *   the new accounts: before them they would be stale, after them their followers would have been demoted. They are
   *   not checked again; those whose nonce the new branch has used are left out (`has` tells). Where they overfill the
   *   pool, tails are evicted as usual.
   */
  rebase(
    touched: Iterable<AccountId>,
    accountOf: (id: AccountId) => Account,
    returned: readonly ReturnedTransaction[] = [],
  ): Rebase {
    const comeback = this.#groupReturned(returned)
    const removed: Held[] = []
    const promoted: Held[] = []
    const demoted: Held[] = []
    for (const sender of new Set([...touched, ...comeback.keys()])) {
      const account = accountOf(sender)
      const own = (comeback.get(sender) ?? [])
        .filter((back) => back.transaction.nonce >= account.nonce)
        .map((back) => this.#enter(back))
      if (own.length === 0 && !this.#queues.has(sender)) continue
      const change = this.#change(this.#queueOf(sender, account), (queue) => queue.resync(account, own))
      for (const entry of change.stale) this.#forget(entry)
      for (const entry of change.stale) removed.push(entry)
      const isNew = new Set(own)
      for (const entry of change.promoted) if (!isNew.has(entry)) promoted.push(entry)
      for (const entry of change.demoted) demoted.push(entry)
    }
    const evicted = this.#evictExcess()
    const isGone = new Set(evicted)
    return {
      removed: idsOf(removed),
      evicted: idsOf(evicted),
      promoted: idsOf(promoted.filter((entry) => !isGone.has(entry))),
      demoted: idsOf(demoted.filter((entry) => !isGone.has(entry))),
    }
  }

  /** For a block at `slotTimeMs`: by fee, in order of nonce within a sender, within count and bytes. */
  select(
    limits: { readonly countMax: number; readonly bytesMax: number },
    slotTimeMs: number,
    accountOf: (id: AccountId) => Account,
  ): readonly Transaction[] {
    return selectForBlock(this.#queues.values(), limits, slotTimeMs, this.policy.txLifetimeMs, accountOf)
  }

  /** Ids that begin with `prefix`, at most `limit`. Reads all ids: for people's questions, not for the relay. */
  idsByPrefix(prefix: string, limit: number): readonly TxId[] {
    const found: TxId[] = []
    for (const id of this.#entries.keys()) {
      if (found.length >= limit) break
      if (id.startsWith(prefix)) found.push(id)
    }
    return found
  }

  /** 64 hex digits; equal sets of ids have equal ones, whatever their order, and id-sum.ts says how it is made. */
  fingerprint(): string {
    return this.#ids.fingerprint()
  }

  /** For /v1/debug/limits. */
  sizes(): readonly {
    readonly name: string
    readonly size: number
    readonly capacity: number
    readonly unit: string
  }[] {
    const { countMax, bytesMax, parkedMax } = this.limits
    return [
      { name: 'mempool.transactions', size: this.count, capacity: countMax, unit: 'transactions' },
      { name: 'mempool.bytes', size: this.#bytes, capacity: bytesMax, unit: 'bytes' },
      { name: 'mempool.early', size: this.#early, capacity: parkedMax, unit: 'transactions' },
    ]
  }

  /** Throws where the specification above does not hold. Reads everything: for tests. */
  invariants(): void {
    let count = 0
    let bytes = 0
    let parked = 0
    let early = 0
    for (const [sender, queue] of this.#queues) {
      queue.invariants()
      assert(queue.count > 0, 'a sender without entries is forgotten')
      assert(queue.earlyCount <= this.limits.parkedPerSenderMax, 'the early ones of a sender are bounded')
      for (const entry of [...queue.pending, ...queue.parked]) {
        assert(entry.transaction.sender === sender, 'an entry is with its sender')
        assert(this.#entries.get(entry.transaction.id) === entry, 'an entry of a sender is in the pool')
        bytes += entry.transaction.bytes.byteLength
      }
      count += queue.count
      parked += queue.parked.length
      early += queue.earlyCount
    }
    assert(count === this.#entries.size, 'the pool holds what its senders hold')
    assert(count === this.#created.count, 'every entry will expire')
    assert(bytes === this.#bytes, 'bytes are counted')
    assert(parked === this.#parked && early === this.#early, 'parked ones are counted')
    assert(early <= this.limits.parkedMax, 'the early ones are bounded')
    assert(count === this.#shortIds.count, 'every entry has its short id')
    this.#shortIds.invariants()
    this.#created.invariants()
    this.tails.invariants()
    this.earlyTails.invariants()
    const senders = [...this.#queues.values()].filter((queue) => queue.earlyCount > 0).length
    assert(this.earlyTails.size === senders, 'who has early ones has a place in their order of eviction')
    assert(this.tails.size === this.#queues.size, 'every sender has its place in the order of eviction')
    assert(this.#ids.fingerprint() === fingerprintOf(this.#entries.keys()), 'the fingerprint is that of the ids')
    if (count > this.limits.countMax || bytes > this.limits.bytesMax) {
      const [first] = this.tails.candidates(undefined)
      assert(first?.entry.local !== false, 'a pool past its bounds holds local tails only')
    }
  }

  #bringInStep(sender: AccountId, account: Account): readonly TxId[] {
    const known = this.#queues.get(sender)?.account
    if (known === undefined || (known.nonce === account.nonce && known.balance === account.balance)) return NONE
    return this.rebase([sender], () => account).removed
  }

  /** The returned ones by sender, without those that the pool has and without second ones of a nonce. */
  #groupReturned(returned: readonly ReturnedTransaction[]): Map<AccountId, ReturnedTransaction[]> {
    const groups = new Map<AccountId, ReturnedTransaction[]>()
    for (const back of returned) {
      const { sender, nonce, id } = back.transaction
      const group = groups.get(sender) ?? []
      const isTaken = this.#queues.get(sender)?.at(nonce) !== undefined
      if (isTaken || this.has(id) || group.some((other) => other.transaction.nonce === nonce)) continue
      group.push(back)
      groups.set(sender, group)
    }
    return groups
  }

  #evictExcess(): readonly Held[] {
    const evicted: Held[] = []
    let count = this.count
    let bytes = this.#bytes
    for (const { entry } of this.tails.candidates(undefined)) {
      if (entry.local || (count <= this.limits.countMax && bytes <= this.limits.bytesMax)) break
      evicted.push(entry)
      count--
      bytes -= entry.transaction.bytes.byteLength
    }
    for (const entry of evicted) this.#drop(entry)
    return evicted
  }

  #queueOf(sender: AccountId, account: Account): SenderQueue {
    const known = this.#queues.get(sender)
    if (known !== undefined) return known
    const queue = new SenderQueue(sender, account, this.limits.pendingPerSenderMax)
    this.#queues.set(sender, queue)
    return queue
  }

  /** Changes a sender's queue and brings the counts and the order of eviction in step with it. */
  #change<T>(queue: SenderQueue, change: (queue: SenderQueue) => T): T {
    const parked = queue.parked.length
    const early = queue.earlyCount
    const result = change(queue)
    this.#changed(queue, parked, early)
    return result
  }

  /** @param parked how many of it were parked before it changed; @param early how many came early */
  #changed(queue: SenderQueue, parked: number, early: number): void {
    this.#parked += queue.parked.length - parked
    this.#early += queue.earlyCount - early
    if (queue.count === 0) {
      this.#queues.delete(queue.sender)
      this.tails.delete(queue)
      this.earlyTails.delete(queue)
    } else {
      this.#order(queue)
    }
  }

  /** Moves a sender to where its changed tail belongs. */
  #order(queue: SenderQueue): void {
    this.tails.put(queue)
    if (queue.earlyCount > 0) this.earlyTails.put(queue)
    else this.earlyTails.delete(queue)
  }

  /** A new entry in all indexes but its sender's queue. */
  #enter(from: ReturnedTransaction): Held {
    const { bytes, sender } = from.transaction
    const entry: Held = {
      // A decoded transaction is a view of the message it came in: to keep 200 bytes of a message of 256 KiB would keep
      // it all, and 10,000 of them 2.5 GiB.
      transaction: from.transaction.over(this.#slabs.copy(bytes), this.#queues.get(sender)?.sender),
      local: from.local,
      durable: from.durable,
      state: 'parked',
      admittedMs: from.admittedMs,
      sequence: this.#sequence++,
      early: false,
    }
    this.#entries.set(entry.transaction.id, entry)
    this.#shortIds.add(entry)
    this.#created.add(entry)
    this.#ids.add(entry.transaction.id)
    this.#bytes += entry.transaction.bytes.byteLength
    return entry
  }

  /** Out of all indexes but its sender's queue. */
  #forget(entry: Held): void {
    this.#entries.delete(entry.transaction.id)
    this.#shortIds.delete(entry)
    this.#created.delete(entry)
    this.#ids.remove(entry.transaction.id)
    this.#bytes -= entry.transaction.bytes.byteLength
  }

  #drop(entry: Held): void {
    const queue = this.#queues.get(entry.transaction.sender)
    assert(queue !== undefined, 'an entry has its sender')
    this.#change(queue, () => queue.take(entry))
    this.#forget(entry)
  }
}

function idsOf(entries: readonly Held[]): readonly TxId[] {
  return entries.map((entry) => entry.transaction.id)
}
