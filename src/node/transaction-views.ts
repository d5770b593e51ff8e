/**
 * What the API tells of one transaction: from the pool, from blocks on the disk, or from what was kept of those that
 * left otherwise.
 */
import { decodeBlock } from '../domain/codec/block-codec.ts'
import { asTxId, isHashText, type TxId } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { TransactionView } from '../domain/views.ts'
import { readIndex } from '../kernel/blocks/chain-record.ts'
import type { Machines } from '../kernel/machines.ts'
import { stateOf } from '../kernel/transactions/on-submission.ts'
import { toHex } from '../lib/bytes.ts'
import type { Lookup } from '../ports/control.ts'
import type { Store } from '../ports/store.ts'
import type { Archive } from './archive.ts'
import type { Clock } from './clock.ts'

/** Ids that are listed when a prefix fits several. */
const MATCHES_MAX = 5

interface Sources {
  readonly machines: Machines
  readonly archive: Archive
  readonly clock: Clock
  readonly store: Store
}

export async function findTransaction(sources: Sources, idOrPrefix: string): Promise<Lookup<TransactionView>> {
  const { machines, archive, clock, store } = sources
  const ids = isHashText(idOrPrefix) ? [asTxId(idOrPrefix)] : await idsOf(sources, idOrPrefix)
  const [id, ...others] = ids
  if (id === undefined) return { kind: 'missing' }
  if (others.length > 0) return { kind: 'ambiguous', matches: ids.slice(0, MATCHES_MAX) }
  const entry = machines.transactions.pool.get(id)
  if (entry === undefined) {
    const included = await findIncluded(machines, store, id)
    if (included !== null) return { kind: 'found', value: included }
  }
  const transaction = entry?.transaction ?? archive.get(id)
  if (transaction === undefined) return { kind: 'missing' }
  const now = clock.now()
  const departure = machines.transactions.seen.departure(id, now.monoMs)
  return {
    kind: 'found',
    value: {
      v: 1,
      ...describe(transaction),
      state: stateOf(machines, id, now),
      height: null,
      blockHash: null,
      replacedBy: departure?.why === 'replaced' ? departure.by : null,
      waitsFor: entry?.state === 'parked' ? machines.transactions.pool.parkedFor(transaction.sender) : null,
      local: entry?.local ?? false,
    },
  }
}

async function idsOf({ machines, store }: Sources, prefix: string): Promise<TxId[]> {
  const indexed = await store.entries('index', { from: prefix, to: `${prefix}g`, limit: MATCHES_MAX })
  return [
    ...new Set([
      ...machines.transactions.pool.idsByPrefix(prefix, MATCHES_MAX),
      ...machines.transactions.seen.departedByPrefix(prefix, MATCHES_MAX),
      ...indexed.map(([id]) => asTxId(id)),
    ]),
  ]
}

async function findIncluded(machines: Machines, store: Store, id: TxId): Promise<TransactionView | null> {
  const record = await store.get('index', id)
  const place = record === undefined ? null : readIndex(record)
  if (place === null || place.height > machines.shared.announced.height) return null
  const bytes = await store.get('blocks', place.hash)
  const block = bytes === undefined ? null : decodeBlock(bytes, machines.blocks.prefix, machines.transactions.prefix)
  const transaction = block?.ok === true ? block.value.transactions.find((other) => other.id === id) : undefined
  if (transaction === undefined) return null
  return {
    v: 1,
    ...describe(transaction),
    state: place.height <= machines.shared.announced.settledHeight ? 'settled' : 'in-block',
    height: place.height,
    blockHash: place.hash,
    replacedBy: null,
    waitsFor: null,
    local: machines.transactions.ownIncluded.has(id, Number.NEGATIVE_INFINITY),
  }
}

type Description = Pick<
  TransactionView,
  'id' | 'hash' | 'sender' | 'recipient' | 'amount' | 'fee' | 'nonce' | 'createdAt' | 'payload' | 'sizeBytes'
>

function describe(transaction: Transaction): Description {
  return {
    id: transaction.id,
    hash: transaction.hash,
    sender: transaction.sender,
    recipient: transaction.recipient,
    amount: transaction.amount.toString(),
    fee: transaction.fee.toString(),
    nonce: transaction.nonce.toString(),
    createdAt: transaction.createdAtMs,
    payload: toHex(transaction.payload),
    sizeBytes: transaction.bytes.byteLength,
  }
}
