/** What follows from a move of the head: what is written with it, and what is told after it is on the disk. */
import type { WithShared } from '../shared/state.ts'
import type { WithBlocks } from './state.ts'
import type { WithTransactions } from '../transactions/state.ts'
import type { Adoption } from '../../chain/chain.ts'
import type { Block } from '../../domain/block.ts'
import type { AccountId, BlockHash, TxId } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { ReturnedTransaction } from '../../mempool/mempool.ts'
import type { StoreWrite } from '../../ports/store.ts'
import { encodeCompactBlock } from '../../domain/codec/block-codec.ts'
import { shortIdOf } from '../../domain/block.ts'
import { slotTimeMs } from '../../domain/slots.ts'
import { assert } from '../../lib/assert.ts'
import {
  bestKey,
  deleteAccount,
  heightKey,
  putAccount,
  putHead,
  putHeight,
  putIndex,
  putUndo,
  undoKey,
} from './chain-record.ts'
import { depart, homeward } from '../transactions/admit.ts'
import { deletePoolRecord, putPoolRecord } from '../transactions/pool-record.ts'
import { entered, followOwn, left } from '../transactions/pool-set.ts'
import { enqueue, THIN_MESH } from '../transactions/publish.ts'
import type { Turn } from '../shared/turn.ts'

/** Block, index, ledger and head pointer of a move of the head, to be written as one batch. `nowMs` is monotonic. */
export function adoptionWrites(
  machines: WithTransactions & WithBlocks,
  adoption: Adoption,
  nowMs: number,
): StoreWrite[] {
  const { reorg, ledger, touchedIndexes, changes } = adoption
  const writes: StoreWrite[] = []
  for (const hash of reorg.disconnect) {
    writes.push({ kind: 'delete', space: 'chain', key: heightKey(hash) })
    for (const transaction of bodyOf(machines, hash).transactions) {
      // What was promised is on the disk either in a block or in the pool, at every moment: it goes back there in the
      // same batch.
      const local = machines.transactions.ownIncluded.get(transaction.id, nowMs) === true
      writes.push({ kind: 'delete', space: 'index', key: transaction.id }, putPoolRecord(transaction, local))
    }
  }
  // Heights that the new branch does not reach: it may be shorter only where the old one was of invalid blocks.
  for (let height = reorg.to.height + 1; height <= reorg.from.height; height++) {
    writes.push({ kind: 'delete', space: 'chain', key: bestKey(height) })
  }
  for (const hash of reorg.connect) {
    const block = bodyOf(machines, hash)
    const { height } = block.header
    if (!machines.blocks.bodies.isStored(hash))
      writes.push({ kind: 'put', space: 'blocks', key: hash, value: block.bytes })
    writes.push({ kind: 'put', space: 'chain', key: bestKey(height), value: block.header.bytes })
    writes.push(putHeight(hash, height), putUndo(hash, changes.get(hash) ?? []))
    for (const { id } of block.transactions) writes.push(putIndex(id, hash, height))
  }
  // The first block brings the accounts of genesis with it, which no block has touched.
  const isFirst = reorg.from.height === 0
  for (const index of isFirst ? ledger.entries().keys() : touchedIndexes) {
    const [entry] = index < ledger.size ? ledger.entries(index, 1) : []
    writes.push(entry === undefined ? deleteAccount(index) : putAccount(index, entry))
  }
  for (const hash of adoption.forgotten) {
    writes.push({ kind: 'delete', space: 'blocks', key: hash }, { kind: 'delete', space: 'chain', key: undoKey(hash) })
  }
  writes.push(putHead(reorg.to.height, reorg.to.hash))
  return writes
}

/** The move is on the disk: from here on it is told. */
export function adopted(machines: WithShared & WithTransactions & WithBlocks, adoption: Adoption, turn: Turn): void {
  const { reorg } = adoption
  for (const hash of reorg.connect) machines.blocks.bodies.markStored(hash)
  machines.shared.announced.height = reorg.to.height
  machines.shared.announced.hash = reorg.to.hash
  machines.shared.announced.settledHeight = adoption.settled.height
  machines.shared.announced.ledger = adoption.ledger
  settlePool(machines, adoption, turn)
  turn.note({
    kind: 'head-moved',
    hash: reorg.to.hash,
    height: reorg.to.height,
    slot: reorg.to.slot,
    connected: reorg.connect,
    disconnected: reorg.disconnect,
    crossesSettled: reorg.crossesSettled,
    settledHeight: adoption.settled.height,
  })
  for (const hash of reorg.connect) publishOwn(machines, hash, turn)
}

/**
 * A block that is not older brings its transactions first to a node that lacks them; older ones are history that is
 * being fetched.
 */
const FIRST_SEEN_MS = 60_000

