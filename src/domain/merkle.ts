/** SSZ roots of lists of 32-byte values (consensus-specs, simple-serialize, "Merkleization"). */
import { assert } from '../lib/assert.ts'
import { sha256Of } from '../lib/hash.ts'
import { treeHasher } from './ledger/tree-hasher.ts'

const NODE_BYTES = 32

/**
 * The root of `List[B32, limit]`: the binary tree over the values, padded with zeros to `limit` leaves (a power of two,
 * at least two), hashed with the number of values.
 * @param values the values one after the other
 */
export function listRoot(values: Uint8Array, limit: number): Uint8Array {
  assert(values.byteLength % NODE_BYTES === 0, 'values are 32 bytes each')
  const count = values.byteLength / NODE_BYTES
  assert(count <= limit, 'a list keeps its limit')
  // The hasher wants whole pairs, and writes into what it gets.
  const work = new Uint8Array((count + (count % 2)) * NODE_BYTES)
  work.set(values)
  const root = new Uint8Array(NODE_BYTES)
  treeHasher.merkleizeBlocksBytes(work, limit, root, 0)
  return mixInLength(root, count)
}

/** SSZ's mix_in_length: SHA-256(root ‖ length as u256, little-endian). */
export function mixInLength(root: Uint8Array, length: number): Uint8Array {
  const chunk = new Uint8Array(NODE_BYTES)
  new DataView(chunk.buffer).setBigUint64(0, BigInt(length), true)
  return sha256Of([root, chunk])
}
