/** Bounds and budgets for peers, each with its reason. */

/**
 * Invalid objects that one peer may send within the window: honest nodes send none, and ten leave room for a bug in a
 * release.
 */
export const INVALID_BUDGET = 10
export const INVALID_WINDOW_MS = 3_600_000
/** How long a ban lasts: long enough to make an attack dear, short enough to forgive a repaired node. */
export const BAN_MS = 3_600_000
/**
 * How long whoever cost too much stays away: a hundred times as long as it takes to notice it, so that coming back is
 * not worth the handshake; short enough for an honest node whose machine or ours had a bad hour.
 */
export const WORK_BAN_MS = 600_000
/** Banned peers of one address after which the address itself is refused: identities are free, addresses are not. */
export const BANNED_PEERS_PER_ADDRESS = 3
/**
 * How long a peer that the router does not hear for its score, and that has forged nothing, keeps its place: a score
 * that low halves in 50 s, so that whoever misbehaved by mistake is heard again before.
 */
export const UNHEARD_MS = 60_000
/**
 * Messages with objects that the ledger refuses which one peer may send within the window before it is disconnected.
 */
export const UNPAID_BUDGET = 50
export const UNPAID_WINDOW_MS = 10_000
/**
 * Peers whose offences are remembered, the oldest forgotten first: an attacker needs as many identities to be
 * forgotten.
 */
export const OFFENDERS_MAX = 4_096
/** Bans kept; at the limit the one that ends first goes. */
export const BANS_MAX = 4_096

/**
 * Hellos to a peer that we dialled before it is left, each with its deadline of 5 s: a machine that is only busy
 * answers one of three.
 */
export const HELLO_TRIES = 3
/**
 * Within which whoever dialled us says hello, ms: two of its own tries. Until then nothing is known of it, and it takes
 * a place in the meshes.
 */
export const HELLO_DUE_MS = 30_000
/** First wait before an address is dialled again, doubled up to the longest one. */
export const REDIAL_FIRST_MS = 500
/** A connection that lasted less did not hold: long enough for a hello, records and a probe or two, ms. */
export const HELD_MS = 10_000
/** Longest wait on development networks, where healing is watched by a person. */
export const REDIAL_LONGEST_DEV_MS = 4_000
/** Longest wait elsewhere. */
export const REDIAL_LONGEST_MS = 60_000
/** A dial that has not ended by then is taken as failed: longer than the transport's own time limit of 8 s. */
export const DIAL_DEADLINE_MS = 15_000

/**
 * Connections that are kept free for newcomers, at most; on small nodes a tenth: with none free the transport refuses
 * everybody.
 */
export const FREE_PLACES_MAX = 8
/** A peer that gave us something new within this time is useful, and kept while there are others. */
export const USEFUL_WINDOW_MS = 60_000
/** Useful peers that are safe from eviction: enough to stay informed when all other places are an attacker's. */
export const USEFUL_KEPT_MAX = 8
/**
 * The share of the others that is safe for having been here longest: it takes an attacker time to become one of them.
 */
export const OLDEST_KEPT_SHARE = 0.25
/** The share of inbound peers that goes at once when memory is short: a few such steps free what peers can hold. */
export const MEMORY_SHED_SHARE = 0.25

/** Best outbound peers that are dialled first after a restart: two may be gone and two may lie. */
export const ANCHORS_MAX = 4
/** How often the choice is looked at, ms: a crash may forget the change of the last seconds. */
export const ANCHORS_CHECK_MS = 10_000
/** Dials of an anchor that nobody configured before it is given up. */
export const ANCHOR_FAILURES_MAX = 8

/** Secrets of invitations that are remembered: one for each machine of a large network, made within a day. */
export const SECRETS_MAX = 256
/** Invitations, and uses of them, that wait for the disk: a write takes milliseconds, and each is one of a person. */
export const INVITING_MAX = 64
/** How long after its end a secret is remembered, ms: whoever comes a day late learns that he is late. */
export const KEPT_MS = 86_400_000
/** Within which the one who used a secret may ask again, ms: some tries of a joiner whose answer was lost. */
export const AGAIN_MS = 60_000
/** Between two answers for one peer, ms: a joiner who lost his answer waits no longer than a person does. */
export const INVITE_GAP_MS = 5_000
/** Peers of whom that is remembered: as many as come within five seconds, where each needs a handshake. */
export const INVITE_ASKERS_MAX = 1_024
/** Documents for all peers, bytes a second, and at once: the largest one, and a tenth of a link of 100 Mbit/s. */
export const DOCUMENT_BYTES_PER_SECOND = 1_048_576
export const DOCUMENT_BURST_BYTES = 8 * 1_048_576
/** Between two dials back to one peer, ms: an operator who mends his firewall asks again about as often. */
export const DIAL_BACK_GAP_MS = 30_000
/** Dials back at once: each may hold a socket until its time is up. */
export const DIAL_BACKS_MAX = 4
/** Peers that were dialled back of late: four at once, of which the quickest take milliseconds, seldom make as many. */
export const DIAL_BACKS_KEPT_MAX = 1_024
