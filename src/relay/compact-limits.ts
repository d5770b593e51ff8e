/** Bounds of rebuilding blocks, each with its reason. */

/** Blocks being rebuilt at once: a slot has one, two by equivocation, and a few slots may be late. */
export const PARTIAL_BLOCKS_MAX = 16
/**
 * How long a peer may take to send what is missing: two slots' worth of patience is too much, a round trip around the
 * world is 0.4 s.
 */
export const MISSING_DEADLINE_MS = 2_000
/** Peers that are kept to be asked in turn for one block. */
export const SOURCES_MAX = 8
