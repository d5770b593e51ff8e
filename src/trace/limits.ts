/** Bounds and times of what views are made of, each with its reason. */

/**
 * How long after it was sent a transaction may be on its way, ms: until then a node without it is none that lacks it.
 * Slow links take a second.
 */
export const ON_ITS_WAY_MS = 3_000
/** Transactions that a live view shows: the heat map's columns, what the list offers, what medians are over. */
export const SHOWN_TRANSACTIONS_MAX = 120
/** Blocks that a live view follows: four minutes of 2 s slots. */
export const SHOWN_BLOCKS_MAX = 120
/**
 * Refused objects that nobody took which a live view follows: apart, so that a flood of forgeries pushes out nothing
 * that is true.
 */
export const SHOWN_REFUSED_MAX = 120
/** Changes of a node's state that are remembered: sixteen kills with their restarts. */
export const STATES_MAX = 32
/** Refused objects that a page is sent beside the transactions. */
export const PAGE_REFUSED_MAX = 60
/** Records of one batch for a page: about 300 KiB, parsed in a few ms. One object more may be in it. */
export const PAGE_BATCH_RECORDS_MAX = 1_000
