/**
 * The ledger on the disk: accounts as SSZ of `Account{key B32, balance u64, nonce u64}`, and for each block what it changed, so that a reorg
 * deeper than memory, or after a restart, can go back. Only this node reads it, so what does not decode is a broken store: null.
 */
import { concatBytes, fromHex, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asAccountId } from '../ids.ts'
import type { Account } from './account.ts'
import type { LedgerEntry } from './account-tree.ts'
import type { AccountChange } from './ledger.ts'

const ENTRY_BYTES = 48
/** index u32 · 1 if it was there before · before (balance, nonce) · after as an entry */
const CHANGE_BYTES = 4 + 1 + 16 + ENTRY_BYTES

export function encodeEntry(entry: LedgerEntry): Uint8Array {
  const key = fromHex(entry.key)
  assert(key?.byteLength === 32, 'a key is 32 bytes')
  return concatBytes(key, encodeAccount(entry))
}

export function decodeEntry(bytes: Uint8Array): LedgerEntry | null {
  if (bytes.byteLength !== ENTRY_BYTES) return null
  return { key: asAccountId(toHex(bytes.subarray(0, 32))), ...decodeAccount(bytes.subarray(32)) }
}

export function encodeChanges(changes: readonly AccountChange[]): Uint8Array {
  return concatBytes(
    ...changes.flatMap(({ index, key, before, after }) => {
      const head = new Uint8Array(5)
      new DataView(head.buffer).setUint32(0, index, true)
      head[4] = before === null ? 0 : 1
      return [head, encodeAccount(before ?? { balance: 0n, nonce: 0n }), encodeEntry({ key, ...after })]
    }),
  )
}

export function decodeChanges(bytes: Uint8Array): readonly AccountChange[] | null {
  if (bytes.byteLength % CHANGE_BYTES !== 0) return null
  const changes: AccountChange[] = []
  for (let at = 0; at < bytes.byteLength; at += CHANGE_BYTES) {
    const row = bytes.subarray(at, at + CHANGE_BYTES)
    const entry = decodeEntry(row.subarray(21))
    const flag = row[4]
    if (entry === null || (flag !== 0 && flag !== 1)) return null
    const { key, balance, nonce } = entry
    changes.push({
      index: new DataView(row.buffer, row.byteOffset).getUint32(0, true),
      key,
      before: flag === 1 ? decodeAccount(row.subarray(5, 21)) : null,
      after: { balance, nonce },
    })
  }
  return changes
}

function encodeAccount({ balance, nonce }: Account): Uint8Array {
  const out = new Uint8Array(16)
  const view = new DataView(out.buffer)
  view.setBigUint64(0, balance, true)
  view.setBigUint64(8, nonce, true)
  return out
}

function decodeAccount(bytes: Uint8Array): Account {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { balance: view.getBigUint64(0, true), nonce: view.getBigUint64(8, true) }
}
