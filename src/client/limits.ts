/** How long an answer may take unless told, ms: a local node answers in a few, a loaded one within its own 5 s. */
export const TIMEOUT_DEFAULT_MS = 10_000
/** Largest answer that is read, bytes: 10,000 pool entries are about 3 MiB. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Longest event that is read, characters: the server bounds what waits for a reader to 1 MiB. */
export const EVENT_CHARACTERS_MAX = 2 * 1024 * 1024
/** First pause before a lost stream is opened again, ms; it doubles with each failure. */
export const RECONNECT_FIRST_MS = 100
/** Longest pause before a lost stream is opened again, ms: a node that restarts is found again within 2 s. */
export const RECONNECT_MAX_MS = 2_000
/** Silence after which a stream counts as lost, ms: two and a half heartbeats. */
export const STREAM_SILENCE_MS = 25_000
/**
 * Connections kept open to one node: enough for a page of commands in parallel, few beside the 256 that a node takes.
 */
export const SOCKETS_MAX = 16

/**
 * Between two looks at a transaction that is waited for, ms: a tenth of the slot of a development network, five
 * requests a second.
 */
export const SETTLED_LOOK_MS = 200

/**
 * How long `settled` waits unless told otherwise, ms: two thirds of four validators in their slots of 2 s, three times
 * over.
 */
export const SETTLED_WAIT_MS = 30_000
