/** Bounds of the libp2p adapters, each with its reason. What the router is told stands in gossip-options.ts. */
import { REQUEST_STREAMS_MAX } from '../../domain/exchange-limits.ts'
import type { Protocol } from '../../domain/protocols.ts'
import type { Libp2pProfile } from './profile.ts'

const KIB = 1_024
const MIB = 1_048_576

/** Protocols whose streams stay open for the next request. */
export const KEPT_PROTOCOLS: ReadonlySet<Protocol> = new Set(['probe'])
/**
 * Requests on one such stream, a second and at once: a neighbour pings once a second at most, and asks for help now and
 * then.
 */
export const KEPT_PER_SECOND = 16
export const KEPT_BURST = 64

/** Requests to one peer by one protocol that may wait for a free stream; with more the peer is as good as dead. */
export const WAITING_REQUESTS_MAX = 256

/** Streams of the library itself on one connection: gossip, identify and its push two each, pings four. */
const LIBRARY_STREAMS = 2 + 2 + 2 + 4
/** What all protocols together may have open on one connection, each way. */
export const STREAMS_USED_MAX = LIBRARY_STREAMS + REQUEST_STREAMS_MAX
/** Streams of one connection, each way: half as many again as are ever used. Each may buffer one window. */
export const STREAMS_PER_CONNECTION_MAX = 128

/** A stream's receive window, bytes: yamux accepts no less than 256 KiB. */
export const WINDOW_BYTES = 256 * KIB
/** To which a window may grow where the round trip is long: 1 MiB at 300 ms carries 3.3 MiB/s, more than the budget. */
export const WINDOW_BYTES_MAX = MIB
/** Header of a yamux frame, bytes. */
export const FRAME_HEADER_BYTES = 12
/**
 * Unsent bytes of one connection before it is cut (SECURITY.md A28: a peer that pings and never reads). Streams stop
 * writing as soon as the connection is full, so that an honest one holds the last writes of a few streams, a window
 * each.
 */
export const UNSENT_BYTES_MAX = 4 * MIB

/** Pings of the multiplexer on one connection, a second and at once: a keep-alive each 30 s is honest. */
export const PINGS_PER_SECOND = 2
export const PINGS_BURST = 32
/** Streams that one connection may open, a second and at once: ten times what all protocols of a busy node open. */
export const OPENINGS_PER_SECOND = 128
export const OPENINGS_BURST = 1_024

/**
 * Things that say nothing, of one peer, a second and at once (tolls.ts): 1,024 cost us 10 ms. Honest nodes send a few a
 * minute; those that write a length and its frame apart, or answer each frame of ours with a window update, have as
 * many as there are frames of content.
 */
export const TOLL_PER_SECOND = 128
export const TOLL_BURST = 1_024
/**
 * What a new stream pays until a request comes on it: negotiating one costs as much as fifty such things and more, and
 * all that a connection may have at once (STREAMS_USED_MAX) must fit into the burst. Of streams that come to nothing
 * that leaves 170 at once and 21 a second.
 */
export const OPENING_TOLL = 6
/**
 * How long such a count is remembered, ms, and how many peers and addresses it is remembered of: more than there are
 * connections.
 */
export const TOLL_MEMORY_MS = 80_000
export const TOLL_ACCOUNTS_MAX = 4_096
/**
 * Data of a frame below this many bytes is a crumb, unless another frame with content makes up for it: a length is up
 * to 4 bytes, no RPC has less than 16.
 */
export const CRUMB_BYTES_MAX = 16
/** Frames of content that make up for crumbs and window updates to come: what a window of 256 KiB holds in messages. */
export const CONTENT_CREDIT_MAX = 1_024

/** How fast work fades, ms: an attack shows within a second, a burst of half a second is half forgotten after two. */
export const WORK_FADE_MS = 2_000
/**
 * Accounts of work: thirty for each place of a node with the usual number of connections, and of addresses as many
 * again.
 */
export const WORK_ACCOUNTS_MAX = 4_096
/** What all peers together may cost while the loop is late and they give nothing for it, as a share of a core. */
export const WORK_SHARE = 0.3
/** How long after it began a process is slow at everything, ms. */
export const WARM_UP_MS = 10_000
/** Nobody goes for less: 1 % of a core. */
export const WORK_FLOOR_MS = 20
/** What every new peer costs, ms: handshake, identify, hello, subscriptions, in a process that has just begun. */
export const GREETING_MS = 40
/**
 * What a message earns whoever gives it, ms, and each of its bytes: three times what taking it, hashing it and looking
 * at its items costs.
 */
export const EARNED_MS_PER_MESSAGE = 0.3
export const EARNED_MS_PER_BYTE = 50e-6
/**
 * What the bytes that we send to a peer account for, ms, twice what TLS and the multiplexer cost for one; at most half
 * of the time.
 */
