/** Bounds and times of membership, each with its reason (PROTOCOL.md, reconcile; SECURITY.md). */

/** What differs between a local testnet and the open network. */
export interface MembershipProfile {
  /**
   * How long the record of a node that is silent is kept, counted from its publication; the second half of that it
   * isn't advertised.
   */
  readonly retentionMs: number
  /**
   * How long a node must be known before its accusations count: identities are free, so age is what a crowd of them
   * lacks.
   */
  readonly accuserAgeMs: number
}

/** By the node's profile. */
export const MEMBERSHIP_PROFILES: Readonly<Record<'node' | 'dev' | 'bench', MembershipProfile>> = {
  // A day: an operator who comes back the next morning still sees what went away.
  node: { retentionMs: 24 * 3_600_000, accuserAgeMs: 60_000 },
  // An hour is as long as a testnet lives; its nodes are young.
  dev: { retentionMs: 3_600_000, accuserAgeMs: 5_000 },
  // As on a testnet.
  bench: { retentionMs: 3_600_000, accuserAgeMs: 5_000 },
}

// ---- records
/**
 * Records kept: 3 KB each as nodes make them, 14 KB at most (57 MB); four times the largest network this was tried
 * with.
 */
export const RECORDS_MAX = 4_096
/**
 * Records of which one network (IPv4 /16, IPv6 /32) told first whose nodes dialled us: a quarter. Whom we dialled may
 * fill what others leave: a joiner has the whole network from its first few neighbours (SECURITY.md A41).
 */
export const RECORDS_TELLER_MAX = 1_024
/** How far ahead a record may claim to be made: the same that transactions may. */
export const AHEAD_MS = 30_000
/**
 * Records of one owner by gossip, at once and a second: refutations and tags come in small bursts, everything else is
 * an attack.
 */
export const OWNER_BURST = 8
export const OWNER_PER_SECOND = 1
/**
 * A first record older than this many times the pace says that the node was there, not that it is: the longest
 * interval, and clocks apart.
 */
export const FRESH_PACES = 1.5

// ---- pace of our own record
/**
 * Time between two records of a node that nothing happens to. Heads travel in probes and changes are published at once,
 * so this only says that its owner still is.
 */
export const PACE_MS = 60_000
/**
 * ... and this times the members known where that is more: four such records a second reach every node of a large
 * network. At one a minute each, a thousand nodes had 17 a second, three copies of each, while nothing happened.
 */
export const PACE_MEMBER_MS = 250
/** ... but never more than this, so that no crowd of invented members makes a node fall silent; a twin waits longer. */
export const PACE_LONGEST_MS = 240_000
/** Spread of the interval: nodes that were started together must not publish together. */
export const PACE_SPREAD = 0.1
/** Time between two records when something changed that people wait for: a tag, a neighbour. */
export const CHANGE_GAP_MS = 1_000
/**
 * How long a change of neighbours waits for the next one, ms: three round trips of a slow link, in which all dials of a
 * start end.
 */
export const NEIGHBOURS_GATHER_MS = 1_000
/** ... for a new head, which probes carry anyway. */
export const HEAD_GAP_MS = 5_000
/**
 * ... and this times the members known where that is more, as each of them does the same: four such records a second
 * reach every node, however many there are. A hundred nodes that told each block kept two cores busy with nothing else.
 */
export const HEAD_GAP_MEMBER_MS = 250
/**
 * ... and for neighbours: twenty a second, so that up to 20 nodes tell them within CHANGE_GAP_MS. While a network of
 * 200 starts, each node's neighbours change for half a minute, and each change told at once is a message to
 * everybody.
 */
export const NEIGHBOURS_GAP_MEMBER_MS = 50
/** ... to refute an accusation: at once, but not once for each accuser. */
export const REFUTE_GAP_MS = 500
/**
 * ... because the same peer's pings say that it suspects us: its accusation comes by gossip too, and must be signed
 * there. In this time a record reaches everybody, and an owner gets ten times as many as that past the others.
 */
