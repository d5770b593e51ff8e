/** Bounds of tracing under load. */

/**
 * Transactions traced a second at one share: a minute of them fits into what is remembered, and they cost 1 % of a
 * core.
 */
export const TRACED_PER_SECOND_MAX = 256
/** Smallest share, one in 2^10: at 10,000 a second ten a second are still traced. */
export const SHARE_HALVINGS_MAX = 10
