/** Bounds of the relay's memory, each with its reason. */

/**
 * Judgements of valid transactions that are kept, by the hash of their bytes: at 500 transactions a second, two minutes
 * of traffic, which is longer than the router's own memory of messages; about 10 MB.
 */
export const VALID_COUNT_MAX = 65_536
/** Kept for as long as a transaction may live by default: a judgement that outlives its subject is of no use. */
export const VALID_TTL_MS = 30 * 60_000
/**
 * Judgements of invalid ones, in a cache of their own: whoever floods us with forgeries pushes out forgeries, never the
 * memory of honest traffic. Small, because ten of them ban their sender.
 */
export const INVALID_COUNT_MAX = 4_096
export const INVALID_TTL_MS = 10 * 60_000
/**
 * Ids of transactions that left the pool, with their fate, so that a replay isn't taken for new and a user can ask what
 * became of it.
 */
export const DEPARTED_COUNT_MAX = 65_536
/** A departed transaction can be replayed until it expires, at most the default life plus the window for clocks. */
export const DEPARTED_TTL_MS = 31 * 60_000

/**
 * Transactions waiting to be published: the bound of a full pool of a node, all of them local. Beyond it repair offers
 * them.
 */
export const OUTBOX_COUNT_MAX = 10_000

/**
 * Messages whose signatures are being checked at once, in all. Where checks run inline there is one; where they run in
 * workers, as many as keep two workers busy. What comes on top waits in ingress, which is bounded and fair.
 */
export const JOBS_MAX = 1_024
/** Messages that wait for a transaction which another message brought first and which is being checked. */
export const DEFERRED_MAX = 256

/**
 * Peers' transactions that wait to be written: four seconds of writing; beyond it they stay in memory, and repair has
 * them again.
 */
export const UNWRITTEN_MAX = 4_096
/** Written at one wake: 1,024 a second, a few milliseconds of the disk's time, and less than one for the loop. */
export const WRITTEN_PER_WAKE_MAX = 256
