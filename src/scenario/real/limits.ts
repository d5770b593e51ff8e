/** Bounds and times of experiments on real networks, each with its reason. */

/**
 * How long a node may take to answer, ms: on a busy machine one second is common, and one that stands still never
 * does.
 */
export const ANSWER_MS_MAX = 5_000
/**
 * How often is asked whether all have one head and one pool, and whether a death is seen, ms: each costs a question
 * to every node.
 */
export const REAL_WATCH_MS = 250
/** Ids that a node is asked for in one question: as many as fit into a path. */
export const ASKED_AT_ONCE = 24
/** Records of a transaction that is watched beyond those of the timeline: what others send meanwhile. */
export const OTHERS_MAX = 1_000
/** How long records may take to arrive after the end, ms: streams are written at once, and nodes may be busy. */
export const LAST_RECORDS_MS = 1_000
/** What each transaction pays: above the floor of every development network. */
export const FEE = 1_000n
