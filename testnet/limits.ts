/** Bounds of the testnet's supervisor and of its links, each with its reason. */

/**
 * Most nodes of one testnet: a process takes about 90 MB, so more than this needs `--per-process`, and a machine of its
 * own.
 */
export const NODES_MAX = 1_000
/** Most links of one testnet: each is a listening socket, and the usual limit of open files is 4,096 or more. */
export const LINKS_MAX = 3_000
/** Most connections that stand on one link at once: one is in use, a few more are redials that overlap with its end. */
export const LINK_CONNECTIONS_MAX = 16
/** How long a connection waits for a target that is still starting, ms: less than libp2p's own dial timeout of 10 s. */
export const LINK_TARGET_WAIT_MS = 8_000
/**
 * Bytes in flight in one direction of one connection: 1 MiB lets 10 MB/s through at a delay of 100 ms; past it the
 * sender waits.
 */
export const FLIGHT_BYTES_MAX = 1_048_576
/** Pieces in flight in one direction: a sender of one-byte pieces must not turn 1 MiB into a million objects. */
export const FLIGHT_PIECES_MAX = 16_384
/**
 * With a bandwidth set, pieces of at most this many bytes pass one after the other, so that a large one does not arrive
 * as one burst.
 */
export const PIECE_BYTES_MAX = 8_192
/**
 * First retransmission of a lost piece, ms: the smallest timeout of Linux; it doubles with every further loss of the
 * same bytes.
 */
export const RETRANSMIT_MS_MIN = 200
/** After so many losses in a row TCP is close to giving up. */
export const RETRANSMISSIONS_MAX = 8
/** Longest delay of a link, ms: a connection with more is dead for every protocol above it. */
export const LINK_DELAY_MS_MAX = 60_000

/** Shortest slot of a testnet, ms: a block must reach every validator within it. */
export const SLOT_MS_MIN = 100
/** Largest file of a preset, bytes: six short fields. */
export const PRESET_BYTES_MAX = 65_536
/** The last port that there is. */
export const PORT_MAX = 65_535
/** Largest document of a testnet's network, bytes: some hundred accounts and 1,000 validators. */
export const NETWORK_FILE_BYTES_MAX = 1024 * 1024
/** Snapshots of one home: each is the data of a whole network. */
export const SNAPSHOTS_MAX = 100

/** How long a node process may take until it answers, ms: 1 s alone, and N start at once on few cores. */
export const NODE_START_MS_MAX = 60_000
/**
 * Node processes that boot at the same time: each boot is half a second of one core, and more at once only delays the
 * first one.
 */
export const BOOTS_AT_ONCE_PER_CORE = 8
/** How long the mesh may take to stand after the last node answers, ms. Gossipsub repairs its mesh each second. */
export const MESH_MS_MAX = 60_000
/**
 * How much longer it may take, ms, by the time in which some node did not answer at all: then it is the machine that is
 * slow. Thirty processes took up to 62 s more on two cores at a load of 55.
 */
export const MESH_BUSY_MS_MAX = 180_000
/** After how much of that time it is said, ms. */
export const BUSY_TOLD_MS = 10_000
/** How often the readiness condition is looked at, ms. */
export const READINESS_POLL_MS = 100
/** The same where every node can be asked without a request. */
export const READINESS_POLL_INSIDE_MS = 10
/**
 * How long a test waits for what it expects unless it says otherwise, ms: three intervals of repair, by which a healed
 * network has one pool.
 */
export const UNTIL_MS = 30_000
/** How often nodes are asked meanwhile, ms: less than one hop takes on links of any length. */
export const COVERAGE_LOOK_MS = 20
/** How long one node may take to answer one question of the supervisor, ms: a paused one never does. */
export const NODE_ANSWER_MS_MAX = 2_000
/**
 * How long ago a slot may have begun that a block is made for now, ms: transactions are valid from 30 s before they
 * were created on (CREATED_AHEAD_MS), and what was sent a moment ago shall be in it on a busy machine too. So many
 * blocks of unused slots can be made at once.
 */
