/**
 * Rules on the body of a block. Two different questions:
 * - Is it the header's? If not, whoever served it is charged, and the hash of the block stays clean: else one liar
 *   could make an honest block unwelcome.
 * - Is it valid on its parent's ledger? If not, no peer is charged, since all relayed the header before they could
 *   know; the block and all that build on it are ignored.
 *
 * The signatures of the transactions are checked by the caller, who knows which ones have been before (the pool's need
 * no second time).
 */
import { toHex } from '../../lib/bytes.ts'
import { BLOCK_BYTES_MAX, blockBytesOf, txRootOf, type BlockHeader } from '../block.ts'
import type { AccountChange, Ledger } from '../ledger/ledger.ts'
import type { NetworkParams } from '../params.ts'
import type { RejectCode } from '../reject.ts'
import { slotTimeMs } from '../slots.ts'
import type { Transaction } from '../transaction.ts'
import { checkWindow } from './transaction-rules.ts'

/** Rule "body": as many transactions as the header says, with its txRoot. */
export function checkBodyOf(
  header: BlockHeader,
  transactions: readonly Transaction[],
): Extract<RejectCode, 'body-mismatch'> | null {
  const isIts =
    transactions.length === header.txCount && txRootOf(transactions.map(({ hash }) => hash)) === header.txRoot
  return isIts ? null : 'body-mismatch'
}

export type BodyVerdict =
  | { readonly ok: true; readonly ledger: Ledger; readonly changes: readonly AccountChange[] }
  | {
      readonly ok: false
      readonly code: Extract<RejectCode, 'body-too-large' | 'body-window' | 'body-unpayable' | 'body-ledger-root'>
      /** Position of the transaction that breaks the rule, where there is one. */
      readonly position: number | null
    }

/**
 * Rules "size" (1 MiB), "window" (each transaction alive at the start of the slot), "ledger" (each is taken, in order)
 * and "ledger root".
 * @param parent the ledger after the parent
 */
export function checkBody(
  header: BlockHeader,
  transactions: readonly Transaction[],
  params: NetworkParams,
  parent: Ledger,
): BodyVerdict {
  if (blockBytesOf(transactions) > BLOCK_BYTES_MAX) return { ok: false, code: 'body-too-large', position: null }
  const timeMs = slotTimeMs(params, header.slot)
  const outside = transactions.findIndex(
    ({ createdAtMs }) => checkWindow(createdAtMs, timeMs, params.txLifetimeMs) !== null,
  )
  if (outside >= 0) return { ok: false, code: 'body-window', position: outside }
  const applied = parent.apply(transactions, header.proposer)
  if (!applied.ok) return { ok: false, code: 'body-unpayable', position: applied.position }
  if (toHex(applied.ledger.root()) !== header.ledgerRoot) return { ok: false, code: 'body-ledger-root', position: null }
  return applied
}
