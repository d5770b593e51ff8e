/** Bounds of scenarios, each with its reason. */

/** Largest scenario file, bytes: the longest timeline that is allowed takes half of it. */
export const SCENARIO_BYTES_MAX = 1_048_576
/** Most nodes of a scenario: what virtual time has been run with. */
export const SCENARIO_NODES_MAX = 10_000
/** Most entries of a timeline: more is a program, not a scenario. */
export const TIMELINE_ENTRIES_MAX = 1_000
/**
 * Most transactions of a scenario: every node's having each of them is kept until the end (100 MB with 1,000 nodes).
 */
export const TRANSACTIONS_MAX = 10_000
/** Most expectations: a verdict is read by a person. */
export const EXPECTATIONS_MAX = 100
/** Longest scenario, ms: a day. */
export const SCENARIO_MS_MAX = 86_400_000
/** Mistakes of a file that are told at once: the first ones explain the rest. */
export const MISTAKES_MAX = 20
/** How often figures are taken that must hold throughout, ms: a fault lasts longer, and 60 s are 60 looks. */
export const LOOK_MS = 1_000
/** How often is looked for one head and one pool, and for who is seen dead, ms: the grain of those figures. */
export const WATCH_MS = 100
/**
 * Time after the last happening in which repair and the last block come to an end, ms, unless the file says another.
 */
export const SETTLE_MS = 15_000
/**
 * Time before a timeline begins in virtual time, ms: connections and meshes stand by then. Real networks say when
 * they are ready.
 */
export const WARM_UP_MS = 10_000
/**
 * From so many nodes on a network begins in virtual time as one that has stood for long: everybody knows everybody's
 * record. Before, all of them tell all others of themselves at once, which is N² messages and nine tenths of the time.
 */
export const STANDS_FROM_NODES = 100
/** Bytes of a transaction's payload where the file says nothing. */
export const PAYLOAD_BYTES = 100
/** Ids that a verdict names: enough to look for one. */
export const IDS_SHOWN = 3
