/** Bounds of the API: what one client, one request and one reader of events may cost. SECURITY.md A22, A25. */

/** Largest body of a request, bytes: a transaction in JSON is at most 34 KiB. */
export const BODY_BYTES_MAX = 64 * 1024
/** Largest body of a batch, bytes: as the largest gossip batch. */
export const BATCH_BODY_BYTES_MAX = 256 * 1024
/** Deepest nesting of a JSON body: our documents have 1 level. */
export const JSON_DEPTH_MAX = 8
/** Most keys of one JSON object: our documents have 8. */
export const JSON_KEYS_MAX = 32

/** Time for the headers of a request, ms: a browser takes one packet. */
export const HEADERS_TIMEOUT_MS = 4_500
/** Time for a whole request, ms: 256 KiB at 26 KiB/s. */
export const REQUEST_TIMEOUT_MS = 10_000
/** How often those two are looked at, ms, over at most 256 sockets; Node's 30 s would make them 35 s and 40 s. */
export const CHECKING_INTERVAL_MS = 500
/**
 * How long a socket may be idle within an exchange, ms: who does not read the answer loses it. Node grants one more
 * period when the system took some of the answer during the first, so that such a client is cut off after 5 s.
 */
export const IDLE_TIMEOUT_MS = 2_500
/** How long an unused connection is kept, ms: Node's own default. */
export const KEEP_ALIVE_MS = 5_000
/**
 * How long the answer to a submission may take, ms: a disk that stalls for seconds still gets its transaction
 * acknowledged.
 */
export const SUBMIT_IDLE_TIMEOUT_MS = 30_000
/** Most open sockets: a quarter of the usual limit of 1,024 files a process. */
export const CONNECTIONS_MAX = 256
/** Requests on one socket: after these a client must connect anew and stands in line like everybody. */
export const REQUESTS_PER_SOCKET_MAX = 100

/** Steady requests a second of one client on an open network. */
export const REQUESTS_PER_SECOND = 50
/** Requests of one client at once on an open network: a page with all its pictures. */
export const REQUESTS_BURST = 100
/** Steady requests a second of one client on a development network, where one load generator is the only client. */
export const DEV_REQUESTS_PER_SECOND = 5_000
/** Requests of one client at once on a development network: two seconds of the steady rate. */
export const DEV_REQUESTS_BURST = 10_000
/** Clients whose rate is remembered: four for each socket that may be open. */
export const RATED_CLIENTS_MAX = 1_024
/** How long a client's rate is remembered, ms: long after its bucket is full again. */
export const RATED_CLIENT_TTL_MS = 60_000

/**
 * Readers of the event stream who show no token: with the operator's a quarter of the sockets, so that they can't keep
 * requests out.
 */
export const EVENT_READERS_MAX = 48
/** Readers who know the node's token: a person's windows, commands and a supervisor. */
export const OPERATOR_READERS_MAX = 16
/** Most bytes that wait for one reader of events. */
export const EVENT_BUFFER_BYTES_MAX = 1024 * 1024
/**
 * How long events that follow one another wait for each other, ms: a frame of a screen, and a fiftieth of the writes of
 * a busy node.
 */
export const GATHER_MS = 20
/** ... and how many bytes of them: what a socket takes at once. */
export const GATHER_BYTES = 16_384
/** How often an idle event stream shows that it lives, ms. */
export const HEARTBEAT_MS = 10_000
/**
 * Heartbeats during which a reader with waiting bytes may take none of them before it is cut off: 30 s, longer than a
 * pause in a debugger's step.
 */
export const STALLED_HEARTBEATS_MAX = 3

/** Transactions that `GET /v1/mempool` lists unless told, and at most: 1,000 are about 300 KiB. */
export const MEMPOOL_LIMIT_DEFAULT = 100
/** Most transactions that `GET /v1/mempool` lists: about 3 MiB of JSON, made in 10 ms. */
export const MEMPOOL_LIMIT_MAX = 10_000

/** Objects that `GET /v1/propagation` tells of unless told, and at most; their records are bounded by the node. */
export const MEMORY_LIMIT_DEFAULT = 100
export const MEMORY_LIMIT_MAX = 1_000
/** Ids that may be asked for at once: as many as fit into a path. */
export const MEMORY_IDS_MAX = 24

/** Blocks that `GET /v1/blocks` lists unless told. */
export const BLOCKS_LIMIT_DEFAULT = 20
/** Most blocks that `GET /v1/blocks` lists: about 500 KiB of JSON, a thousand reads of the index. */
export const BLOCKS_LIMIT_MAX = 1_000

/** How long requests under way may take to end when the node stops, ms. */
export const CLOSE_GRACE_MS = 1_000
/** Longest part of a path that may be a parameter, characters: a bech32m address has at most 90. */
export const PARAMETER_LENGTH_MAX = 128

/**
 * Comparisons of each node's clock for one answer, unless told, and at most: the shortest of three round trips is near
 * the shortest of all.
 */
export const CLOCK_SAMPLES_DEFAULT = 3
export const CLOCK_SAMPLES_MAX = 8
/** How long the nodes of a network are waited for, ms, unless told, and at most: a paused one does not answer. */
export const SURVEY_DEFAULT_MS = 3_000
export const SURVEY_MS_MAX = 6_000
/** And at least: below it even neighbours are cut off. */
export const SURVEY_MS_MIN = 100

/**
 * How old the text of /metrics may be, ms: to make it takes milliseconds of the loop, and five hundred clients at once
 * ask for it (A25).
 */
export const METRICS_AGE_MS_MAX = 100
