/** The pool that a node finds on its disk when it starts. Damaged records are left out, and go. */
import type { WithTransactions } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import { decodeTransaction } from '../../domain/codec/transaction-codec.ts'
import { checkWindow } from '../../domain/rules/transaction-rules.ts'
import type { Transaction } from '../../domain/transaction.ts'
import { admit, homeward } from './admit.ts'
import { deletePoolRecord, readPoolRecord } from './pool-record.ts'
import { entered, followOwn } from './pool-set.ts'
import { enqueue } from './publish.ts'
import type { StoredRecords } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

const RESTORED = homeward('restored')

/**
 * The pool comes back. Signatures are not checked again: the hash beside each record shows that it is what was checked.
 * What came from peers passes admission again, in the order of nonces, so that nothing is parked for a while only to be
 * refused.
 */
export function onPoolRestored(machines: WithPeers & WithTransactions, records: StoredRecords, turn: Turn): void {
  const own: Transaction[] = []
  const others: Transaction[] = []
  for (const [key, value] of records) {
    const record = readPoolRecord(value)
    const decoded = record === null ? null : decodeTransaction(record.bytes, machines.transactions.prefix)
    if (record === null || decoded?.ok !== true || decoded.value.id !== key)
      turn.writeLazily({ kind: 'delete', space: 'pool', key })
    else (record.local ? own : others).push(decoded.value)
  }
  restoreOwn(machines, own.sort(byNonce), turn)
  for (const transaction of others.sort(byNonce)) {
    const admission = admit(machines, transaction, RESTORED, turn)
    if (admission.kind === 'admitted') machines.transactions.pool.markDurable(transaction.id)
    else drop(machines, transaction, turn)
  }
}

/**
 * What was acknowledged is not admitted a second time: it may wait for its turn outside the quotas, or be from a future
 * that only a wrong clock sees, and ends as it would have without the restart (ARCHITECTURE.md D10). It is published
 * again: the crash may have come first.
 */
function restoreOwn(machines: WithTransactions, own: readonly Transaction[], turn: Turn): void {
  const { pool, seen } = machines.transactions
  const { wallMs, monoMs } = turn.now
  const current = own.filter(({ createdAtMs }) => !isExpired(machines, createdAtMs, wallMs))
  pool.rebase(
    [],
    (sender) => machines.transactions.accountOf(sender),
    current.map((transaction) => ({ transaction, local: true, durable: true, admittedMs: wallMs })),
  )
  for (const transaction of own) {
    const { id, hash, bytes, sender, nonce } = transaction
    const entry = pool.get(id)
    if (entry === undefined) {
      drop(machines, transaction, turn)
      continue
    }
    seen.judgedValid(hash, id, monoMs)
    entered(machines, transaction)
    turn.noteAdmitted(transaction, entry.state, RESTORED)
    followOwn(machines, id, monoMs)
    const next = pool.nextNonce(sender, machines.transactions.accountOf(sender))
    // Others would refuse what is further ahead, and hold it against us; once its turn is near, repair offers it.
    if (nonce <= next + BigInt(pool.limits.nonceGapMax)) enqueue(machines, [{ id, bytes, own: true }], turn)
  }
}

/** Its record goes: it is over, or there is no place for it any more. */
function drop(machines: WithTransactions, { id, createdAtMs }: Transaction, turn: Turn): void {
  turn.writeLazily(deletePoolRecord(id))
  const why = isExpired(machines, createdAtMs, turn.now.wallMs) ? 'expired' : 'invalidated'
  turn.note({ kind: 'transaction-removed', id, why, by: null })
}

function isExpired({ transactions: { pool } }: WithTransactions, createdAtMs: number, wallMs: number): boolean {
  return checkWindow(createdAtMs, wallMs, pool.policy.txLifetimeMs) === 'expired'
}

/** Of two with one nonce, the one that has replaced the other comes first: it pays more. */
function byNonce(a: Transaction, b: Transaction): number {
  if (a.nonce !== b.nonce) return a.nonce < b.nonce ? -1 : 1
  return a.fee > b.fee ? -1 : a.fee < b.fee ? 1 : 0
}
