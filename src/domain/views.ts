/**
 * The JSON documents that the API speaks, shared by the server and its clients. 64-bit numbers are decimal strings;
 * hashes are lower-case hex; addresses are bech32m; every top-level document carries `v: 1` so that a reader can tell
 * what it reads.
 */
import type { ProblemView } from './problems.ts'
import type { PropagationRecord } from './propagation.ts'

export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint: string
  /** Id of the transaction concerned, where there is one. */
  readonly id?: string
}

export interface HeadView {
  readonly height: number
  readonly hash: string
}

export interface IdentityView {
  readonly v: 1
  readonly name: string
  readonly peerId: string
  readonly network: string
  readonly networkId: string
  readonly agentVersion: string
  readonly listen: readonly string[]
  readonly pid: number
}

/**
 * What happened to transactions at a node since it started: what the counters of /metrics count, and what its memory is
 * a part of.
 */
export interface SeenCounts {
  /** Those that it made or got, each once. */
  readonly taken: number
  readonly duplicates: number
  /** Refusals that are an offence of who sent it, and others. */
  readonly rejected: number
  readonly ignored: number
  /**
   * Taken while there were more than a trace is good for: how they came was not recorded, and `taken` is without them.
   */
  readonly untraced: number
  /** Of those taken, how many it does not remember any more. */
  readonly forgotten: number
}

export interface StatusView extends IdentityView {
  readonly startedAt: number
  readonly uptimeMs: number
  readonly state: 'starting' | 'ready' | 'alone' | 'failing'
  readonly peers: number
  /** Mesh peers of the transactions topic. */
  readonly mesh: number
  readonly head: HeadView
  readonly settled: { readonly height: number }
  /** Null on a node that makes no blocks. */
  readonly validator: ValidatorView | null
  readonly mempool: {
    readonly count: number
    readonly bytes: number
    readonly parked: number
    readonly fingerprint: string
  }
  readonly seen: SeenCounts
  readonly verifier: { readonly name: string; readonly fallbackReason: string | null; readonly verifications: number }
  readonly eventLoopDelayP99Ms: number
  /** The longest delay of the event loop within the last 10 to 20 s. */
  readonly eventLoopDelayMaxMs: number
  readonly rssBytes: number
  /** What is not well or worth knowing, as under /v1/node/health. */
  readonly problems: readonly ProblemView[]
}

export interface ValidatorView {
  /** Public key, 64 hex digits. */
  readonly key: string
  /** The highest slot that it has signed for, or may have; null for none. */
  readonly lastSignedSlot: number | null
  /**
   * It makes no block before, since it has signed for a slot that has not begun, ms since the Unix epoch; null where
   * nothing keeps it.
   */
  readonly silentUntil: number | null
}

export interface HealthView {
  readonly v: 1
  readonly ok: boolean
  /** What keeps the node from its work, in words; empty when ok. */
  readonly problems: readonly string[]
  /** The same and what else its operator should know, each with a code, its likely cause and what to do next. */
  readonly details: readonly ProblemView[]
}

export interface PeerView {
  readonly peerId: string
  /** Name from its hello; empty until it said hello. */
  readonly name: string
  readonly address: string
  readonly direction: 'inbound' | 'outbound'
  readonly connectedMs: number
  readonly agentVersion: string
  readonly score: number
  /** Topics (short names) in whose mesh the peer is. */
  readonly mesh: readonly string[]
  readonly topics: readonly string[]
  readonly offences: number
  readonly rttMs: number | null
  /**
   * Directions of gossip that the connection carries: with less than `both` it is being mended, or cut and dialled
   * again; with a peer that is `deaf` to what we say (it ended our stream three times in ten minutes), it is left as it
   * is, outside of all meshes.
   */
  readonly gossip: 'both' | 'in' | 'out' | 'none' | 'deaf'
  readonly head: HeadView | null
}

export interface BanView {
  readonly subject: string
  readonly reason: string
  readonly untilMs: number
}

