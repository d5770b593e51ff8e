/**
 * A pool entry on disk: key TxId, value `flags u8 ‖ TxHash[32] ‖ SSZ(SignedTransaction)`. The hash tells a flipped bit,
 * so that what comes back needs no second check of its signature.
 */
import { readHex, toHex } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import type { TxId } from '../../domain/ids.ts'
import type { Transaction } from '../../domain/transaction.ts'
import type { StoreWrite } from '../../ports/store.ts'

const LOCAL = 1
/** Of the flags and the hash. */
const HEAD_BYTES = 33

export function putPoolRecord(transaction: Transaction, local: boolean): StoreWrite {
  const { id, hash, bytes } = transaction
  const value = new Uint8Array(HEAD_BYTES + bytes.byteLength)
  value[0] = local ? LOCAL : 0
  readHex(hash, value, 1)
  value.set(bytes, HEAD_BYTES)
  return { kind: 'put', space: 'pool', key: id, value }
}

export function deletePoolRecord(id: TxId): StoreWrite {
  return { kind: 'delete', space: 'pool', key: id }
}

/** Null where the record is damaged. */
export function readPoolRecord(value: Uint8Array): { readonly bytes: Uint8Array; readonly local: boolean } | null {
  if (value.byteLength < HEAD_BYTES) return null
  const bytes = value.subarray(HEAD_BYTES)
  if (sha256Hex(bytes) !== toHex(value.subarray(1, HEAD_BYTES))) return null
  return { bytes, local: value[0] === LOCAL }
}
