/**
 * A pool entry on disk: key TxId, value `flags u8 ‖ TxHash[32] ‖ SSZ(SignedTransaction)`. The hash tells a flipped bit, so that what
 * comes back needs no second check of its signature.
 */
import { concatBytes, fromHex, toHex } from '../lib/bytes.ts'
import { sha256Hex } from '../lib/hash.ts'
import { assert } from '../lib/assert.ts'
import type { TxId } from '../domain/ids.ts'
import type { Transaction } from '../domain/transaction.ts'
import type { StoreWrite } from '../ports/store.ts'

const LOCAL = 1

export function putPoolRecord(transaction: Transaction, local: boolean): StoreWrite {
  const hash = fromHex(transaction.hash)
  assert(hash !== null, 'a TxHash is hex')
  return {
    kind: 'put',
    space: 'pool',
    key: transaction.id,
    value: concatBytes(Uint8Array.of(local ? LOCAL : 0), hash, transaction.bytes),
  }
}

export function deletePoolRecord(id: TxId): StoreWrite {
  return { kind: 'delete', space: 'pool', key: id }
}

/** Null where the record is damaged. */
export function readPoolRecord(value: Uint8Array): { readonly bytes: Uint8Array; readonly local: boolean } | null {
  if (value.byteLength < 33) return null
  const bytes = value.subarray(33)
  if (sha256Hex(bytes) !== toHex(value.subarray(1, 33))) return null
  return { bytes, local: value[0] === LOCAL }
}