/** An address that this node dials by itself, and what came of it. */
export interface DialView {
  readonly address: string
  /** False: not from the configuration, but one of the best peers of before the last restart. */
  readonly configured: boolean
  readonly state: 'waiting' | 'dialling' | 'connected'
  readonly peerId: string | null
  /** Since the last try began; null before the first. */
  readonly triedMs: number | null
  /** Tries in a row that came to nothing. */
  readonly failures: number
  /** Until the next try; null while connected or dialling. */
  readonly nextTryMs: number | null
  /** What the last try came to nothing by; null where it did not. */
  readonly failure: {
    readonly kind: string
    readonly message: string
    readonly next: string
    readonly detail: string
  } | null
}

export interface PeersView {
  readonly v: 1
  readonly peers: readonly PeerView[]
  readonly bans: readonly BanView[]
  readonly dials: readonly DialView[]
}

export interface MeshView {
  readonly v: 1
  readonly topics: readonly {
    readonly topic: string
    readonly subscribers: readonly string[]
    readonly mesh: readonly string[]
  }[]
}

export type TransactionState = 'pending' | 'parked' | 'in-block' | 'settled' | 'expired' | 'replaced' | 'evicted'

/**
 * What would have to come for the first parked one of its sender to be pending: a nonce that is missing, balance, or
 * room among the pending ones.
 */
export type ParkedFor = 'nonce' | 'balance' | 'room'

export interface TransactionView {
  readonly v: 1
  readonly id: string
  readonly hash: string
  readonly state: TransactionState
  readonly height: number | null
  readonly blockHash: string | null
  /** Null where it was not replaced, or by what is not known. */
  readonly replacedBy: string | null
  /** Null where it isn't parked. */
  readonly waitsFor: ParkedFor | null
  readonly sender: string
  readonly recipient: string
  readonly amount: string
  readonly fee: string
  readonly nonce: string
  readonly createdAt: number
  /** Hex. */
  readonly payload: string
  readonly sizeBytes: number
  /** Came from this node's own user. */
  readonly local: boolean
}

export interface SubmitView {
  readonly v: 1
  readonly id: string
  /** `accepted`: on disk and on its way; `known`: this node has it already (and it is on disk). */
  readonly status: 'accepted' | 'known'
  readonly state: TransactionState
}

/** Answer to `POST /v1/transactions:batch`: one result for each transaction, in order. */
export interface SubmitBatchView {
  readonly v: 1
  readonly accepted: number
  readonly known: number
  readonly rejected: number
  readonly results: readonly (
    | { readonly status: 'accepted' | 'known'; readonly id: string; readonly state: TransactionState }
    | ({ readonly status: 'rejected' } & Problem)
  )[]
}

/** Body of `POST /v1/transactions` in JSON; the alternative is the SSZ of the signed transaction as octet-stream. */
export interface TransactionDocument {
  readonly sender: string
  readonly nonce: string
  readonly recipient: string
  readonly amount: string
  readonly fee: string
  readonly createdAt: number
  /** Hex, may be empty. */
  readonly payload: string
  /** Hex, 128 digits. */
  readonly signature: string
}

export interface PropagationView {
  readonly v: 1
  readonly id: string
  readonly node: string
  /** Whether this node has (or had) it. */
  readonly known: boolean
  readonly firstSeenNs: string | null
  readonly from: string | null
  readonly copies: number
  readonly records: readonly PropagationRecord[]
}

/** What a node remembers of the objects that it saw: whole objects, the newest first, or those that were asked for. */
export interface MemoryView {
  readonly v: 1
  readonly node: string
  /** When this run of the node began, ms since the Unix epoch: it remembers nothing of earlier ones. */
  readonly startedAt: number
  /** The wall clock of the node now, ms: what is not in the answer had not come by then. */
  readonly at: number
  readonly seen: SeenCounts
  readonly objects: readonly RememberedObject[]
  /** What to ask for as `before` to go on; null: there are no older ones. */
  readonly next: number | null
}

export interface RememberedObject {
  /** Its number at this node; null where it is not remembered. */
  readonly n: number | null
  readonly id: string
  /** Whether this node has (or had) it. */
  readonly known: boolean
  readonly copies: number
  readonly records: readonly PropagationRecord[]
}

