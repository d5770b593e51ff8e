/**
 * Reads each distinct record once for a whole simulated network: every node gets the same bytes, and what is read of
 * them is never changed. Each node still asks, and judges what it is given.
 */
import { decodeRecord } from '../domain/codec/record-codec.ts'
import type { NodeRecord } from '../domain/record.ts'
import { SameBytes } from './same-bytes.ts'

/**
 * The reader for all nodes of one network, whose prefix of signed bytes is the same.
 * @returns what `decodeRecord` returns
 */
export function sharedRecordReader(): typeof decodeRecord {
  const sameBytes = new SameBytes()
  const known = new WeakMap<Uint8Array, NodeRecord | null>()
  return (bytes, prefix) => {
    const own = sameBytes.of(bytes)
    let record = known.get(own)
    if (record === undefined) {
      record = decodeRecord(own, prefix)
      known.set(own, record)
    }
    return record
  }
}
