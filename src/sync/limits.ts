/** Bounds of repair, each with its reason (SECURITY.md). */
import { EXCHANGE_LIMITS } from '../domain/exchange-limits.ts'

// ---- fingerprints
/** How long one salt is used, ms: a set made to look like another one does so for one epoch at most. */
export const EPOCH_MS = 600_000
/** Items whose hash for the coming salt is made in one slice: about 1 ms. */
export const PREPARE_SLICE = 1_024
/** Items that wait outside the tree: put in at once, about 1 ms where the set is large. */
export const WAITING_MAX = 256
/**
 * Items of one leaf of the tree: half of it, 16 KiB with both salts, is what an insert moves and a prefix adds up,
 * within the cache.
 */
export const LEAF_MAX = 256

// ---- one comparison
/**
 * Parts into which a range that differs is divided, by the divider's own count: fewer mean more round trips, more mean
 * more bytes.
 */
export const SPLIT_WAYS = 16
/** Ids are listed where one of both sides has at most this many in the range: about what 16 fingerprints cost twice. */
export const LIST_MAX = 32
/** From this round on the initiator takes lists of more, so that three round trips are enough. */
export const FINAL_ROUND = 3
/** ... of at most this many known items each: 8 KB that a fourth round trip would have saved. */
export const LIST_FINAL_MAX = 512
/** Largest frame, bytes: what the protocol lets through. */
export const FRAME_BYTES_MAX = EXCHANGE_LIMITS.reconcile.frameBytesMax
/**
 * Round trips of one session. 100,000 items need three; what is scattered over all of them needs more frames, not more
 * depth.
 */
export const ROUNDS_MAX = 12
/** Bytes of one session, both ways: 60,000 ids. What is missing after that is asked for in the next one. */
export const SESSION_BYTES_MAX = 1_048_576
/** Bytes of one answer, all frames. */
export const REPLY_BYTES_MAX = 524_288
/** Fingerprints made for one answer: 5 µs each, so that no request costs more than about 10 ms. */
export const FINGERPRINTS_PER_REPLY_MAX = 2_048
/** Ranges asked about in one request: the asker's half of the same bound. */
export const RANGES_PER_REQUEST_MAX = 1_024
/**
 * Items that one session offers to the other side: a full pool of the open network. Whoever lacks more asks by himself.
 */
export const OFFERED_MAX = 10_000
/** Items in one frame of an offer: 18 bytes each at most, and never more than the frame. */
export const OFFERED_PER_FRAME_MAX = 2_048

// ---- when to compare with whom
/** Time between two comparisons of our own, ms, and its spread: nodes must not fall into step. */
export const INTERVAL_MS = 10_000
export const INTERVAL_SPREAD = 0.2
/** New peers within the window that mean a healed partition rather than churn. */
export const HEAL_PEERS = 3
export const HEAL_WINDOW_MS = 30_000
/**
 * After a heal comparisons come four times as often, for three intervals: what one node learnt must reach those behind
 * it.
 */
export const HURRY_FACTOR = 4
export const HURRY_MS = 30_000
/** Sessions that we begin with one peer: at most one in this time, so that nobody is loaded by us. */
export const SESSION_GAP_MS = 5_000
/** Sessions of ours at once. */
export const SESSIONS_MAX = 3
/** A session that lasts longer is given up: twelve round trips of a slow link. */
export const SESSION_MS = 30_000
/** An answer that did not come by then never will; a bit more than the deadline of the exchange. */
export const ANSWER_MS = 12_000
/** How long the side that was dialled waits for the dialler to begin. */
export const INBOUND_WAIT_MS = 2_000
/** What is younger is left to gossip, ms: it would be fetched a second time while it is on its way. */
export const YOUNG_MS = 3_000

// ---- what we answer to one peer
/** Requests at once and a second: two sessions of twelve rounds. */
export const SERVE_REQUESTS_BURST = 24
export const SERVE_REQUESTS_PER_SECOND = 5
/** Bytes at once and a second: one whole session each 5 s. */
export const SERVE_BYTES_BURST = 1_048_576
export const SERVE_BYTES_PER_SECOND = 209_715

// ---- bodies
/**
 * Items wanted at once: three times a full pool of the open network, so that one peer can't fill it; several have to
 * share it.
 */
export const WANTED_MAX = 32_768
/**
 * Keys of the largest holder that are looked at for one that nobody else has, when there are too many: honest pools
 * differ in a few.
 */
export const VICTIMS_MAX = 16
/** Peers remembered as having one item: three must be tried, a few more replace those that leave. */
export const HOLDERS_MAX = 8
/** Items that one peer may hold out to us at once: a full pool of the open network. */
export const HELD_OUT_PER_PEER_MAX = 10_000
/** Items asked of one peer and not answered (Bitcoin's bound of the same name). */
export const IN_FLIGHT_PER_PEER_MAX = 100
/** After this time without an answer another one is asked (SECURITY.md A12). */
export const REASK_MS = 2_000
/**
 * Items that were refused or are done with, so that they are not asked for again: what a pool loses in half an hour.
 */
export const DONE_MAX = 65_536
export const DONE_TTL_MS = 30 * 60_000

// ---- offers of our own transactions
/** Peers that must have one before it counts as spread: one of them may lie, and one may leave. */
export const OFFER_PEERS = 3
/** Gossip gets this long before an offer is made, ms. */
export const OFFER_AFTER_MS = 3_000
/** Time between two offers of the same item to the same peer, ms: it may have refused it for now. */
export const OFFER_AGAIN_MS = 20_000
/** Own transactions that are followed; a full pool of the open network. */
export const OFFERS_MAX = 10_000
/** Offers made in one turn, over all peers: the rest waits for the next turn. */
export const OFFERS_PER_TURN = 4
/** Time between two turns, ms: each offer costs both sides a stream, whatever it holds, so that they are made full. */
export const OFFER_TURN_MS = 1_000
