/** Bounds of the runtime, each with its reason. */
import { REQUEST_STREAMS_MAX } from '../domain/exchange-limits.ts'

/**
 * Messages that wait for the kernel, over all peers: two seconds of work at 500 messages a second; what is older is
 * dropped anyway.
 */
export const INGRESS_COUNT_MAX = 1_024
/** Their bytes: with the largest messages of 1 MiB the count alone would allow a gigabyte. */
export const INGRESS_BYTES_MAX = 64 * 1_048_576
/** One peer's share: a quarter. When four have that, whoever has less displaces what they sent last. */
export const INGRESS_PEER_COUNT_MAX = 256
/**
 * What a message costs beside its bytes, in bytes: the router and the kernel spend on it what they spend on one
 * transaction.
 */
export const INGRESS_MESSAGE_BYTES = 256
/** Part of the room that is given away: what is on its way through the router, and who comes new, finds the rest. */
export const INGRESS_SHARED = 0.75
/** How long what waits should take at the rate at which messages are taken of late, ms: a third of what may wait. */
export const INGRESS_AIM_MS = 1_000
/** Messages that a peer may have waiting for half of the time that any may wait: a rate is a guess. */
export const INGRESS_PEER_COUNT_MIN = 8
/** Bytes a ms that are taken, until it was measured: a thousand transactions a second. */
export const INGRESS_RATE_DEFAULT = 250
/** Time at work over which the rate is measured, ms. */
export const INGRESS_RATE_MEMORY_MS = 2_000
/** The same for blocks: there is one a slot, and a few of the last ones after a heal. */
export const INGRESS_PEER_BLOCKS_MAX = 64
/**
 * Blocks that are taken before something else gets its turn: who sends blocks without end must not keep transactions
 * out.
 */
export const BLOCKS_IN_A_ROW = 8
/** A verdict is due within 5 s of the router's memory; 3 s of waiting leave 2 s to check and hand on. */
export const INGRESS_WAIT_MAX_MS = 3_000

/** Signatures checked before the loop may do something else: 32 × 80 µs, under 3 ms. */
export const VERIFY_SLICE = 32
/**
 * Checks from which on a job goes to another thread, where the verifier has some: to wake one and to be called back
 * takes about as long as one check.
 */
export const THREADED_CHECKS_MIN = 4
/**
 * Jobs under way on other threads at most; one less than there are processors where that is fewer, since the event loop
 * needs one: with more, four nodes on two processors were late by 75 ms instead of 40. libuv has four threads, and one
 * of them is for the disk.
 */
export const THREADED_JOBS_MAX = 3
/** Time that messages are taken from ingress before the loop may do something else. */
export const PUMP_SLICE_MS = 5

/** Objects whose propagation is remembered; beyond it the oldest is forgotten. 10 minutes at 25 a second. */
export const PROPAGATION_OBJECTS_MAX = 16_384
/** Records kept for one object: a first sight, the copies of every mesh peer, refusals. */
export const PROPAGATION_RECORDS_MAX = 64
/** Records in one answer of what is remembered: about 500 KiB, made in 3 ms. */
export const REMEMBERED_RECORDS_MAX = 2_000
/** Messages whose transactions are remembered, so that copies can be counted for them. */
export const MESSAGES_MAX = 16_384
/**
 * Objects of these messages, in all: a message holds up to 256. Copies come within seconds: 10 s at 6,500 transactions
 * a second.
 */
export const MESSAGE_OBJECTS_MAX = 65_536
/** Messages under judgement whose early copies and times are kept: 3 s of ingress at 500 a second, thrice. */
export const ARRIVALS_MAX = 4_096
/** Early copies kept of one message: one of every mesh peer at Dhi. */
export const EARLY_COPIES_MAX = 16
/** Events that a reader who lost its connection can still get. */
export const EVENT_RING_MAX = 8_192
/** Transactions that left the pool and can still be shown. */
export const ARCHIVE_MAX = 16_384
/** ... and their bytes: what that many of 1 KiB take. All of the largest kind would be a gigabyte. */
export const ARCHIVE_BYTES_MAX = 16_777_216

/** Messages that await a verdict, for the books: more than ingress and the checks ever hold at once. */
export const JUDGING_MAX = 65_536

/**
 * Resident memory from which inbound peers are shed, bytes: half as much again as a heap of 512 MiB may take
 * (SECURITY.md).
 */
export const RSS_NODE_BYTES_MAX = 768 * 1_048_576
/** The same where many nodes share one process, as on development networks. */
export const RSS_DEV_BYTES_MAX = 4 * 1_024 * 1_048_576
/**
 * Of what the control group allows: the kernel ends the process at the whole, and counts what it caches of its files
 * too.
 */