export const MINE_BACK_MS = 20_000
/** How long one block that was asked for may take, ms: a slot's wait for the next one comes on top. */
export const MINE_MS_MAX = 5_000
/** How often it is looked where the chains stand meanwhile, ms. */
export const MINE_LOOK_MS = 20
/** How long nodes may take to stop by themselves before they are killed, ms: their disks sync in far less. */
export const STOP_GRACE_MS = 5_000
/** How long a process may take to vanish after SIGKILL, ms: only a disk that hangs makes it longer. */
export const KILL_MS_MAX = 5_000
/** Largest body of a request to the supervisor, bytes: the longest is a partition of 1,000 named nodes. */
export const CONTROL_BODY_BYTES_MAX = 65_536
/** How long a request to the supervisor may take to arrive, ms: it comes from the same machine. */
export const CONTROL_REQUEST_MS_MAX = 5_000
/** What an error quotes from the end of a node's log, bytes: the reason is in the last lines. */
export const LOG_TAIL_BYTES = 4_096
/** The smallest mesh that counts as standing, where there are as many subscribers: gossipsub's Dlo on our networks. */
export const MESH_LOW = 4
/**
 * Connections that a node of a testnet takes beside its links: nodes that are added later, tests' hostile peers, a node
 * run by hand.
 */
export const GUESTS_MAX = 16
/** Heap of one node, MiB: it uses about 60, and its structures are bounded well below this. */
export const HEAP_MIB_MAX = 512
/**
 * Half of its young generation, MiB: a third of a second of full load makes about as much. With 32 a collection of it
 * stops the node for 12 to 16 ms, with 16 for 7 to 8; with 8 throughput falls.
 */
export const SEMI_SPACE_MIB = 16
/** Lines that wait for the recording's disk, bytes: what a network of 100 nodes tells in 4 s. */
export const RECORD_WAITING_BYTES_MAX = 16 * 1024 * 1024
/** Longest recording, bytes: what a reader can still hold in memory. */
export const RECORD_FILE_BYTES_MAX = 1024 * 1024 * 1024
/** How often a watched network's nodes are asked how they are, ms. */
export const WATCH_POLL_MS = 1_000
/** Each how many of these polls a node is asked for its mesh as well: it is the longest answer, and changes seldom. */
export const MESH_EVERY_POLLS = 3
/** How long a live node may not answer before it is called late, ms: on a busy machine an answer takes a second. */
export const LATE_MS = 4_000
/** How long a node that is followed may take for one answer, ms. */
export const FOLLOWED_ANSWER_MS_MAX = 5_000
/** Transactions that a node is asked for in one question, of which it told nothing: as many as fit into a path. */
export const ASKED_AT_ONCE = 24
/** How long a node's word that it lacks a transaction holds, ms: one that came with an old block leaves no record. */
export const ASKED_AGAIN_MS = 5_000
/** Records of one transaction, block or forgery that are kept: 100 nodes with a first sight and nine copies each. */
export const WATCHED_RECORDS_OF_ONE_MAX = 1_000
/**
 * Transactions that are kept while a network is recorded, so that what a stream dropped can be told from what it told.
 */
export const RECORDED_TRANSACTIONS_MAX = 2_000
/** Objects of a page of a node's memory. */
export const FILL_PAGE_OBJECTS = 500
/**
 * Transactions that are read back from a node's memory when it is first followed: twice those that are kept for views.
 */
export const FILL_TRANSACTIONS = 480
/** Objects before the newest that was read which are read again: their last copies may have come since. */
export const FILL_MARGIN = 240
/** Pause before a node that was too busy to tell what it remembers is asked again, ms. */
export const FILL_RETRY_MS = 500
/** How old the text of the network may be that pages are sent, ms. */
export const NETWORK_TEXT_MS = 200
/** How often a page is sent what happened, ms: six frames, which nobody sees as a delay. */
export const PAGE_BATCH_MS = 100
/** Records a second that a page is sent; above it whole transactions are left out. Twenty spreads over 100 nodes. */
export const PAGE_RECORDS_PER_SECOND = 6_000
/** Bytes that wait for one page before nothing more is written to it. With one batch more it stays below 1 MiB. */
export const PAGE_WAITING_BYTES_MAX = 512 * 1024
/** How long a page may not read before it is cut off, ms. */
export const PAGE_STALLED_MS = 30_000
/** Pages that are served at the same time. */
export const PAGES_MAX = 16
/** How long the process of a forging peer may take to start and to send, ms: half a second alone. */
export const FORGER_MS_MAX = 10_000
/** How long its neighbours may take to judge what it sent, ms, and how often they are asked. */
export const FORGERY_JUDGED_MS_MAX = 3_000
export const FORGERY_LOOK_MS = 50
/**
 * Transactions a second that a page may ask for, and for how long, s: enough to see a load, too few to be an attack.
 */
export const LOAD_PER_SECOND_MAX = 200
/** Longest load of a page, s. */
export const LOAD_SECONDS_MAX = 120