/** Transactions of new blocks leave the pool; those of undone ones come back, unless the new branch has them too. */
function settlePool(
  machines: WithShared & WithTransactions & WithBlocks,
  { reorg, touched, ledger }: Adoption,
  turn: Turn,
): void {
  const included = new Map<TxId, { hash: BlockHash; height: number }>()
  for (const hash of reorg.connect) {
    const { header, transactions } = bodyOf(machines, hash)
    const arrival = machines.blocks.bodies.arrivalOf(hash)
    const came = {
      block: hash,
      from: arrival?.from ?? null,
      waitedMs: arrival === null ? 0 : turn.now.monoMs - arrival.monoMs,
    }
    const isRecent = turn.now.wallMs - slotTimeMs(machines.shared.config.network, header.slot) < FIRST_SEEN_MS
    for (const { id, bytes } of transactions) {
      included.set(id, { hash, height: header.height })
      const isNew =
        machines.transactions.pool.get(id) === undefined &&
        machines.transactions.seen.departure(id, turn.now.monoMs) === undefined
      // Of one that is in the pool the body may have come first all the same, and others had it from here.
      if (isRecent && (isNew || came.waitedMs > 0))
        turn.note({ kind: 'transaction-included', id, isNew, bytes: bytes.byteLength, ...came })
    }
  }
  const returned: ReturnedTransaction[] = []
  for (const hash of reorg.disconnect) {
    for (const transaction of bodyOf(machines, hash).transactions) {
      if (included.has(transaction.id)) continue
      machines.transactions.seen.returned(transaction.id)
      const local = machines.transactions.ownIncluded.get(transaction.id, turn.now.monoMs) === true
      returned.push({ transaction, local, durable: false, admittedMs: turn.now.wallMs })
    }
  }
  const wasLocal = new Set([...included.keys()].filter((id) => machines.transactions.pool.get(id)?.local === true))
  const rivals = rivalsIn(machines, touched, reorg.connect)
  const change = machines.transactions.pool.rebase(touched, (id) => ledger.account(id), returned)
  for (const [id, block] of included) {
    if (wasLocal.has(id)) machines.transactions.ownIncluded.set(id, true, turn.now.monoMs)
    machines.transactions.seen.departed(id, { why: 'in-block', by: null, block }, turn.now.monoMs)
    left(machines, id, true, turn.now.monoMs)
    turn.writeLazily(deletePoolRecord(id))
    turn.note({ kind: 'transaction-removed', id, why: 'in-block', by: null })
  }
  for (const id of change.removed) if (!included.has(id)) departRivalled(machines, id, rivals.of(id), turn)
  for (const id of change.evicted) depart(machines, id, 'evicted', null, turn)
  for (const { transaction, local } of returned) {
    const entry = machines.transactions.pool.get(transaction.id)
    if (entry === undefined) {
      if (machines.transactions.seen.departure(transaction.id, turn.now.monoMs) === undefined)
        departRivalled(machines, transaction.id, rivals.at(transaction), turn)
      continue
    }
    entered(machines, transaction)
    if (local) followOwn(machines, transaction.id, turn.now.monoMs)
    turn.writeLazily(putPoolRecord(transaction, local))
    const { id, bytes } = transaction
    turn.noteAdmitted(transaction, entry.state, RETURNED)
    if (local) enqueue(machines, [{ id, bytes, own: true }], turn)
  }
}

const RETURNED = homeward('reorg')

/** What took the place of a transaction, if anything did: by its sender's account, a place is a nonce. */
interface Rivals {
  /** Of one that was in the pool before. */
  of(id: TxId): TxId | null
  at(transaction: Transaction): TxId | null
}

/** To be asked for before the pool follows the head: what it removes is not in it any more. */
function rivalsIn(
  { transactions: { pool }, blocks: { bodies } }: WithTransactions & WithBlocks,
  touched: ReadonlySet<AccountId>,
  connect: readonly BlockHash[],
): Rivals {
  const placeOf = ({ sender, nonce }: Transaction): string => `${sender} ${nonce}`
  const taken = new Map<string, TxId>()
  for (const hash of connect)
    for (const transaction of bodies.get(hash)?.transactions ?? []) taken.set(placeOf(transaction), transaction.id)
  const places = new Map<TxId, string>()
  for (const transaction of pool.of(touched)) places.set(transaction.id, placeOf(transaction))
  return {
    of: (id) => taken.get(places.get(id) ?? '') ?? null,
    at: (transaction) => taken.get(placeOf(transaction)) ?? pool.at(transaction.sender, transaction.nonce),
  }
}

/** Its nonce is taken. `by` is null where what has it is not known here: its block's body is not in memory any more. */
function departRivalled(machines: WithTransactions, id: TxId, by: TxId | null, turn: Turn): void {
  depart(machines, id, 'replaced', by, turn)
}

/** A block of our own leaves when it is on the disk. */
function publishOwn(machines: WithTransactions & WithBlocks, hash: BlockHash, turn: Turn): void {
  if (!machines.blocks.ownBlocks.delete(hash)) return
  const { header, transactions } = bodyOf(machines, hash)
  const shortIds = transactions.map((transaction) => shortIdOf(transaction.hash))
  const flood = machines.transactions.audience.mesh < THIN_MESH
  turn.do({ kind: 'publish', topic: 'blocks', bytes: encodeCompactBlock(header, shortIds, []), flood })
}

function bodyOf(machines: WithBlocks, hash: BlockHash): Block {
  const block = machines.blocks.bodies.get(hash)
  assert(block !== undefined, 'the body of a block that moves is in memory')
  return block
}