export const RSS_SHARE_OF_GROUP = 0.8
/**
 * Below this a control group does not let a node start, bytes: it takes 116 MiB when it has started, and its share of
 * this must be more.
 */
export const GROUP_BYTES_MIN = 192 * 1_048_576
/** How often each node is asked for its clock when this one is examined, and how long that may take, ms. */
export const DOCTOR_SAMPLES = 3
export const DOCTOR_WAIT_MS = 2_000
/** How often the memory is looked at. */
export const MEMORY_CHECK_MS = 1_000
/** Time for a step of relief to show, before the next one. */
export const MEMORY_RELIEF_MS = 5_000

/** Peers whose program is remembered: the connected ones; with this many a node is a hub of a testnet. */
export const AGENTS_MAX = 1_024
/** Submissions that await their answer: one for each socket of the API. */
export const SUBMISSIONS_MAX = 256
/**
 * Answers with headers or blocks that are read at once: each holds up to 7 MiB, and hashing one takes tens of
 * milliseconds.
 */
export const CHAIN_READS_MAX = 4
/** Requests of peers that await our answer: 64 peers with every stream of every protocol in use. */
export const REPLIES_MAX = 64 * REQUEST_STREAMS_MAX
/** Events that wait for the kernel while it deals with one: what one event can lead to. */
export const EVENTS_MAX = 65_536

/** How often health is looked at for the log, ms: what an operator reads is not more urgent. */
export const HEALTH_LOOK_MS = 1_000
/** How long a problem holds before it is logged, ms: a start or a restart of a neighbour passes through several. */
export const HEALTH_LOG_AFTER_MS = 5_000
/** How often one problem is logged, ms, while it holds or when it comes back: six lines an hour. */
export const HEALTH_LOG_AGAIN_MS = 600_000
/** How long a shortage of memory shows after it was last seen, ms. */
export const MEMORY_SHORT_SHOWN_MS = 60_000
/**
 * A standstill of the event loop worth telling, ms: neighbours suspect a node that answers no probe for about as long.
 */
export const LOOP_LATE_MS = 1_000

/**
 * Files of a process besides sockets: its loop, its pipes, listeners, the log, files that are written and renamed; 35
 * were counted.
 */
export const FILES_OF_PROCESS = 48
/** What a node is advised to have, as most systems allow at once. */
export const FILES_SOUND = 4_096
/** Share of the limit that LevelDB takes for its tables (its own rule, a fifth). */
export const FILES_OF_STORE_SHARE = 0.2
/** The least sockets of the API with which a node can still be looked after: a scraper, a page, a command. */
export const API_SOCKETS_MIN = 8
/**
 * The least inbound sockets in handshake: a neighbour or two that come back while silent ones sit there (SECURITY.md
 * L9).
 */
export const PENDING_SOCKETS_MIN = 16
/** The least connections with which meshes of six and a few newcomers stand. */
export const CONNECTIONS_MIN = 16

/** Lines on peers of another network: one a peer and hour, thirty an hour in all. */
export const REFUSALS_PACE = { againMs: 3_600_000, linesMax: 30, subjectsMax: 1_024 } as const
/** Lines on configured addresses that are not reached: one for each and each reason in ten minutes, sixty in all. */
export const DIALS_PACE = { againMs: 600_000, linesMax: 60, subjectsMax: 256 } as const
/**
 * How long a peer of another network shows in health, ms: a node that redials at its slowest comes back each minute.
 */
export const STRANGERS_SHOWN_MS = 600_000
/** Tries in vain after which an address that is not reached shows in health: a peer that restarts is back before. */
export const UNREACHED_FAILURES = 4
/** Ignored for one reason, and nothing taken: that often it is no accident. */
export const IGNORED_TIMES = 10
/** How long such a peer shows in health after the last of it, ms. */
export const IGNORED_SHOWN_MS = 60_000
/** Peers whose accounts are kept: as many as may be connected at most. */
export const IGNORED_PEERS_MAX = 256
/**
 * How long an own transaction may be offered to peers without any taking it before health tells, ms: two rounds of
 * offers.
 */
export const UNTAKEN_MS = 30_000
/** How long a member of whom two run shows in health, ms: they outdo each other's records once a minute. */
export const TWINS_SHOWN_MS = 300_000

/** How often a joiner asks for the document, and how long it waits in between, ms: longer than a node's gap (peers). */
export const FETCH_TRIES = 3
export const FETCH_AGAIN_MS = 5_200

/** Peers that are asked to dial back when an operator asks: three that agree are no accident. */
export const REACH_ASKED_MAX = 3
/** Answers that are kept as long as asking again is too soon. */
export const REACH_KEPT_MAX = 64