export const PINGED_REFUTE_GAP_MS = 10_000
/** Peers remembered for that: more than a node has connections. */
export const PINGED_REFUTES_MAX = 1_024

// ---- probing
/** One neighbour is pinged each period (SWIM, memberlist). */
export const PROBE_PERIOD_MS = 1_000
/** Least time that an answer gets, and how many times the slowest round trip that was seen. */
export const PROBE_TIMEOUT_MIN_MS = 500
export const PROBE_TIMEOUT_RTTS = 3
/** Most: the deadline of the exchange. */
export const PROBE_TIMEOUT_MAX_MS = 2_000
/** Round trips remembered for each neighbour; their largest stands for the 99th percentile. */
export const RTTS_KEPT = 32
/** Members asked to ping for us: with three, 5 % loss leaves 6 in 10,000 false suspicions a probe. */
export const HELPERS = 3
/** How long a dial may take that tells whether a lost neighbour is still there. */
export const RECONNECT_MS = 2_000
/** Pings on behalf of others under way: at most, and for one of them. */
export const HELPS_MAX = 32
export const HELPS_PER_PEER_MAX = 4
/** Checks under way at once: each neighbour once, and the neighbours that were lost with them. */
export const CHECKS_MAX = 128
/** Shortest time between two wakes, of a node at work. */
export const WAKE_MS = 250
/**
 * A gap between two wakes of a node at work that means that we stood still, and not they: four missed wakes. Whoever
 * sleeps longer on purpose counts from one wake before its plan.
 */
export const STALL_MS = 4 * WAKE_MS

/** Time between two looks at all members for what is old or silent: linear, and nothing that shows in it is urgent. */
export const SWEEP_MS = 5_000

// ---- local health (Lifeguard)
/** Worst score; probes become up to eight times as slow. */
export const HEALTH_MAX = 7
/** From this score on a node accuses nobody. */
export const HEALTH_MUTE = 4
/** A delay of the event loop, 99th percentile, that counts as being slow. */
export const LOOP_DELAY_SLOW_MS = 200
/** What that adds to the score while it lasts: half of what mutes, so that a busy machine still sees deaths. */
export const LOOP_DELAY_WEIGHT = 2

// ---- suspicion (Lifeguard, memberlist)
/** Shortest time of a suspicion: 4 · max(1, log10 N) s. */
export const SUSPICION_MIN_MS = 4_000
/** Longest, as a multiple of the shortest. */
export const SUSPICION_MAX_FACTOR = 6
/** Confirmations by others that bring the time down to the shortest. */
export const CONFIRMATIONS = 2
/** Accusers that make a death: one alone may lie. */
export const ACCUSERS_TO_KILL = 2
/** Accusations of one accuser a minute: a node that lost all its neighbours has about as many. */
export const ACCUSATIONS_PER_MINUTE = 10
/** How far an accusation's time may be from ours. */
export const ACCUSATION_WINDOW_MS = 60_000
/** Accusers remembered for one suspicion. */
export const ACCUSERS_MAX = 16
/** Nodes of which suspicions wait for the record that they are about, and suspicions of one: enough to corroborate. */
export const EARLY_TARGETS_MAX = 256
export const EARLY_PER_TARGET_MAX = 4
/** Members that we know since our own first seconds count as old: everybody is new to a newcomer. */
export const SETTLE_MS = 15_000
/**
 * Time without a sign of life, in paces, after which a member that nobody accuses is shown as unreachable: two records
 * that did not come, by gossip or by six comparisons each.
 */
export const SILENT_PACES = 2

// ---- discovery
/** Peers whose addresses are remembered. */
export const ADDRESS_BOOK_MAX = 1_024
/** Of one group of addresses (IPv4 /16, IPv6 /32): a sixteenth, so that no provider fills the book. */
export const ADDRESS_GROUP_MAX = 64
/**
 * ... and of one neighbour who tells, or all of one network that do: a quarter, so that three others find room beside
 * him.
 */
