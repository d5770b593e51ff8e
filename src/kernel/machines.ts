/** The machines of one node and what all of its decisions share. The kernel passes values between them; they never meet. */
import type { CompactBlock } from '../domain/block.ts'
import type { AccountId, BlockHash, MessageId, NetAddress, NetworkId, PeerId, TxHash, TxId } from '../domain/ids.ts'
import { Ledger } from '../domain/ledger/ledger.ts'
import type { RejectCode } from '../domain/reject.ts'
import { Chain } from '../chain/chain.ts'
import { EarlyBlocks } from '../chain/early-blocks.ts'
import { Orphanage } from '../chain/orphanage.ts'
import { ExpiringMap } from '../lib/expiring-map.ts'
import { CompactRelay } from '../relay/compact-relay.ts'
import { DEPARTED_COUNT_MAX, DEPARTED_TTL_MS } from '../relay/limits.ts'
import type { SetName } from '../domain/codec/reconcile-codec.ts'
import type { ItemKey } from '../domain/item-key.ts'
import { concatBytes, utf8 } from '../lib/bytes.ts'
import { ChainSync } from '../sync/chain-sync.ts'
import { FingerprintTree } from '../sync/fingerprint-tree.ts'
import { Offers } from '../sync/offers.ts'
import { Repair } from '../sync/repair.ts'
import { RepairServer } from '../sync/repair-server.ts'
import { Wanted } from '../sync/wanted.ts'
import { keyOfPeerId } from '../domain/record.ts'
import { GossipAlarm } from '../membership/alarm.ts'
import { Discovery } from '../membership/discovery.ts'
import { MEMBERSHIP_PROFILES } from '../membership/limits.ts'
import { Membership } from '../membership/membership.ts'
import { PeerClocks } from '../membership/peer-clocks.ts'
import { Twin } from '../membership/twin.ts'
import { OBSERVER_TTL_MS, OBSERVERS_MAX, RETURNS_MAX, RETURNS_MS } from '../membership/limits.ts'
import type { Survey } from '../membership/survey.ts'
import type { TokenBucket } from '../lib/rate.ts'
import { Pace } from '../membership/pace.ts'
import type { Self } from './members/self.ts'
import type { NetworkParams } from '../domain/params.ts'
import { signingPrefix } from '../domain/signing.ts'
import { isDevNetwork, networkIdOf } from '../domain/params.ts'
import { asBlockHash } from '../domain/ids.ts'
import type { Account } from '../domain/ledger/account.ts'
import { Mempool } from '../mempool/mempool.ts'
import { MEMPOOL_LIMITS } from '../mempool/limits.ts'
import { Batcher } from '../relay/batcher.ts'
import { Seen } from '../relay/seen.ts'
import { Offences } from '../peers/offences.ts'
import { PeerTable } from '../peers/peer-table.ts'
import { Redial } from '../peers/redial.ts'
import { REDIAL_LONGEST_DEV_MS, REDIAL_LONGEST_MS } from '../peers/limits.ts'
import type { JobNumber } from './shared/event.ts'
import type { Asked } from './shared/asked.ts'
import { Bodies } from './blocks/bodies.ts'
import type { ChainWork } from './blocks/chain-work.ts'
import { HeldBack } from './repair/held-back.ts'
import type { Job, WriteJob } from './shared/jobs.ts'
import type { Proposal } from './blocks/proposal.ts'

export interface KernelConfig {
  readonly network: NetworkParams
  readonly profile: 'node' | 'dev' | 'bench'
  readonly name: string
  readonly self: PeerId
  readonly agentVersion: string
  /** Whether the node looks for peers by itself, in records; otherwise it keeps to its bootstrap addresses. */
  readonly discovers: boolean
  /** Whether the node says what it saw of an object, and from whom (PROTOCOL.md, observe): it reveals origins. */
  readonly observes: boolean
  readonly bootstrap: readonly NetAddress[]
  /** Most connections of the node; without a number no peer is ever evicted. */
  readonly connectionsMax?: number
  /** Public key of the validator whose blocks this node makes; null: it makes none. */
  readonly validator: AccountId | null
  /** Numbers in [0, 1). */
  readonly chance: () => number
}

