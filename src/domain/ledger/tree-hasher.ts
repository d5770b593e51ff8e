/**
 * The hash of Merkle trees. Import this before anything else of SSZ: the library's own choice is twice as slow, and
 * must be replaced before its other modules look at it. as-sha256 hashes four pairs at a time where the machine can.
 */
import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'

setHasher(hasher)

/** SHA-256 over pairs of 32-byte nodes. */
export const treeHasher = hasher