export const ADDRESS_TELLER_MAX = 256
/** Outbound connections to keep: what we chose ourselves can't be the attacker's choice. */
export const OUTBOUND_WANTED = 8
/** Dials at once. */
export const DIALS_MAX = 4
/** First wait after a failed dial, doubled up to the longest one. */
export const DIAL_BACKOFF_MS = 2_000
export const DIAL_BACKOFF_MAX_MS = 600_000
/** Failures in a row after which an address that never worked is dropped, and one that did. */
export const FAILURES_UNTRIED_MAX = 3
export const FAILURES_TRIED_MAX = 10
/** A dial that has not ended by then has failed. */
export const DIAL_DEADLINE_MS = 15_000

// ---- alarm
/** Traffic that raises the alarm, as a multiple of what is usual. */
export const ALARM_FACTOR = 10
/** ... and that ends it. */
export const CALM_FACTOR = 3
/** Windows in which bytes are counted, and how many above the bound in a row make an alarm: one burst is none. */
export const ALARM_WINDOW_MS = 5_000
export const ALARM_WINDOWS = 2
/** Time in which the usual rate follows what is measured. */
export const BASE_MS = 300_000
/** Time before the first alarm: the start of a node is not usual. */
export const WARM_UP_MS = 30_000
/** Usual rate at least, bytes a second: ten times nothing is no alarm. */
export const BASE_MIN_BYTES = 2_048

// ---- surveys
/** Nodes that one survey asks: a report of more is no longer read by people. */
export const SURVEYED_MAX = 256
/** Requests of one survey under way: the streams of two neighbours (adapters/libp2p/limits.ts, observe). */
export const ASKS_AT_ONCE = 16
/** Ways by which one node is asked: the first, and two around whoever let it down. */
export const ATTEMPTS_MAX = 3
/** Surveys at once: the users of one API. */
export const SURVEYS_MAX = 4
/** Requests that are handed on for others at once, over all peers: two surveys of sixteen, from two askers. */
export const OBSERVE_RELAYS_MAX = 64
/**
 * Questions of one peer, a second and at once: the survey of 256 nodes, three times for their clocks, over three
 * neighbours.
 */
export const OBSERVE_PER_SECOND = 128
export const OBSERVE_BURST = 512
/** Peers whose questions are counted: more than a node has connections. */
export const OBSERVERS_MAX = 1_024
/** How long a peer that asks nothing is remembered, ms: its burst is full again long before. */
export const OBSERVER_TTL_MS = 60_000
/** Longest survey, ms: two deadlines of one request. */
export const SURVEY_MS_MAX = 6_000
/** Peers without which nothing is said of our clock: of two, one that lies is half. */
export const CLOCK_VOTERS_MIN = 3
/** Latest records of a peer that are compared: those of three minutes, and of what changed meanwhile. */
export const CLOCK_SAMPLES_KEPT = 4
/** Records of each of them after which a lead is no delay. */
export const CLOCK_SAMPLES_SURE = 2
/** Longest that the soonest of them was on its way, ms: a message that waits longer to be judged is dropped. */
export const CLOCK_DELAY_MAX_MS = 3_000
/** A lead that no delay explains, ms: so far ahead may a transaction be. */
export const CLOCK_FAR_MS = 30_000

// ---- another node with our identity
/**
 * How long a twin that is not heard of any more counts: it speaks once a minute, and each record may get lost on its
 * way twice.
 */
export const TWIN_FORGOTTEN_MS = 5 * PACE_MS
/** How often a record of our own key that is older than what we say is looked at, ms: each costs a signature check. */
export const TWIN_LOOK_MS = 1_000
/**
 * How often a peer may greet us within RETURNS_MS though a connection with it stands: a node whose line breaks often
 * does it now and then.
 */
export const RETURNS_MAX_COUNT = 3
export const RETURNS_MS = 60_000
/** Peers of whom that is remembered: more than a node has connections. */
export const RETURNS_MAX = 1_024
/**
 * How long the one that gives way goes on speaking so that the other one hears of it, ms: neighbours keep whichever
 * came last, and both come again.
 */
export const TWIN_LAST_WORDS_MS = 60_000
