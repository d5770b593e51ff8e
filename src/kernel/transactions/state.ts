/**
 * Transactions from the first byte to their end: the pool, what was judged, and what is on its way in, out or to the
 * disk.
 */
import type { AccountId, PeerId, TxHash, TxId } from '../../domain/ids.ts'
import type { ItemKey } from '../../domain/item-key.ts'
import type { Account } from '../../domain/ledger/account.ts'
import type { Ledger } from '../../domain/ledger/ledger.ts'
import { BATCH_COUNT_MAX } from '../../domain/params.ts'
import { signingPrefix } from '../../domain/signing.ts'
import { assert } from '../../lib/assert.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import { MEMPOOL_LIMITS } from '../../mempool/limits.ts'
import { Mempool } from '../../mempool/mempool.ts'
import { Batcher } from '../../relay/batcher.ts'
import { DEPARTED_COUNT_MAX, DEPARTED_TTL_MS, JOBS_MAX, UNWRITTEN_MAX } from '../../relay/limits.ts'
import { Seen } from '../../relay/seen.ts'
import { Offers } from '../../sync/offers.ts'
import { comparedSet, type ComparedSet } from '../shared/compared-set.ts'
import type { JobNumber } from '../shared/event.ts'
import type { WriteJob } from '../shared/jobs.ts'
import { SUBMISSIONS_MAX, type Shared } from '../shared/state.ts'
import type { StructureSize, WingState } from '../shared/wing.ts'

/** Said by the signature of a handler that reads or changes this state. */
export interface WithTransactions {
  readonly transactions: Transactions
}

export class Transactions implements WingState {
  readonly prefix: Uint8Array
  readonly pool: Mempool
  readonly seen = new Seen()
  readonly batcher = new Batcher()
  /** Transactions whose signatures are being checked, and by which job. */
  readonly inFlight = new Map<TxHash, JobNumber>()
  /** API calls that wait for a verification job which holds one of their transactions. */
  readonly deferredSubmissions = new Map<
    JobNumber,
    readonly { readonly submission: JobNumber; readonly items: readonly Uint8Array[] }[]
  >()
  /** Durable writes under way, and the submissions that wait for each. */
  readonly writes = new Map<JobNumber, WriteJob>()
  /** Subscribers and mesh size of the topic, as last heard. */
  readonly audience = { subscribers: 0, mesh: 0 }
  /** How long the last message had waited when it was looked at, and when that was (monotonic ms). */
  backlog: { readonly waitedMs: number; readonly monoMs: number } = { waitedMs: 0, monoMs: 0 }
  /** Our users' transactions that are in blocks: should a reorg undo one, it is offered again. */
  readonly ownIncluded = new ExpiringMap<TxId, true>({ ttlMs: DEPARTED_TTL_MS, capacity: DEPARTED_COUNT_MAX })
  /** The pool as it is compared with that of others. */
  readonly set: ComparedSet
  /** Names of the pool's transactions in it. */
  readonly poolKeys = new Map<TxId, ItemKey>()
  /** Own transactions until three peers have them. */
  readonly offers = new Offers()
  /** Came from peers, and are not on the disk yet. */
  readonly unwritten = new Set<TxId>()
  /** The place where the ledger answers: nonce and balance of an account at the head. */
  readonly accountOf: (id: AccountId) => Account

  constructor(shared: Shared) {
    const { config, networkId, announced } = shared
    this.prefix = signingPrefix('hearsay/tx/1', networkId)
    this.pool = new Mempool(MEMPOOL_LIMITS[config.profile], {
      feeFloor: config.network.feeFloor,
      txLifetimeMs: config.network.txLifetimeMs,
    })
    this.set = comparedSet('transactions', shared)
    this.accountOf = rememberedAccounts(() => announced.ledger)
  }

  get isAtWork(): boolean {
    const { writes, unwritten, set, batcher } = this
    return writes.size + unwritten.size + set.wanted.count > 0 || batcher.isReturned
  }

  readonly nextMs = Number.POSITIVE_INFINITY

  peerGreeted(peer: PeerId, isOutbound: boolean): void {
    this.set.wanted.connected(peer, isOutbound)
    this.offers.connected(peer)
  }

  peerGone(peer: PeerId): void {
    this.set.wanted.disconnected(peer)
    this.offers.disconnected(peer)
  }

  sizes(): StructureSize[] {
    const { pool, inFlight, deferredSubmissions, writes, ownIncluded, poolKeys, unwritten } = this
    const jobsMax = JOBS_MAX + SUBMISSIONS_MAX
    const of = (name: string, size: number, capacity: number, unit: string): StructureSize => ({
      name,
      size,
      capacity,
      unit,
    })
    return [
      ...pool.sizes(),
      ...this.seen.sizes(),
      ...this.batcher.sizes(),
      ...this.set.wanted.sizes(),
      ...this.offers.sizes(),
      of('kernel.deferredSubmissions', deferredSubmissions.size, jobsMax, 'jobs'),
      of('kernel.inFlight', inFlight.size, jobsMax * BATCH_COUNT_MAX, 'transactions'),
      of('kernel.writes', writes.size, SUBMISSIONS_MAX, 'writes'),
      of('kernel.ownIncluded', ownIncluded.size, ownIncluded.capacity, 'transactions'),
      of('kernel.poolKeys', poolKeys.size, pool.limits.countMax, 'transactions'),
      of('kernel.unwritten', unwritten.size, UNWRITTEN_MAX, 'transactions'),
    ]
  }

  invariants(): void {
    const { pool, seen, batcher, set, offers, poolKeys } = this
    for (const machine of [pool, seen, batcher, set.wanted, offers]) machine.invariants()
    assert(poolKeys.size === pool.count, 'every transaction of the pool has its name')
    assert(set.tree.size === pool.count, 'the set that is compared is the pool')
  }
}

/**
 * Accounts of one head whose answers are remembered: reading one from the tree costs 2 µs, and each transaction asks
 * twice.
 */
const ACCOUNTS_REMEMBERED_MAX = 4_096

/** Accounts as the head's ledger has them; a ledger never changes, so what it said holds until there is another one. */
function rememberedAccounts(head: () => Ledger): (id: AccountId) => Account {
  const known = new Map<AccountId, Account>()
  let of: Ledger | null = null
  return (id) => {
    const ledger = head()
    if (ledger !== of || known.size >= ACCOUNTS_REMEMBERED_MAX) {
      known.clear()
      of = ledger
    }
    let account = known.get(id)
    if (account === undefined) {
      account = ledger.account(id)
      known.set(id, account)
    }
    return account
  }
}
