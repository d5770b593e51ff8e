/**
 * The first look at one signed transaction: everything that can be said before its signature is checked, cheapest first
 * (PROTOCOL.md, Order of checks): size, decoding, known or judged by TxHash, time window, fee, nonce and balance.
 */
import type { WithTransactions } from './state.ts'
import { decodeTransaction, transactionHash } from '../../domain/codec/transaction-codec.ts'
import type { AccountId, TxHash, TxId } from '../../domain/ids.ts'
import type { Account } from '../../domain/ledger/account.ts'
import type { RejectCode } from '../../domain/reject.ts'
import { checkValues, costOf } from '../../domain/rules/transaction-rules.ts'
import type { Now } from '../../domain/time.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { checkTerms } from '../../mempool/admission.ts'
import type { JobNumber } from '../shared/event.ts'

export type Triage =
  /** These exact bytes were found valid before, and are in the pool or have left it for good. */
  | { readonly kind: 'known'; readonly id: TxId }
  /** No honest node could have sent these bytes. */
  | { readonly kind: 'invalid'; readonly code: RejectCode; readonly id: TxId | null; readonly hash: TxHash }
  /** Not taken here and now. */
  | { readonly kind: 'refused'; readonly code: RejectCode; readonly id: TxId }
  /** Its signature is being checked by that job. */
  | { readonly kind: 'in-flight'; readonly job: JobNumber }
  /** Eligible. `verified`: its signature was found valid before, but it did not come in then. */
  | { readonly kind: 'fresh'; readonly transaction: Transaction; readonly verified: boolean }

/**
 * The transactions of one message that came before, by sender. A run of consecutive nonces in one message is looked at
 * as a whole: each would be a gap without the ones before it, which are not in the pool yet.
 */
export type Runs = Map<AccountId, { lastNonce: bigint; spent: bigint }>

export function triage(machines: WithTransactions, bytes: Uint8Array, runs: Runs, now: Now): Triage {
  const hash = transactionHash(bytes)
  const judgement = machines.transactions.seen.judgement(hash, now.monoMs)
  if (judgement?.kind === 'invalid') return { kind: 'invalid', code: judgement.code, id: null, hash }
  if (judgement !== undefined && isSettled(machines, judgement.id, hash, now))
    return { kind: 'known', id: judgement.id }
  const job = machines.transactions.inFlight.get(hash)
  if (job !== undefined) return { kind: 'in-flight', job }
  const decoded = decodeTransaction(bytes, machines.transactions.prefix, hash)
  if (!decoded.ok) return { kind: 'invalid', code: decoded.code, id: null, hash }
  return triageDecoded(machines, decoded.value, judgement !== undefined, runs, now)
}

/** Whether the pool has these bytes, or had them and will not take them again. */
function isSettled(machines: WithTransactions, id: TxId, hash: TxHash, now: Now): boolean {
  const present = machines.transactions.pool.get(id)
  if (present !== undefined) return present.transaction.hash === hash
  const departure = machines.transactions.seen.departure(id, now.monoMs)
  return departure !== undefined && departure.why !== 'evicted'
}

function triageDecoded(
  machines: WithTransactions,
  transaction: Transaction,
  verified: boolean,
  runs: Runs,
  now: Now,
): Triage {
  const { id, hash } = transaction
  const impossible = checkValues(transaction)
  if (impossible !== null) return { kind: 'invalid', code: impossible, id, hash }
  const cost = costOf(transaction)
  const present = machines.transactions.pool.get(id)
  if (present !== undefined) {
    if (present.transaction.hash === hash) return { kind: 'known', id }
    return { kind: 'refused', code: 'known-other-signature', id }
  }
  const departure = machines.transactions.seen.departure(id, now.monoMs)
  if (departure !== undefined && departure.why !== 'evicted')
    return { kind: 'refused', code: 'known-other-signature', id }

  const account = machines.transactions.accountOf(transaction.sender)
  const run = runs.get(transaction.sender)
  const continues = run !== undefined && transaction.nonce === run.lastNonce + 1n
  const spent = (continues ? run.spent : 0n) + cost
  const code = continues
    ? precheckFollower(machines, transaction, account, spent, now)
    : machines.transactions.pool.precheck(transaction, account, now.wallMs)
  if (code !== null) return { kind: 'refused', code, id }
  if (run === undefined) runs.set(transaction.sender, { lastNonce: transaction.nonce, spent })
  else {
    run.lastNonce = transaction.nonce
    run.spent = spent
  }
  return { kind: 'fresh', transaction, verified }
}

/**
 * The pool decides when the ones before it are in; here only what it would refuse in any case is kept from the
 * verifier.
 */
function precheckFollower(
  { transactions: { pool } }: WithTransactions,
  transaction: Transaction,
  account: Account,
  spent: bigint,
  now: Now,
): RejectCode | null {
  const terms = checkTerms(pool.policy, transaction, now.wallMs)
  if (terms !== null) return terms
  const { pendingPerSenderMax, nonceGapMax } = pool.limits
  if (transaction.nonce > account.nonce + BigInt(pendingPerSenderMax + nonceGapMax)) return 'sender-full'
  // What is before it in the message may be refused here for another reason.
  return spent > account.balance ? 'balance-committed' : null
}