/** What each node saw of one transaction, as far as they can be asked from one. */
export interface ObservationsView {
  readonly v: 1
  readonly id: string
  /** Nodes besides this one: all that it knows of, those that answered, and the others. */
  readonly asked: number
  readonly answered: number
  readonly unreachable: number
  readonly nodes: readonly ObservedNodeView[]
}

export interface ObservedNodeView {
  readonly name: string
  readonly peerId: string
  /**
   * Why it did not answer (`no-way`, `cut-off`, `busy`, `no-answer`, `not-served`, `late`, `dead`); null where it did.
   */
  readonly trouble: string | null
  /** Names of the nodes over which it was asked; who is asked over others is believed as far as they are. */
  readonly over: readonly string[]
  /**
   * How far its clock is ahead of the answering node's, and by how much that may be wrong; null where nobody could
   * tell.
   */
  readonly clock: { readonly offsetMs: number; readonly errorMs: number } | null
  readonly known: boolean
  readonly copies: number
  /** Times by its own clock. */
  readonly records: readonly PropagationRecord[]
}

export interface MempoolView {
  readonly v: 1
  readonly count: number
  readonly bytes: number
  readonly parked: number
  readonly limits: { readonly count: number; readonly bytes: number; readonly parked: number }
  /** Equal sets of ids have equal fingerprints, whatever their order (mempool/id-sum.ts says how it is made). */
  readonly fingerprint: string
  readonly transactions: readonly {
    readonly id: string
    readonly sender: string
    readonly nonce: string
    readonly fee: string
    readonly sizeBytes: number
    readonly createdAt: number
    readonly state: 'pending' | 'parked'
    readonly local: boolean
  }[]
}

export interface AccountView {
  readonly v: 1
  readonly address: string
  readonly key: string
  /** From the ledger at the head. */
  readonly balance: string
  readonly nonce: string
  /** The nonce to use for the next transaction, after all pending ones. */
  readonly nextNonce: string
  readonly pending: number
  /** Transactions of it that wait here for missing nonces or for balance. */
  readonly parked: number
  /** The block that balance and nonce are after. */
  readonly head: HeadView
  /** Only where it was asked for; null where the key has not appeared in the ledger. */
  readonly proof?: AccountProofView | null
  /** SSZ of the signed header that commits to the ledger root, hex; null at genesis. */
  readonly header?: string | null
}

export interface BlockView {
  readonly v: 1
  readonly hash: string
  readonly height: number
  readonly slot: number
  /** Start of its slot, ms since the Unix epoch. */
  readonly slotTime: number
  readonly parent: string
  readonly proposer: string
  readonly txRoot: string
  readonly ledgerRoot: string
  readonly txCount: number
  readonly sizeBytes: number
  /** `best`: on this node's best chain; `side`: on a branch; `invalid`: breaks a rule, `reason` says which. */
  readonly branch: 'best' | 'side' | 'invalid'
  readonly reason: string | null
  readonly settled: boolean
  /** When this node first had its header, ns since the Unix epoch, and from whom; null where it is not remembered. */
  readonly firstSeenNs: string | null
  readonly from: string | null
  /** Ids in order. */
  readonly transactions: readonly string[]
}

export interface BlockListView {
  readonly v: 1
  readonly head: HeadView
  readonly settled: { readonly height: number }
  /** Of the best chain, highest first. */
  readonly blocks: readonly Omit<BlockView, 'v' | 'transactions' | 'firstSeenNs' | 'from'>[]
}

/** Two headers of one slot by one proposer: evidence, kept and shown. */
export interface EvidenceView {
  readonly v: 1
  readonly evidence: readonly {
    readonly slot: number
    readonly proposer: string
    readonly hashes: readonly string[]
    /** The signed headers in hex, so that anybody can check them. */
    readonly headers: readonly string[]
  }[]
}

/** That an account stands in the ledger as it is shown; `verifyAccountProof` of the public library checks it. */
export interface AccountProofView {
  readonly key: string
  readonly balance: string
  readonly nonce: string
  readonly index: number
  readonly size: number
  /** Sibling hashes from the account up, hex. */
  readonly branch: readonly string[]
  readonly ledgerRoot: string
}

