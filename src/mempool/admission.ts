/**
 * Whether a transaction may enter the pool, decided on what the pool holds and on what the ledger says of its sender.
 * Nothing is changed here: the answer names what would have to go.
 *
 * Order of checks, cheapest first: values, known, window, fee floor, nonce, replacement, balance, places of the sender,
 * room in the pool. Each has its code in domain/reject.ts, where it also has its consequence.
 */
import { checkValues, checkWindow, costOf } from '../domain/rules/transaction-rules.ts'
import type { TxId } from '../domain/ids.ts'
import type { Account } from '../domain/ledger/account.ts'
import type { RejectCode } from '../domain/reject.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { Held } from './entry.ts'
import { makesWay } from './eviction.ts'
import type { MempoolLimits } from './limits.ts'
import type { SenderQueue } from './sender-queue.ts'
import type { QueueHeap, Tail } from './queue-heap.ts'

export interface MempoolPolicy {
  readonly feeFloor: bigint
  readonly txLifetimeMs: number
}

/** What the pool holds, as far as admission asks. */
export interface Holdings {
  readonly limits: MempoolLimits
  readonly policy: MempoolPolicy
  readonly count: number
  readonly bytes: number
  /** Entries that came ahead of their turn and have never been pending. */
  readonly early: number
  /** Senders by who goes first for one that is payable (eviction.ts) ... */
  readonly tails: QueueHeap
  /** ... and for one that is parked. */
  readonly earlyTails: QueueHeap
  get(id: TxId): Held | undefined
}

export type Decision =
  | { readonly kind: 'admit'; readonly replaces: Held | undefined; readonly evicts: readonly Held[] }
  | { readonly kind: 'refused'; readonly code: RejectCode }

/** It comes in, and nobody goes. */
const ADMIT: Decision = { kind: 'admit', replaces: undefined, evicts: [] }

/** The smallest fee that replaces a transaction which pays `fee`: a tenth more, and at least one. */
function replacementFee(fee: bigint): bigint {
  const tenth = (fee + 9n) / 10n
  return fee + (tenth > 1n ? tenth : 1n)
}

/** @param queue what the pool holds of the sender, in step with `account` */
export function decideAdmission(
  pool: Holdings,
  queue: SenderQueue | undefined,
  transaction: Transaction,
  account: Account,
  nowMs: number,
): Decision {
  const stateless = checkStateless(pool, transaction, nowMs)
  if (stateless !== null) return refuse(stateless)

  const { nonce, fee } = transaction
  const { limits } = pool
  if (nonce < account.nonce) return refuse('nonce-too-low')
  const next = queue?.nextNonce ?? account.nonce
  if (nonce > next && nonce > next + BigInt(limits.nonceGapMax)) return refuse('nonce-gap')

  const replaces = queue?.at(nonce)
  if (replaces !== undefined && fee < replacementFee(replaces.transaction.fee)) return refuse('replacement-underpriced')

  const cost = costOf(transaction)
  if (cost > account.balance) return refuse('insufficient-balance')
  if (costBefore(queue, nonce, replaces) + cost > account.balance) return refuse('balance-committed')

  const parks = nonce > next
  if (replaces === undefined) {
    const isFull = parks
      ? (queue?.earlyCount ?? 0) >= limits.parkedPerSenderMax
      : (queue?.pending.length ?? 0) >= limits.pendingPerSenderMax
    if (isFull) return refuse('sender-full')
  }

  if (replaces === undefined && hasRoom(pool, transaction, parks)) return ADMIT
  const evicts = makeRoom(pool, queue, transaction, replaces, parks, nowMs)
  return evicts === null ? refuse('pool-full') : { kind: 'admit', replaces, evicts }
}

function checkStateless(pool: Holdings, transaction: Transaction, nowMs: number): RejectCode | null {
  const values = checkValues(transaction)
  if (values !== null) return values
  const known = pool.get(transaction.id)
  if (known !== undefined) return known.transaction.hash === transaction.hash ? 'known' : 'known-other-signature'
  return checkTerms(pool.policy, transaction, nowMs)
}

/** What the policy asks of every transaction, whatever pool and ledger hold. */
export function checkTerms(policy: MempoolPolicy, transaction: Transaction, nowMs: number): RejectCode | null {
  const window = checkWindow(transaction.createdAtMs, nowMs, policy.txLifetimeMs)
  if (window !== null) return window
  return transaction.fee < policy.feeFloor ? 'fee-too-low' : null
}

/**
 * What the sender must be able to pay besides this transaction. For one in the place of a pending one that is all other
 * pending ones, also those behind it: a replacement must not make its own followers unpayable, or one fee would undo
 * what many nodes have relayed.
 */
function costBefore(queue: SenderQueue | undefined, nonce: bigint, replaces: Held | undefined): bigint {
  if (queue === undefined) return 0n
  if (replaces?.state === 'pending') return queue.pendingCost - costOf(replaces.transaction)
  return queue.costBelow(nonce)
}

/** Whether one more has room as it is. */
function hasRoom({ limits, count, bytes, early }: Holdings, transaction: Transaction, parks: boolean): boolean {
  if (count >= limits.countMax || bytes + transaction.bytes.byteLength > limits.bytesMax) return false
  return !parks || early < limits.parkedMax
}

/**
 * Which entries must go, or null where the newcomer gets no room. A parked newcomer displaces only other early ones, of
 * senders who have more of them or have had theirs for long, never a pending one (A24, A42). A pending newcomer
 * displaces any parked one first, since only it is sure to pay; then pending ones that pay less. None of its own
 * sender: it stands on them.
 */
function makeRoom(
  pool: Holdings,
  queue: SenderQueue | undefined,
  transaction: Transaction,
  replaces: Held | undefined,
  parks: boolean,
  nowMs: number,
): readonly Held[] | null {
  const { limits } = pool
  const added = replaces === undefined ? 1 : 0
  const addedBytes = transaction.bytes.byteLength - (replaces?.transaction.bytes.byteLength ?? 0)
  let excess = pool.count + added - limits.countMax
  let excessBytes = pool.bytes + addedBytes - limits.bytesMax
  let excessEarly = parks && added === 1 ? pool.early + 1 - limits.parkedMax : 0
  const fits = (): boolean => excess <= 0 && excessBytes <= 0 && excessEarly <= 0
  if (fits()) return []
  const held = queue?.earlyCount ?? 0
  const goes = (tail: Tail): boolean =>
    parks
      ? makesWay(tail, held, nowMs)
      : !tail.entry.local && (tail.entry.state !== 'pending' || tail.entry.transaction.fee < transaction.fee)
  const evicts: Held[] = []
  for (const tail of (parks ? pool.earlyTails : pool.tails).candidates(queue)) {
    if (!goes(tail)) return null
    const { entry } = tail
    evicts.push(entry)
    excess--
    excessBytes -= entry.transaction.bytes.byteLength
    if (entry.early) excessEarly--
    if (fits()) return evicts
  }
  return null
}

function refuse(code: RejectCode): Decision {
  return { kind: 'refused', code }
}