export const SERVED_MS_PER_BYTE = 20e-6
export const SERVED_MS_MAX = WORK_FADE_MS / 2
/**
 * How late the loop must be, ms, that many ticks in a row, before anybody goes; and how late for it to be enough once.
 */
export const LATE_MS = 25
export const LATE_TICKS = 2
/** So late once is enough: an honest loop is never held up that long by one turn. */
export const VERY_LATE_MS = 150
/** How often work is judged while there is some, ms, and how much there must be of it since the last time. */
export const TICK_MS = 100
export const TICK_AFTER_MS = 10
/** How long a peer that costs too much is not read from, ms: what waits for it in its socket is its own. */
export const HOLD_MS = 300
/** So many times within so many ms it is held; then it goes. Attacks last, bursts don't. */
export const STRIKES_MAX = 3
/** ... that many ms: longer than any burst, so that whoever paces his is counted all the same. */
export const STRIKE_MEMORY_MS = 10_000
/** How long what a peer sent before it hung up may still be taken, ms: as long as anything waits to be judged. */
export const GONE_MS = 3_000
/** What a handshake is charged to its address, ms: about what TLS and the negotiation of the first streams cost. */
export const HANDSHAKE_MS = 5
/**
 * How long one peer's RPCs are taken in one turn of the loop, ms: a read brings up to 64 KiB of them, half a second's
 * work of the smallest.
 */
export const RPC_SLICE_MS = 2

/** What one connection may bring in, bytes a second and at once (SECURITY.md). Beyond it is read more slowly. */
export function inboundBudget(profile: Libp2pProfile): { readonly perSecond: number; readonly burst: number } {
  return profile === 'node' ? { perSecond: MIB, burst: 4 * MIB } : { perSecond: 16 * MIB, burst: 64 * MIB }
}

/**
 * Units of work that one peer may cause in the router, a second and at once: each RPC, each message and each 64 ids of
 * control are one. On the open network the byte budget allows 4,000 messages of 250 B a second; more come only from
 * those who send tiny ones.
 */
export function rpcBudget(profile: Libp2pProfile): { readonly perSecond: number; readonly burst: number } {
  return profile === 'node' ? { perSecond: 8_000, burst: 32_000 } : { perSecond: 64_000, burst: 256_000 }
}
/**
 * What waits of one peer before the router, bytes: a burst of 5,000 single transactions of 250 B. It leaves at a rate
 * of some hundred KiB a second: what waits longer than some ten seconds is better asked for.
 */
export const ANTEROOM_PEER_BYTES_MAX = 3 * MIB
/**
 * What a message that waits costs beside its data: its objects, its id, its place; measured with messages of one byte.
 */
export const ANTEROOM_MESSAGE_BYTES = 256
/** The same of all peers: what a node of 768 MiB can hold beside everything else. */
export const ANTEROOM_BYTES_MAX = 32 * MIB
/** Ids of control messages that count as one unit: looking one up costs about a 64th of taking a message. */
export const IDS_PER_UNIT = 64

/**
 * Ids that one peer may announce, a second and at once: the router announces at most 5,000 a topic and heartbeat,
 * whoever gives way on a route each message once; three heartbeats come at once after a standstill (SECURITY.md A13).
 */
export const ANNOUNCED_PER_SECOND = 20_000
export const ANNOUNCED_BURST = 60_000
/**
 * How long the announcements of a peer that went beyond are not listened to, ms; and how many such peers are
 * remembered: more than there are connections.
 */
export const LOUD_MS = 60_000
export const LOUD_PEERS_MAX = 1_024
/** Score of such a peer: below the threshold for gossip, above those for publishing and for being heard at all. */
export const LOUD_SCORE = -750

/**
 * Messages of others in a row without one of its own after which a mesh peer is silent: an honest one of a dozen gives
 * eight of a hundred first.
 */
export const SILENT_MESSAGES = 100
/**
 * How late after the first copy of a message another one still shows that its sender hands on: what honest traffic
 * takes at p99.
 */
export const NEARLY_FIRST_MS = 2_000
/** How long a silent peer stays outside of the mesh, ms: the router's own back-off after a prune. */
export const SILENT_MS = 60_000
/** Silent peers remembered: more than a node has connections. */
export const SILENT_PEERS_MAX = 1_024
/**
 * Peers of one network in our mesh of those that dialled us: as many as the router wants at least (MESH_DLO), so that a
 * network of one kind of addresses still has meshes, and a third of those it takes at most.
 */
export const MESH_PEERS_PER_NETWORK = 4
/**
 * Score of a peer that shall be in no mesh: more than all good deeds make up for (topicScoreCap), far from the
 * threshold of being heard.
 */