export interface Machines {
  readonly config: KernelConfig
  readonly networkId: NetworkId
  /** Whether the network is an open one, where nothing that a stranger names is believed to be ours; else one for development. */
  readonly isOpen: boolean
  readonly transactionPrefix: Uint8Array
  readonly blockPrefix: Uint8Array
  readonly recordPrefix: Uint8Array
  readonly suspicionPrefix: Uint8Array
  readonly pool: Mempool
  readonly seen: Seen
  readonly batcher: Batcher
  readonly peers: PeerTable
  readonly offences: Offences
  readonly redial: Redial
  /** Transactions whose signatures are being checked, and by which job. */
  readonly inFlight: Map<TxHash, JobNumber>
  /** Verification jobs under way. */
  readonly jobs: Map<JobNumber, Job>
  /** API calls that wait for a verification job which holds one of their transactions. */
  readonly deferredSubmissions: Map<
    JobNumber,
    readonly { readonly submission: JobNumber; readonly items: readonly Uint8Array[] }[]
  >
  /** Durable writes under way, and the submissions that wait for each. */
  readonly writes: Map<JobNumber, WriteJob>
  /** Requests of ours under way. */
  readonly asked: Map<JobNumber, Asked>
  /** Peers of another network that have been told so, and since when (monotonic ms). */
  readonly strangers: Map<PeerId, number>
  /** The anchors as last written, and when the next look at them is due (monotonic ms). */
  readonly anchors: { written: string; nextMs: number }
  /** Subscribers and mesh size of the transactions topic, as last heard. */
  readonly audience: { subscribers: number; mesh: number }
  /** How long the last message of transactions had waited when it was looked at, and when that was (monotonic ms). */
  backlog: { readonly waitedMs: number; readonly monoMs: number }
  /** Replaced once, at start, by what the disk holds. */
  chain: Chain
  readonly chainSync: ChainSync
  readonly compact: CompactRelay
  readonly orphans: Orphanage<CompactBlock>
  readonly early: EarlyBlocks<{ readonly block: CompactBlock; readonly from: PeerId; readonly messageId: MessageId }>
  readonly bodies: Bodies
  /** The step of the chain that is under way. */
  readonly work: { current: ChainWork | null }
  /** Transactions of the body at hand whose signatures hold. */
  readonly verifiedBodies: Set<TxHash>
  /** Blocks that broke a rule, and which. */
  readonly invalidBlocks: ExpiringMap<BlockHash, RejectCode>
  /** Questions of peers for transactions of blocks whose bodies are not here yet. */
  readonly partsWanted: Map<
    BlockHash,
    { readonly request: JobNumber; readonly shortIds: readonly string[]; readonly sinceMs: number }[]
  >
  /** This validator's own work. */
  readonly proposal: Proposal
  /** Blocks of our own that are not published yet. */
  readonly ownBlocks: Set<BlockHash>
  /** Our users' transactions that are in blocks: should a reorg undo one, it is offered again. */
  readonly ownIncluded: ExpiringMap<TxId, true>
  /** The head that is on the disk, and all that we tell of it. */
  readonly announced: { height: number; hash: BlockHash; settledHeight: number; ledger: Ledger }
  /** The sets that repair compares. */
  readonly trees: Readonly<Record<SetName, FingerprintTree>>
  /** Names of the pool's transactions in reconciliation. */
  readonly poolKeys: Map<TxId, ItemKey>
  readonly unwritten: Set<TxId>
  readonly repair: Repair
  readonly repairServer: RepairServer
  readonly wanted: Wanted
  readonly offers: Offers
  readonly membership: Membership
  /** What peers' records say of our own clock. */
  readonly peerClocks: PeerClocks
  /** Another node with this one's identity. */
  readonly twin: Twin
  /** How often peers greeted us of late while a connection with them stood. */
  readonly returns: ExpiringMap<PeerId, number>
  /** When an older record of our own key is worth a signature check again (monotonic ms). */
  readonly ownLook: { nextMs: number }
  readonly pace: Pace
  readonly discovery: Discovery
  readonly alarm: GossipAlarm
  readonly self: Self
  /** Who owns the record of this name. */
  readonly recordOwners: Map<ItemKey, PeerId>
  readonly wantedRecords: Wanted
  /** Requests for help under way, and the nonce that the asker gave. */
  readonly helps: Map<JobNumber, bigint>
  /** Surveys of our own under way, and what they ask for. */
  readonly surveys: Map<JobNumber, { readonly survey: Survey; readonly ids: readonly TxId[] }>
  /** Peers' questions that are being handed on. */
  readonly observeRelays: Set<JobNumber>
  /** How much each peer may ask of what we saw. */
  readonly observers: ExpiringMap<PeerId, TokenBucket>
  /** Dials that are to show whether a node lives. */
  readonly probeDials: Map<NetAddress, { readonly target: PeerId; readonly stays: 'configured' | 'if-alone' | 'no' }>
  /** Peers that we are disconnecting: their going is no sign of anything. */
  readonly partings: Set<PeerId>
  /** Fetched transactions that wait for the ones before them. */
  readonly heldBack: HeldBack
  /** The place where the ledger answers: nonce and balance of an account at the head. */
  accountOf(id: AccountId): Account
  nextJob(): JobNumber
}

