/** Bounds of `hearsay load`. */

/**
 * Transactions that may wait for an answer: 13 s of 5,000/s, about 20 MiB; a node that is further behind will not catch
 * up.
 */
export const IN_FLIGHT_MAX = 65_536
/** How long an answer may take, ms: as long as the node itself lets a submission wait for the disk. */
export const ANSWER_MS_MAX = 30_000
/** How long answers under way are waited for after Ctrl-C, ms: most take a few. */
export const STOP_GRACE_MS = 1_000
/** Transactions that are followed into blocks, about 150 MiB: further ones are sent and not followed. */
export const FOLLOWED_MAX = 1_000_000
/** How often the chain is looked at, ms: twenty times a slot of 2 s. */
export const CHAIN_LOOK_MS = 100
/** Blocks asked for at once: more than come between two looks, and enough after a pause of minutes. */
export const CHAIN_BLOCKS = 100
/** How often the line of progress is drawn on a terminal, ms. */
export const LINE_EVERY_MS = 250
/** And how often it is written where there is no terminal, ms: a log is read afterwards. */
export const NOTE_EVERY_MS = 10_000
/** Accounts that development networks fund for load. */
export const ACCOUNTS_MAX = 64
/** Highest rate, transactions a second: above what one process can sign and send. */
export const RATE_MAX = 50_000
