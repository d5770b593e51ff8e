/** Figures of routes, each with its reason; how they were chosen stands in scripts/experiments/bench/RESULTS.md. */

/** Copies of a message that a node wants: the second is there for the day when the first source is silent. */
export const COPIES_WANTED = 2
/**
 * A route rests after at least so many late copies: with 4 chance decides, with 6 it still did in one network of ten,
 * whose p99 was 16 % higher ...
 */
export const LATES_MIN = 8
/**
 * ... which are at least this share of what it carried. A route that is late for most origins may be the fastest one
 * for others: at 0.9 there are 3.3 copies, at 0.5 2.4, and p99 is 3 % and 14 % above that of the whole mesh (100
 * nodes).
 */
export const LATE_SHARE = 0.7
/** When a route has carried this many, both counts are halved: what links were an hour ago no longer counts. */
export const COUNTED_MAX = 64
/**
 * How long a route rests, ms. Then it is tried again, which costs a few late copies: links change, and nobody else
 * would notice.
 */
export const REST_MS = 600_000
/** For how long copies of a message are counted, ms: a round trip of the slowest link and the time that words wait. */
export const COUNTED_MS = 10_000
/** Messages whose copies are counted at a time: 1,600 a second. */
export const COUNTED_MESSAGES_MAX = 16_384
/** Sources of one target: more than a node has neighbours; then all of them start anew. */
export const SOURCES_MAX = 1_024
/**
 * How long announcements and words on late copies wait, ms, so that one RPC carries many of them. An announcement that
 * overtook the message on its way would be answered by an IWANT, and cost a copy more.
 */
export const TELL_MS = 500
/** Ids of one announcement: with one each TELL_MS a fifth of what gossipsub takes from a peer in a heartbeat. */
export const ANNOUNCED_MAX = 500
/** Late copies named in one RPC: with one each TELL_MS half of what a peer counts in a heartbeat. */
export const NAMED_MAX = 128
