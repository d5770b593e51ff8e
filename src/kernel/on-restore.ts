/** What a node finds on its disk when it starts. Damaged records are left out, and counted by whoever reads the facts. */
import { decodeTransaction } from '../domain/codec/transaction-codec.ts'
import { Chain, type ChainStart } from '../chain/chain.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { Ban } from '../peers/offences.ts'
import { admit } from './admit.ts'
import type { Machines } from './machines.ts'
import { readBan, deleteBan } from './penalise.ts'
import { readPoolRecord } from './pool-record.ts'
import { followOwn } from './pool-set.ts'
import { enqueue } from './publish.ts'
import type { Turn } from './turn.ts'

type Records = readonly (readonly [key: string, value: Uint8Array])[]

/**
 * The pool comes back in the order of nonces, so that nothing is parked for a while only to be refused. Signatures are not checked again:
 * the hash beside each record shows that it is what was checked. Local ones are published again: the crash may have come first.
 */
export function onPoolRestored(machines: Machines, records: Records, turn: Turn): void {
  const restored: { transaction: Transaction; local: boolean }[] = []
  for (const [key, value] of records) {
    const record = readPoolRecord(value)
    const decoded = record === null ? null : decodeTransaction(record.bytes, machines.transactionPrefix)
    if (record === null || decoded?.ok !== true || decoded.value.id !== key) {
      turn.writeLazily({ kind: 'delete', space: 'pool', key })
      continue
    }
    restored.push({ transaction: decoded.value, local: record.local })
  }
  restored.sort((a, b) =>
    a.transaction.nonce < b.transaction.nonce ? -1 : a.transaction.nonce > b.transaction.nonce ? 1 : 0,
  )
  for (const { transaction, local } of restored) {
    const admission = admit(machines, transaction, { way: 'restored', from: null, messageId: null, waitedMs: 0 }, turn)
    if (admission.kind === 'refused') {
      turn.writeLazily({ kind: 'delete', space: 'pool', key: transaction.id })
      turn.note({
        kind: 'transaction-removed',
        id: transaction.id,
        why: admission.code === 'expired' ? 'expired' : 'invalidated',
        by: null,
      })
      continue
    }
    machines.pool.markDurable(transaction.id)
    if (!local) continue
    machines.pool.markLocal(transaction.id)
    followOwn(machines, transaction.id, turn.now.monoMs)
    enqueue(machines, [{ id: transaction.id, bytes: transaction.bytes, own: true }], turn)
  }
}

export function onBansRestored(machines: Machines, records: Records, turn: Turn): void {
  const bans: Ban[] = []
  for (const [key, value] of records) {
    const ban = readBan(key, value)
    if (ban === null) turn.writeLazily({ kind: 'delete', space: 'bans', key })
    else if (ban.untilWallMs <= turn.now.wallMs) turn.writeLazily(deleteBan(ban.subject))
    else bans.push(ban)
  }
  machines.offences.restore(bans, turn.now.wallMs)
}

/** The chain as it was, and the last slot that this validator has signed for. */
export function onChainRestored(machines: Machines, start: ChainStart | null, lastSignedSlot: number): void {
  machines.proposal.lastSignedSlot = lastSignedSlot
  if (start === null) return
  machines.chain = new Chain(start)
  const { head, settled, ledger } = machines.chain
  Object.assign(machines.announced, { height: head.height, hash: head.hash, settledHeight: settled.height, ledger })
}