export const UNWANTED_SCORE = -100

/** Ids whose duplicates are noticed: two minutes at 4,000 messages a second. */
export const SEEN_IDS_MAX = 524_288
/** How long a verdict is waited for, ms: gossip-options.ts, MCACHE_HEARTBEATS. */
export const VERDICT_MS = 5_000
/** Open verdicts: more than ingress ever holds; the oldest is given up. */
export const OPEN_VERDICTS_MAX = 65_536

/**
 * Peers remembered that sent copies of a message which is being judged: a mesh at its largest, and some who answer
 * IWANT.
 */
export const COPIERS_MAX = 16
/** Rejected messages whose copies are noticed: ten ban a peer, so that this many take four hundred. */
export const FORGED_IDS_MAX = 4_096

/** Inbound sockets of one IPv4 address or IPv6 /64 on the open network, handshakes included (SECURITY.md A9, A26). */
export const SOCKETS_PER_ADDRESS_MAX = 4
/** Inbound sockets in handshake: silent ones from a few addresses must not shut the door (SECURITY.md L9). */
export const PENDING_INBOUND_MAX = 64
/** Handshakes take 10 ms of CPU; this is for machines that start 20 nodes at once. */
export const UPGRADE_MS = 5_000
/** One attempt to dial, ms. */
export const DIAL_MS = 8_000
/**
 * How long a peer that wants to know whether it is reached is dialled, ms: who is reachable answers within two round
 * trips.
 */
export const DIAL_BACK_MS = 3_000
/** Dials of one process that begin at once: a handshake takes 10 ms of CPU on either side, so that four fill a core. */
export const DIALS_AT_ONCE = 4
/** How long one of them keeps the next one waiting at most, ms: a link of 250 ms each way ends within it. */
export const DIAL_TURN_MS = 500
/** Addresses of one name that are tried: those of both families of a machine, and one of another. */
export const DIAL_TARGETS_MAX = 4
/**
 * Attempts of one dial that the other side refused at once, and the pause between them, ms: its limit counts by the
 * second.
 */
export const DIAL_ATTEMPTS = 3
export const DIAL_RETRY_MS = 1_100
/** Time for a graceful end of a connection, so that what was sent last still arrives, ms. */
export const CLOSE_MS = 500
/**
 * Interval of libp2p's keep-alive pings, ms, and how long an answer may take before the connection counts as dead. Our
 * own probes notice a dead peer within seconds and tell everybody; this only closes the connection, and each ping is a
 * stream on both sides (P9).
 */
export const PING_INTERVAL_MS = 30_000
export const PING_TIMEOUT_MS = 10_000
/** Silence after which a socket is closed, ms: six pings. */
export const SOCKET_SILENCE_MS = 60_000
/**
 * Largest message of a WebSocket, bytes: what others send as one is a record of noise or TLS, 64 KiB, or a few of them
 * at once.
 */
export const WEBSOCKET_MESSAGE_BYTES_MAX = 1_024 * KIB
/** Largest identify message, bytes: keys, 16 addresses and 32 protocols fit twice. */
export const IDENTIFY_BYTES_MAX = 8 * KIB
/**
 * How long libp2p keeps what it knows of a peer that left, ms: the router still asks for it while it lets go of the
 * peer.
 */
export const FORGET_AFTER_MS = 10_000

/**
 * How long a connection may stand with gossip in one direction or none, ms: with a look each half second the other side
 * hears again, or the connection is gone, within 5 s. It doubles with each cut of one peer, up to a minute: on a
 * machine that is only slow, connections come about in the end.
 */
export const MUTE_GRACE_MS = 3_000
export const MUTE_GRACE_MS_MAX = 60_000
/**
 * How long a cut for that, or the end of a stream of ours, is remembered, ms, and of how many peers: more than there
 * are connections.
 */
export const MUTE_MEMORY_MS = 600_000
export const MUTE_PEERS_MAX = 1_024
/** Streams that a peer may end before it counts as deaf: two accidents in ten minutes are not a habit. */
export const DEAF_ENDS = 3
/**
 * Streams of ours on one connection with a deaf peer: at the fifth one rust-libp2p takes no more gossip on the
 * connection at all (gossipsub 0.50).
 */
export const STREAMS_OF_CONNECTION_MAX = 4
/**
 * A half that was closed before so many looks at a stream was closed from the start: half a second is two trips around
 * the world.
 */
export const HALF_CLOSED_EARLY_LOOKS = 2
/**
 * An RPC that some peer may take for too large, bytes: rust-libp2p's default for the control part of one (gossipsub
 * 0.50), the least of all that we know.
 */
export const LARGE_RPC_BYTES = 16 * KIB
/** How often connections are looked at for that, ms. */
export const MUTE_LOOK_MS = 500
