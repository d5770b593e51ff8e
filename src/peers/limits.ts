/** Bounds and budgets for peers, each with its reason. */

/** Invalid objects that one peer may send within the window: honest nodes send none, and ten leave room for a bug in a release. */
export const INVALID_BUDGET = 10
export const INVALID_WINDOW_MS = 3_600_000
/** How long a ban lasts: long enough to make an attack dear, short enough to forgive a repaired node. */
export const BAN_MS = 3_600_000
/** Banned peers of one address after which the address itself is refused: identities are free, addresses are not. */
export const BANNED_PEERS_PER_ADDRESS = 3
/** Objects refused by the ledger that one peer may send within the window before it is disconnected; honest nodes lag by a block. */
export const UNPAID_BUDGET = 50
export const UNPAID_WINDOW_MS = 10_000
/** Peers whose offences are remembered, the oldest forgotten first: an attacker needs as many identities to be forgotten. */
export const OFFENDERS_MAX = 4_096
/** Bans kept; at the limit the one that ends first goes. */
export const BANS_MAX = 4_096

/** First wait before an address is dialled again, doubled up to the longest one. */
export const REDIAL_FIRST_MS = 500
/** Longest wait on development networks, where healing is watched by a person. */
export const REDIAL_LONGEST_DEV_MS = 4_000
/** Longest wait elsewhere. */
export const REDIAL_LONGEST_MS = 60_000
/** A dial that has not ended by then is taken as failed: longer than the transport's own time limit of 8 s. */
export const DIAL_DEADLINE_MS = 15_000
