/** Bounds of catching up with the chain, each with its reason. */

/** An answer that takes longer is given up; 8 MiB over 10 Mbit/s take 7 s. */
export const CHAIN_DEADLINE_MS = 8_000
/** The same for headers: 512 of them are 125 KB. */
export const HEADERS_DEADLINE_MS = 4_000
/**
 * Blocks of one request: a run of 16 full ones is 16 MiB in the worst case, of which the answer's budget takes what
 * fits.
 */
export const BLOCK_RUN = 16
/** Requests for blocks at once, over all peers, that are still young: keeps three sources busy. */
export const BLOCK_REQUESTS_MAX = 6
/** And with one peer, slow ones included: the next is under way while one is answered. */
export const BLOCK_REQUESTS_PER_PEER_MAX = 2
/** Branches that are fetched side by side. */
export const BRANCHES_AT_ONCE = 4
/** Requests of one branch, however many there are: the next run is under way while one is answered. */
export const BLOCK_REQUESTS_PER_BRANCH_MIN = 2
/**
 * After so long a request no longer holds a place, and another peer is asked for what everything above waits for: a
 * slot of most networks. The answer still counts when it comes.
 */
export const SLOW_MS = 2_000
/** The same for headers, which are small. */
export const SLOW_HEADERS_MS = 1_000
/** Requests for headers at once, all but the last of them slow. */
export const HEADER_REQUESTS_MAX = 4
/** Peers that failed for a block until its branch has had its turn; all of them, where there are fewer. */
export const TURN_FAILURES = 3
/** Pause after a peer could not prove its head, so that liars in a row cost little. */
export const HEADERS_PAUSE_MS = 250
/** Pause while as many blocks wait for bodies as may: the same headers would come again. */
export const HEADERS_FULL_PAUSE_MS = 1_000
/** Pause after a branch has had its turn; it doubles each time. */
export const RETRY_PAUSE_MS = 1_000
/** And no longer than this: a block that one peer had all the time is found within a minute. */
export const RETRY_PAUSE_MAX_MS = 60_000
/** For how long a maker of whom a block was withheld comes after those of whom none was. */
export const SUSPECT_MS = 60_000
/** Blocks whose failures are remembered: as many as may be asked for at once, ten times. */
export const BLOCKS_TRACKED_MAX = 1_024
/** Headers of which it is remembered who told of them, and how many peers for each. */
export const TOLD_MAX = 4_096
export const TELLERS_MAX = 4
/** Makers whose withheld blocks are remembered: a network has as many validators. */
export const SUSPECTS_MAX = 1_024