/** Invalid blocks that are remembered for those who ask why: each cost a validator its slot. */
const INVALID_BLOCKS_MAX = 1_024

export function createMachines(config: KernelConfig): Machines {
  const networkId = networkIdOf(config.network)
  const ledger = Ledger.genesis(config.network.accounts)
  const root = { hash: asBlockHash(networkId), height: 0, slot: 0, makers: [] }
  const announced = { height: 0, hash: root.hash, settledHeight: 0, ledger }
  const key = keyOfPeerId(config.self) ?? new Uint8Array(32)
  let job = 0
  const nextJob = (): JobNumber => ++job
  const { chance } = config
  const isOpen = !isDevNetwork(config.network.name)
  const tree = (set: SetName): FingerprintTree =>
    new FingerprintTree(concatBytes(utf8(networkId), Uint8Array.of(0), utf8(set)))
  const trees = { transactions: tree('transactions'), records: tree('records') }
  return {
    config,
    networkId,
    isOpen,
    transactionPrefix: signingPrefix('hearsay/tx/1', networkId),
    blockPrefix: signingPrefix('hearsay/block/1', networkId),
    recordPrefix: signingPrefix('hearsay/record/1', networkId),
    suspicionPrefix: signingPrefix('hearsay/suspicion/1', networkId),
    pool: new Mempool(MEMPOOL_LIMITS[config.profile], {
      feeFloor: config.network.feeFloor,
      txLifetimeMs: config.network.txLifetimeMs,
    }),
    seen: new Seen(),
    batcher: new Batcher(),
    peers: new PeerTable(),
    offences: new Offences({ sparesLoopback: !isOpen }),
    redial: new Redial({
      addresses: config.bootstrap,
      longestMs: isOpen ? REDIAL_LONGEST_MS : REDIAL_LONGEST_DEV_MS,
      chance: config.chance,
    }),
    inFlight: new Map(),
    deferredSubmissions: new Map(),
    jobs: new Map(),
    writes: new Map(),
    asked: new Map(),
    strangers: new Map(),
    anchors: { written: '', nextMs: 0 },
    audience: { subscribers: 0, mesh: 0 },
    backlog: { waitedMs: 0, monoMs: 0 },
    chain: new Chain({ root, headers: [], ledger, validatorCount: config.network.validators.length }),
    chainSync: new ChainSync(),
    compact: new CompactRelay(),
    orphans: new Orphanage(),
    early: new EarlyBlocks(),
    bodies: new Bodies(),
    work: { current: null },
    verifiedBodies: new Set(),
    invalidBlocks: new ExpiringMap({ ttlMs: 3_600_000, capacity: INVALID_BLOCKS_MAX }),
    partsWanted: new Map(),
    proposal: { lastSignedSlot: -1, draft: null, awaited: null, refused: null, wasOff: false },
    ownBlocks: new Set(),
    ownIncluded: new ExpiringMap({ ttlMs: DEPARTED_TTL_MS, capacity: DEPARTED_COUNT_MAX }),
    announced,
    trees,
    poolKeys: new Map(),
    unwritten: new Set(),
    repair: new Repair({ trees, nextNumber: nextJob, chance }),
    repairServer: new RepairServer(trees),
    wanted: new Wanted({ nextNumber: nextJob, chance }),
    offers: new Offers(),
    membership: new Membership({
      self: config.self,
      profile: MEMBERSHIP_PROFILES[config.profile],
      nextNumber: nextJob,
      chance,
    }),
    peerClocks: new PeerClocks(),
    twin: new Twin(),
    returns: new ExpiringMap({ ttlMs: RETURNS_MS, capacity: RETURNS_MAX }),
    ownLook: { nextMs: Number.NEGATIVE_INFINITY },
    pace: new Pace(chance),
    discovery: new Discovery({
      self: config.self,
      isOpen,
      chance,
      ...(config.discovers ? {} : { outboundWanted: 0 }),
    }),
    alarm: new GossipAlarm(),
    self: {
      key,
      incarnation: 0,
      seq: 0,
      startedAtMs: 0,
      addresses: [],
      tags: [],
      isLeaving: false,
      signing: new Map(),
    },
    recordOwners: new Map(),
    wantedRecords: new Wanted({ nextNumber: nextJob, chance }),
    helps: new Map(),
    surveys: new Map(),
    observeRelays: new Set(),
    observers: new ExpiringMap({ ttlMs: OBSERVER_TTL_MS, capacity: OBSERVERS_MAX }),
    probeDials: new Map(),
    partings: new Set(),
    heldBack: new HeldBack(),
    accountOf: rememberedAccounts(() => announced.ledger),
    nextJob,
  }
}

/** Accounts of one head whose answers are remembered: reading one from the tree costs 2 µs, and each transaction asks twice. */
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
