/** Largest manifest, bytes: 1,000 nodes of 800 bytes each, 3,000 links in their `dials`, and as much again. */
export const MANIFEST_BYTES_MAX = 2 * 1024 * 1024
/** Largest runtime manifest, bytes: it has seven short fields. */
export const RUNTIME_BYTES_MAX = 16_384
/** Largest file with a token, bytes: 64 digits and an end of line. */
export const TOKEN_FILE_BYTES_MAX = 66
/** Largest lock file, bytes: a process id, its start and a nonce. */
export const LOCK_BYTES_MAX = 256
/** Nodes in a manifest: what a testnet may have (testnet/limits.ts). */
export const MANIFEST_NODES_MAX = 1_000
/** Longest text of a manifest that is shown, characters: names of networks and shapes of links are far shorter. */
export const MANIFEST_TEXT_MAX = 128
/** Longest path in a manifest, characters: PATH_MAX of Linux. */
export const MANIFEST_PATH_MAX = 4_096
/** States of one node: what a supervisor remembers of it (src/trace/limits.ts). */
export const MANIFEST_STATES_MAX = 32
