/**
 * The chain on disk. One batch a move of the head holds all of it, so that the disk always shows one head with its
 * ledger.
 *
 * ```
 * chain   head              height u64 BE · BlockHash
 *         best/<height>     signed header of the best chain at this height (16 hex digits, so that keys are in order)
 *         height/<hash>     height u64 BE of a block of the best chain
 *         undo/<hash>       what the block changed: list of index u32 · flag u8 · key[32] · before (nonce, balance) ·
 *                           after (nonce, balance)
 * blocks  <hash>            SSZ(Block)
 * state   <index>           the account at this place of the ledger (8 hex digits): key[32] · nonce u64 · balance u64
 * index   <TxId>            BlockHash · height u64 BE, of a transaction of the best chain
 * safety  slot              the highest slot that this validator has signed for, u64 BE
 * ```
 */
import { concatBytes, fromHex, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asAccountId, asBlockHash, type BlockHash, type TxId } from '../../domain/ids.ts'
import type { Account } from '../../domain/ledger/account.ts'
import type { LedgerEntry } from '../../domain/ledger/account-tree.ts'
import type { AccountChange } from '../../domain/ledger/ledger.ts'
import type { StoreWrite } from '../../ports/store.ts'

export const HEAD_KEY = 'head'
export const SAFETY_KEY = 'slot'
export const bestKey = (height: number): string => `best/${height.toString(16).padStart(16, '0')}`
export const heightKey = (hash: BlockHash): string => `height/${hash}`
export const undoKey = (hash: BlockHash): string => `undo/${hash}`
const stateKey = (index: number): string => index.toString(16).padStart(8, '0')

export function putHead(height: number, hash: BlockHash): StoreWrite {
  return { kind: 'put', space: 'chain', key: HEAD_KEY, value: concatBytes(u64(BigInt(height)), hashBytes(hash)) }
}

export function readHead(value: Uint8Array): { readonly height: number; readonly hash: BlockHash } | null {
  if (value.byteLength !== 40) return null
  return { height: readHeight(value), hash: asBlockHash(toHex(value.subarray(8))) }
}

export function putHeight(hash: BlockHash, height: number): StoreWrite {
  return { kind: 'put', space: 'chain', key: heightKey(hash), value: u64(BigInt(height)) }
}

/** A height from the first 8 bytes. */
export function readHeight(value: Uint8Array): number {
  return Number(new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0))
}

export function putAccount(index: number, entry: LedgerEntry): StoreWrite {
  const value = concatBytes(hashBytes(entry.key), u64(entry.nonce), u64(entry.balance))
  return { kind: 'put', space: 'state', key: stateKey(index), value }
}

export function deleteAccount(index: number): StoreWrite {
  return { kind: 'delete', space: 'state', key: stateKey(index) }
}

/** Accounts in order, as the store lists them; null where one is missing or damaged. */
export function readAccounts(records: readonly (readonly [key: string, value: Uint8Array])[]): LedgerEntry[] | null {
  const entries: LedgerEntry[] = []
  for (const [key, value] of records) {
    if (key !== stateKey(entries.length) || value.byteLength !== 48) return null
    const view = new DataView(value.buffer, value.byteOffset, 48)
    entries.push({
      key: asAccountId(toHex(value.subarray(0, 32))),
      nonce: view.getBigUint64(32),
      balance: view.getBigUint64(40),
    })
  }
  return entries
}

export function putIndex(id: TxId, hash: BlockHash, height: number): StoreWrite {
  return { kind: 'put', space: 'index', key: id, value: concatBytes(hashBytes(hash), u64(BigInt(height))) }
}

export function readIndex(value: Uint8Array): { readonly hash: BlockHash; readonly height: number } | null {
  if (value.byteLength !== 40) return null
  return { hash: asBlockHash(toHex(value.subarray(0, 32))), height: readHeight(value.subarray(32)) }
}

export function putSafety(slot: number): StoreWrite {
  return { kind: 'put', space: 'safety', key: SAFETY_KEY, value: u64(BigInt(slot)) }
}

const CHANGE_BYTES = 4 + 1 + 32 + 16 + 16

export function putUndo(hash: BlockHash, changes: readonly AccountChange[]): StoreWrite {
  const value = new Uint8Array(changes.length * CHANGE_BYTES)
  const view = new DataView(value.buffer)
  changes.forEach(({ index, key, before, after }, at) => {
    const start = at * CHANGE_BYTES
    view.setUint32(start, index)
    value[start + 4] = before === null ? 0 : 1
    value.set(hashBytes(key), start + 5)
    writeAccount(view, start + 37, before ?? { nonce: 0n, balance: 0n })
    writeAccount(view, start + 53, after)
  })
  return { kind: 'put', space: 'chain', key: undoKey(hash), value }
}

export function readUndo(value: Uint8Array): AccountChange[] | null {
  if (value.byteLength % CHANGE_BYTES !== 0) return null
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const changes: AccountChange[] = []
  for (let start = 0; start < value.byteLength; start += CHANGE_BYTES) {
    changes.push({
      index: view.getUint32(start),
      key: asAccountId(toHex(value.subarray(start + 5, start + 37))),
      before: value[start + 4] === 0 ? null : readAccount(view, start + 37),
      after: readAccount(view, start + 53),
    })
  }
  return changes
}

function writeAccount(view: DataView, at: number, { nonce, balance }: Account): void {
  view.setBigUint64(at, nonce)
  view.setBigUint64(at + 8, balance)
}

function readAccount(view: DataView, at: number): Account {
  return { nonce: view.getBigUint64(at), balance: view.getBigUint64(at + 8) }
}

function hashBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  assert(bytes?.byteLength === 32, 'keys and hashes are 32 bytes')
  return bytes
}

function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value)
  return out
}
