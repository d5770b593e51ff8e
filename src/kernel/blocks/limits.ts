/** Bounds of what the chain's handlers keep, each with its reason. */

/** Questions that wait for a body: what would wait longer is asked elsewhere by then (MISSING_DEADLINE_MS). */
export const PARTS_WANTED_MAX = 64
/** How long they wait, ms. */
export const PARTS_WAIT_MS = 1_500
/**
 * Own blocks that are signed and not published: one at a time, and those that lost to another one; the oldest of these
 * goes.
 */
export const OWN_BLOCKS_MAX = 64
/** Invalid blocks that are remembered for those who ask why: each cost a validator its slot. */
export const INVALID_BLOCKS_MAX = 1_024
/** How long they are remembered, ms. */
export const INVALID_BLOCKS_MS = 3_600_000