export type MemberStateView = 'alive' | 'suspect' | 'dead' | 'left' | 'unreachable' | 'unknown'

/** One node's picture of the network. */
export interface NetworkView {
  readonly v: 1
  /** Equal on two nodes exactly when their pictures are. */
  readonly viewDigest: string
  readonly totals: Readonly<Record<MemberStateView, number>>
  /** How many members run which version. */
  readonly versions: Readonly<Record<string, number>>
  /** Gossip bytes a second: the usual rate, and whether the alarm is raised. */
  readonly gossip: { readonly usualBytesPerSecond: number; readonly alarm: boolean }
  readonly members: readonly {
    readonly name: string
    readonly peerId: string
    readonly state: MemberStateView
    /** How long it has been in this state, ms. */
    readonly stateMs: number
    /** Where the state comes from. */
    readonly source: string
    readonly head: HeadView
    readonly settled: { readonly height: number }
    /** Blocks behind the highest head of a living member. */
    readonly lag: number
    readonly mempool: { readonly count: number }
    readonly version: string
    /** Since the last sign of life, ms. */
    readonly ageMs: number
    /** Confidence that it is dead: the chance of such a silence is 10^-phi. */
    readonly phi: number
    readonly rttMs: number | null
    readonly incarnation: number
    readonly seq: number
    readonly addresses: readonly string[]
    readonly neighbour: boolean
    /** It has signed two records of one version. */
    readonly equivocated: boolean
    readonly tags: Readonly<Record<string, string>>
  }[]
}

/** An invitation that this node has made, and written down. */
export interface InvitationView {
  readonly v: 1
  /** What whoever is invited is given. Where `once` is true it holds a secret. */
  readonly line: string
  readonly networkId: string
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly expiresAt: number
  readonly once: boolean
}

/** This node's own tags. */
export interface TagsView {
  readonly v: 1
  readonly tags: Readonly<Record<string, string>>
}

export interface LimitsView {
  readonly v: 1
  readonly structures: readonly {
    readonly name: string
    readonly size: number
    readonly capacity: number
    readonly unit: string
  }[]
}

/** The last lines of the log, as they were written. */
export interface LogView {
  readonly v: 1
  readonly lines: readonly string[]
}

/** Topics of the event stream. */
export const EVENT_TOPICS = ['propagation', 'transactions', 'peers', 'mesh', 'blocks', 'network', 'node'] as const
export type EventTopic = (typeof EVENT_TOPICS)[number]

/** One event of the stream; `data` depends on `topic` and `event`. */
export interface ApiEvent {
  readonly v: 1
  readonly topic: EventTopic
  readonly event: string
  readonly node: string
  readonly data: unknown
}

/** A network as a page shows it: who is there and how it is, from what each node says of itself. */
export interface ObservedNetworkView {
  readonly v: 1
  /** `node`: one node and its peers; `testnet`: all nodes, from their supervisor; `replay`: a recording. */
  readonly source: 'node' | 'testnet' | 'replay'
  readonly network: string
  readonly meshDegree: number | null
  /** Groups of names that a cut separates; null where there is none. */
  readonly partition: { readonly groups: readonly (readonly string[])[]; readonly healsAt: number | null } | null
  readonly nodes: readonly ObservedNetworkNode[]
}

export interface ObservedNetworkNode {
  readonly name: string
  readonly peerId: string
  /** What its program calls itself; of the peers of one node, which may be of any make. */
  readonly agent?: string
  /** As who observes it knows it; `late`: its process lives and has not answered for a while. */
  readonly state: string
  /** Its last states, ms since the Unix epoch, oldest first; empty where nobody knows. */
  readonly states: readonly { readonly atMs: number; readonly state: string }[]
  /** Peer ids of its mesh on the transactions topic. */
  readonly mesh: readonly string[]
  /** Peer ids of the nodes that it dials. */
  readonly dials: readonly string[]
  /** What it said last of itself; null where it has said nothing. */
  readonly head: HeadView | null
  readonly settledHeight: number | null
  readonly peers: number | null
  readonly pool: number | null
  readonly seen: SeenCounts | null
}
