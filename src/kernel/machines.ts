/** The machines of one node and what all of its decisions share. The kernel passes values between them; they never meet. */
import type { AccountId, BlockHash, NetAddress, NetworkId, PeerId, TxHash } from '../domain/ids.ts'
import type { NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import { isDevNetwork, networkIdOf, U64_MAX } from '../domain/params.ts'
import { asBlockHash } from '../domain/ids.ts'
import type { Account } from '../mempool/entry.ts'
import { Mempool } from '../mempool/mempool.ts'
import { MEMPOOL_LIMITS } from '../mempool/limits.ts'
import { Batcher } from '../relay/batcher.ts'
import { Seen } from '../relay/seen.ts'
import { Offences } from '../peers/offences.ts'
import { PeerTable } from '../peers/peer-table.ts'
import { Redial } from '../peers/redial.ts'
import { REDIAL_LONGEST_DEV_MS, REDIAL_LONGEST_MS } from '../peers/limits.ts'
import type { JobNumber } from './event.ts'
import type { GossipJob, SubmissionJob, WriteJob } from './jobs.ts'

export interface KernelConfig {
  readonly network: NetworkParams
  readonly profile: 'node' | 'dev' | 'bench'
  readonly name: string
  readonly self: PeerId
  readonly bootstrap: readonly NetAddress[]
  /** Most connections of the node; without a number no peer is ever evicted. */
  readonly connectionsMax?: number
  /** Numbers in [0, 1). */
  readonly chance: () => number
}

export interface Machines {
  readonly config: KernelConfig
  readonly networkId: NetworkId
  readonly transactionPrefix: Uint8Array
  readonly pool: Mempool
  readonly seen: Seen
  readonly batcher: Batcher
  readonly peers: PeerTable
  readonly offences: Offences
  readonly redial: Redial
  /** Transactions whose signatures are being checked, and by which job. */
  readonly inFlight: Map<TxHash, JobNumber>
  /** Verification jobs under way. */
  readonly jobs: Map<JobNumber, GossipJob | SubmissionJob>
  /** Durable writes under way, and the submissions that wait for each. */
  readonly writes: Map<JobNumber, WriteJob>
  /** Requests of ours under way. */
  readonly asked: Map<JobNumber, { readonly peer: PeerId; readonly protocol: 'hello' }>
  /** Peers of another network that have been told so, and since when (monotonic ms). */
  readonly strangers: Map<PeerId, number>
  /** The anchors as last written, and when the next look at them is due (monotonic ms). */
  readonly anchors: { written: string; nextMs: number }
  /** Subscribers and mesh size of the transactions topic, as last heard. */
  readonly audience: { subscribers: number; mesh: number }
  head(): { readonly height: number; readonly hash: BlockHash }
  settledHeight(): number
  /** The place where the ledger answers: nonce and balance of an account at the head. */
  accountOf(id: AccountId): Account
  nextJob(): JobNumber
}

export function createMachines(config: KernelConfig): Machines {
  const networkId = networkIdOf(config.network)
  let job = 0
  return {
    config,
    networkId,
    transactionPrefix: signingPrefix('hearsay/tx/1', networkId),
    pool: new Mempool(MEMPOOL_LIMITS[config.profile], {
      feeFloor: config.network.feeFloor,
      txLifetimeMs: config.network.txLifetimeMs,
    }),
    seen: new Seen(),
    batcher: new Batcher(),
    peers: new PeerTable(),
    offences: new Offences({ sparesLoopback: isDevNetwork(config.network.name) }),
    redial: new Redial({
      addresses: config.bootstrap,
      longestMs: isDevNetwork(config.network.name) ? REDIAL_LONGEST_DEV_MS : REDIAL_LONGEST_MS,
      chance: config.chance,
    }),
    inFlight: new Map(),
    jobs: new Map(),
    writes: new Map(),
    asked: new Map(),
    strangers: new Map(),
    anchors: { written: '', nextMs: 0 },
    audience: { subscribers: 0, mesh: 0 },
    head: () => ({ height: 0, hash: asBlockHash(networkId) }),
    settledHeight: () => 0,
    accountOf: () => ({ nonce: 0n, balance: U64_MAX }),
    nextJob: () => ++job,
  }
}
