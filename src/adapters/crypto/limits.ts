/** Bounds of the caches of judged public keys. */

/**
 * Valid keys kept. A key check costs 45 µs in libsodium and 1 ms in noble, as much as a verification, so the senders of
 * a busy network should stay known: 10,000 is the size of the mempool, and costs about 2 MB at most.
 */
export const VALID_KEYS_MAX = 10_000

/**
 * Invalid keys kept, apart from the valid ones: keys that nobody can sign for are free to invent, so a flood of them
 * may push out one another but never an honest sender. They repeat only when one peer insists, hence a tenth.
 */
export const INVALID_KEYS_MAX = 1_000
