/** Bounds of catching up with the chain, each with its reason. */

/** An answer that takes longer is given up; 8 MiB over 10 Mbit/s take 7 s. */
export const CHAIN_DEADLINE_MS = 8_000
/** The same for headers: 512 of them are 125 KB. */
export const HEADERS_DEADLINE_MS = 4_000
/** Blocks of one request: a run of 16 full ones is 16 MiB in the worst case, of which the answer's budget takes what fits. */
export const BLOCK_RUN = 16
/** Requests for blocks at once, over all peers: keeps three sources busy. */
export const BLOCK_REQUESTS_MAX = 6
/** And with one peer: the next is under way while one is answered. */
export const BLOCK_REQUESTS_PER_PEER_MAX = 2
/** Pause after a peer could not prove its head, so that liars in a row cost little. */
export const HEADERS_PAUSE_MS = 250
/** Pause after every peer failed for a block. */
export const RETRY_PAUSE_MS = 1_000
/** Blocks whose failures are remembered: as many as may be asked for at once, ten times. */
export const BLOCKS_TRACKED_MAX = 1_024
