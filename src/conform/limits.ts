/**
 * How long the kit waits for what, each with its reason. They are about peers that may be slow, never about what the
 * protocol bounds.
 */

/** A dial with its handshakes, ms: what PROTOCOL.md gives nobody a word on; a loaded machine needs less. */
export const DIAL_MS = 10_000
/** For what a peer does at once when it can, ms: a message that is judged and handed on, an answer. */
export const SOON_MS = 5_000
/** Between two looks at what has come, ms. */
export const LOOK_MS = 5
/** Between two connections, ms: a peer may take five a second of one address. */
export const PACE_MS = 220
/**
 * Until a mesh has lost whoever was charged, ms: the next heartbeat, which is a second away at most, and as much for a
 * busy machine.
 */
export const CHARGED_MS = 3_000
/** How long a played node watches for what must not come, ms: longer than a heartbeat with its half. */
export const QUIET_MS = 1_600
/** More than a deadline by which a peer may be late with its end, ms. */
export const LATE_MS = 3_000
/** What a played node keeps of what it hears, so that only the peer's bounds hold, bytes of one frame. */
export const FRAME_BYTES_MAX = 16 * 1_048_576
/** And of a stream that it does not read, bytes. */
export const READ_BYTES_MAX = 268_435_456
/** Accounts of the kit's network: each check takes fresh ones. */
export const ACCOUNTS = 320
/** Validators of the kit's network. */
export const VALIDATORS = 4
