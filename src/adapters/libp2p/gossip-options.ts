/**
 * Every option of gossipsub that we rely on, with its reason; nothing is left to a default that a release may change.
 * Used by the node and by the simulator, so that what is simulated is what runs. Sources of figures: SECURITY.md L1-L12
 * and 3.3, performance.
 */
import { type GossipsubOpts, type Message, StrictNoSign } from '@chainsafe/libp2p-gossipsub'
import {
  createTopicScoreParams,
  type PeerScoreParams,
  type PeerScoreThresholds,
} from '@chainsafe/libp2p-gossipsub/score'
import type { NetworkId } from '../../domain/ids.ts'
import { TOPICS, topicName } from '../../domain/protocols.ts'
import { MessageIds } from './message-id.ts'
import type { Libp2pProfile } from './profile.ts'

export interface GossipOptionsInput {
  readonly network: NetworkId
  readonly profile: Libp2pProfile
  /** Largest number of connections of the node. */
  readonly connectionsMax: number
}

/**
 * Interval of the router's heartbeat, ms: the default. Faster heals the mesh faster and costs CPU at rest in
 * proportion.
 */
export const HEARTBEAT_MS = 1_000
/**
 * Heartbeats for which a message stays in the router's cache. An open verdict lives there: with 6, any verdict within
 * 5 s has its effect, wherever in a heartbeat the message came.
 */
export const MCACHE_HEARTBEATS = 6
/**
 * How long the router remembers ids, ms. What comes back later is judged by the node's own memory, by the hash of its
 * bytes; a longer time costs about 300 B an id (500 tx/s: 18 MB).
 */
export const SEEN_TTL_MS = 120_000
/** Largest RPC, bytes: a block of 1 MiB and two full IHAVEs of 5,000 ids beside it. */
export const RPC_BYTES_MAX = 1_572_864
/**
 * Most messages of one RPC. The router takes them all before it looks at the sender's score again, so the number bounds
 * what a burst can do (SECURITY.md L4); answers to IWANT carry many, and are cut to this size when sent
 * (rpc-limits.ts).
 */
export const RPC_MESSAGES_MAX = 256

/**
 * From here on, bytes, a copy costs more than saying to all others that we have it (about 60 B to each mesh peer): of
 * longer messages none is expected.
 */
export const IDONTWANT_BYTES_MIN = 512

/**
 * Mesh degrees. 6 costs 15 % fewer copies than 8 and delays p99 by 3 % (measured in virtual time); a testnet's degree
 * is 6 too.
 */
const MESH_D = 6
/** A mesh with fewer peers grafts: enough that two silent peers leave two that speak. */
export const MESH_DLO = 4
/** A mesh with more peers prunes, on the open network: bounds how often each message is sent. */
const MESH_DHI = 12

/** Thresholds of the router's scores (SECURITY.md). */
export const SCORE_THRESHOLDS: PeerScoreThresholds = {
  gossipThreshold: -500,
  publishThreshold: -1_000,
  graylistThreshold: -2_500,
  // Above what any peer can reach (topicScoreCap): peers offered by peers are never dialled (SECURITY.md A29).
  acceptPXThreshold: 1_000,
  opportunisticGraftThreshold: 3.5,
}

/**
 * The options of a node's router. `ids` must be those that the node's Gossip adapter uses.
 * @param ownScore what the node itself adds to the score of a peer
 */
export function gossipOptions(
  input: GossipOptionsInput,
  ids: MessageIds,
  ownScore: (peer: string) => number = () => 0,
): Partial<GossipsubOpts> {
  const topics = TOPICS.map((topic) => topicName(input.network, topic))
  return {
    ...formatOptions(ids, topics),
    ...meshOptions(input),
    ...memoryLimits(),
    scoreParams: scoreParams(input.profile, topics, ownScore),
    scoreThresholds: SCORE_THRESHOLDS,
  }
}

/** The message ids of a network's topics. */
export function messageIdsOf(network: NetworkId): MessageIds {
  return new MessageIds(TOPICS.map((topic) => topicName(network, topic)))
}

/** What a message is and which messages there are. */
function formatOptions(ids: MessageIds, topics: readonly string[]): Partial<GossipsubOpts> {
  return {
    // Our objects carry their own signatures, and an id by sender and number would give one transaction as many ids as
    // publishers.
    globalSignaturePolicy: StrictNoSign,
    // Anything else is an attack: without this list the router takes subscriptions and messages of any topic into its
    // state (L1, A17).
    allowedTopics: [...topics],
    msgIdFn: (message: Message) => ids.bytesOf(message.topic, message.data),
    // The same hash, remembered: a duplicate is known before anything else is done with it.
    fastMsgIdFn: (message) => ids.textOf(message.topic, message.data ?? EMPTY),
    msgIdToStrFn: (id: Uint8Array) => ids.textOfId(id),
    // Nothing is forwarded before the node has judged it. A topicValidators function would also forget who else sent it
    // meanwhile.
    asyncValidation: true,
    // RPCs and messages are taken as they come; the bounded queue behind is ours (node/ingress).
    awaitRpcHandler: false,
    awaitRpcMessageHandler: false,
    emitSelf: false,
    // Publishing the same bytes again, or to nobody, is an outcome that the node wants to know.
    ignoreDuplicatePublishError: false,
    allowPublishToZeroTopicPeers: false,
    // One encoding for all receivers.
    batchPublish: true,
    // We speak gossipsub only.
    fallbackToFloodsub: false,
  }
}

const EMPTY = new Uint8Array(0)

/** Who sends to whom. */
function meshOptions({ profile, connectionsMax }: GossipOptionsInput): Partial<GossipsubOpts> {
  return {
    D: MESH_D,
    Dlo: MESH_DLO,
    // On a development network the hub of a star must keep all its leaves, which have no other peer.
    Dhi: profile === 'node' ? MESH_DHI : Math.max(MESH_DHI, connectionsMax),
    // When pruning, keep four best-scored peers, and two that we dialled: attackers choose whom they dial, not whom we
    // do (A9).
    Dscore: 4,
    Dout: 2,
    // IHAVE goes to at least six peers outside the mesh, or a quarter of them.
    Dlazy: 6,
    gossipFactor: 0.25,
    // On for single publishes while the mesh is thin; on for all, every hop count would be 1.
    floodPublish: false,
    heartbeatInterval: HEARTBEAT_MS,
    fanoutTTL: 60_000,
    pruneBackoff: 60_000,
    unsubcribeBackoff: 10_000,
    graftFloodThreshold: 10_000,
    opportunisticGraftPeers: 2,
    opportunisticGraftTicks: 60,
    // No peers in PRUNE, given or taken: an attacker would choose whom we meet.
    doPX: false,
    prunePeers: 0,
    directPeers: [],
    directConnectTicks: 300,
    // Tags on peers are a memory without a bound of ours (A16).
    tagMeshPeers: false,
  }
}

/** What a peer may make us keep or decode. */
function memoryLimits(): Partial<GossipsubOpts> {
  return {
    mcacheLength: MCACHE_HEARTBEATS,
    // Ids of the last three heartbeats are offered; the rest of the cache is for those who ask late.
    mcacheGossip: 3,
    seenTTL: SEEN_TTL_MS,
    // A link at its byte budget may need this long for what was asked.
    gossipsubIWantFollowupMs: 5_000,
    maxInboundDataLength: RPC_BYTES_MAX,
    // A peer that doesn't read is cut at 4 MiB; by default it would keep all we ever send it (L8).
    maxOutboundBufferSize: 4_194_304,
    // One stream is used each way; the second is for the moment of a reconnection.
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    runOnLimitedConnection: false,
    // A topic costs 1 KiB and its length: three topics, with room for a successor network's.
    maxTopicBytesPerPeer: 65_536,
    decodeRpcLimits: {
      // Three topics, joined and left within one RPC, and room.
      maxSubscriptions: 16,
      maxMessages: RPC_MESSAGES_MAX,
      // Three topics of each kind at once are honest; retries pile up a few more.
      maxControlMessages: 32,
      // The router itself sends and takes at most 5,000 ids a heartbeat.
      maxIhaveMessageIDs: 5_000,
      maxIwantMessageIDs: 5_000,
      maxIdontwantMessageIDs: 512,
      maxPeerInfos: 16,
    },
    idontwantMinDataSize: IDONTWANT_BYTES_MIN,
    idontwantMaxMessages: 512,
  }
}

/** Scores help choose mesh peers; cutting off forgers is the node's own count, since scores lag and forget (L2, L4). */
function scoreParams(
  profile: Libp2pProfile,
  topics: readonly string[],
  ownScore: (peer: string) => number,
): PeerScoreParams {
  return {
    // Without an entry here invalid messages cost nothing (L3).
    topics: Object.fromEntries(topics.map((topic) => [topic, topicScoreParams()])),
    // Small, so that good deeds can't pay for bad ones (A11).
    topicScoreCap: 50,
    // Mesh peers that give us nothing (A11).
    appSpecificScore: ownScore,
    appSpecificWeight: 1,
    // P6, peers of one address. All nodes of a local testnet share 127.0.0.1 (L12); attackers in tests come from
    // elsewhere.
    IPColocationFactorWeight: -50,
    IPColocationFactorThreshold: 4,
    IPColocationFactorWhitelist: new Set(profile === 'node' ? [] : ['127.0.0.1', '::1']),
    // P7: GRAFT during back-off, promises not kept.
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.986,
    // Below 1000 throws.
    decayInterval: 1_000,
    decayToZero: 0.01,
    // Not relied on (L2): bans are kept by the node itself.
    retainScore: 3_600_000,
  }
}

/** Complete by construction: a partial set gives NaN scores, which exclude peers silently (L12). */
function topicScoreParams(): ReturnType<typeof createTopicScoreParams> {
  return createTopicScoreParams({
    topicWeight: 1,
    // P1: up to 5 for five minutes in the mesh.
    timeInMeshWeight: 1,
    timeInMeshQuantum: 60_000,
    timeInMeshCap: 5,
    // P2: up to 40 for being first.
    firstMessageDeliveriesWeight: 1,
    firstMessageDeliveriesDecay: 0.9,
    firstMessageDeliveriesCap: 40,
    // P3 and P3b off: they expect steady traffic and punish honest peers of a quiet network (L12).
    meshMessageDeliveriesWeight: 0,
    meshFailurePenaltyWeight: 0,
    // P4: squared, so that the sixth invalid message is below the graylist; one is forgiven within an hour.
    invalidMessageDeliveriesWeight: -100,
    invalidMessageDeliveriesDecay: 0.99972,
  })
}
