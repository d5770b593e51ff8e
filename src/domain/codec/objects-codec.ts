/**
 * The `objects` request protocol (PROTOCOL.md, Request protocols): bodies by name.
 *
 * ```
 * request  0x00 · TxIds list[B32, 256]                      signed transactions
 *          0x01 · keys list[B22, 256]                       the same, by the keys that reconciliation names them with
 *          0x02 · keys list[B22, 256]                       node records, by their keys
 *          0x03 · BlockHashes list[B32, 16]                 blocks
 *          0x04 · BlockHash B32 · short ids list[B8, 4096]  transactions of that block, for whoever lacks some of its
 *                                                           compact form
 * answer   one frame: list[list[byte]], SSZ: for each asked name in order its bytes, or none where it is not there.
 *          It may end early, then the rest can be asked for again.
 * ```
 * A key is 6 bytes of its number, the highest first, and 16 of the id (item-key.ts).
 */
import { concatAll, fromHex, toHex } from '../../lib/bytes.ts'
import { assert, assertNever } from '../../lib/assert.ts'
import { asBlockHash, asTxId, type BlockHash, type TxId } from '../ids.ts'
import { asItemKey, ITEM_KEY_BYTES, type ItemKey } from '../item-key.ts'
import { encodeList, splitList } from './list-codec.ts'

/** Names of small objects in one request: 256 transactions of 250 B fill one 64 KiB frame. */
export const OBJECTS_ASKED_MAX = 256
/** Blocks in one request: the byte budget of the protocol holds two large or a few dozen usual ones. */
export const BLOCKS_ASKED_MAX = 16
/** Short ids of one block: as many as a block has transactions. */
const SHORT_IDS_ASKED_MAX = 4_096
/** Bytes of an answer, unless its first object alone has more: half of what the exchange allows. */
export const OBJECTS_ANSWER_BYTES_MAX = 1_048_576

const SHORT_ID_BYTES = 8

export type ObjectsRequest =
  | { readonly kind: 'transactions'; readonly ids: readonly TxId[] }
  | { readonly kind: 'transactions-by-key'; readonly keys: readonly ItemKey[] }
  | { readonly kind: 'records-by-key'; readonly keys: readonly ItemKey[] }
  | { readonly kind: 'blocks'; readonly hashes: readonly BlockHash[] }
  /** Short ids as 16 hex digits. */
  | { readonly kind: 'block-transactions'; readonly block: BlockHash; readonly shortIds: readonly string[] }

const KINDS: readonly ObjectsRequest['kind'][] = [
  'transactions',
  'transactions-by-key',
  'records-by-key',
  'blocks',
  'block-transactions',
]

export function encodeObjectsRequest(request: ObjectsRequest): Uint8Array {
  return concatAll([Uint8Array.of(KINDS.indexOf(request.kind)), ...namesOf(request).map(hexBytes)])
}

/** Null where the bytes are no request. */
export function decodeObjectsRequest(bytes: Uint8Array): ObjectsRequest | null {
  const rest = bytes.subarray(1)
  const kind = KINDS[bytes[0] ?? KINDS.length]
  switch (kind) {
    case undefined:
      return null
    case 'transactions': {
      const ids = split(rest, 32, OBJECTS_ASKED_MAX)
      return ids === null ? null : { kind: 'transactions', ids: ids.map(asTxId) }
    }
    case 'transactions-by-key': {
      const keys = split(rest, ITEM_KEY_BYTES, OBJECTS_ASKED_MAX)
      return keys === null ? null : { kind: 'transactions-by-key', keys: keys.map(asItemKey) }
    }
    case 'records-by-key': {
      const keys = split(rest, ITEM_KEY_BYTES, OBJECTS_ASKED_MAX)
      return keys === null ? null : { kind: 'records-by-key', keys: keys.map(asItemKey) }
    }
    case 'blocks': {
      const hashes = split(rest, 32, BLOCKS_ASKED_MAX)
      return hashes === null ? null : { kind: 'blocks', hashes: hashes.map(asBlockHash) }
    }
    case 'block-transactions': {
      const shortIds = split(rest.subarray(32), SHORT_ID_BYTES, SHORT_IDS_ASKED_MAX)
      if (shortIds === null) return null
      return { kind: 'block-transactions', block: asBlockHash(toHex(rest.subarray(0, 32))), shortIds }
    }
    default:
      return assertNever(kind)
  }
}

/**
 * The answer's frame: objects in the order of the names, null where one is not there. Ends before the bytes get too
 * many.
 */
export function encodeObjectsAnswer(objects: Iterable<Uint8Array | null>): Uint8Array {
  const items: Uint8Array[] = []
  let bytes = 0
  for (const object of objects) {
    const item = object ?? new Uint8Array(0)
    bytes += 4 + item.byteLength
    if (items.length > 0 && bytes > OBJECTS_ANSWER_BYTES_MAX) break
    items.push(item)
  }
  return encodeList(items)
}

/**
 * Views of the objects, null for each that is not there; null as a whole where the bytes are no answer to `asked`
 * names.
 */
export function decodeObjectsAnswer(bytes: Uint8Array, asked: number): readonly (Uint8Array | null)[] | null {
  const items = splitList(bytes, asked)
  if (items === null || items.length === 0) return null
  return items.map((item) => (item.byteLength === 0 ? null : item))
}

export interface ObjectsAnswer<Name> {
  /** What came under which name: views of the answer. Whether it is what the name says is for the caller to check. */
  readonly found: readonly (readonly [Name, Uint8Array])[]
  /** Names that a full answer did not get to; they may be asked for again. */
  readonly unanswered: readonly Name[]
}

/**
 * Reads an answer against the names that were asked for. Null where it is none: not one frame, no list, no item, or
 * more items than names.
 *
 * Only an answer that one more object could have made too long may end early. Names that another one leaves out count
 * as not held: otherwise whoever answers one name of a hundred again and again keeps the others from being asked of
 * somebody else.
 *
 * @param objectBytesMax largest object of this kind, bytes
 */
export function readObjectsAnswer<Name>(
  frames: readonly Uint8Array[],
  names: readonly Name[],
  objectBytesMax: number,
): ObjectsAnswer<Name> | null {
  const [frame] = frames
  const objects = frames.length === 1 && frame !== undefined ? decodeObjectsAnswer(frame, names.length) : null
  if (objects === null || frame === undefined) return null
  const isFull = frame.byteLength + 4 + objectBytesMax > OBJECTS_ANSWER_BYTES_MAX
  return {
    found: objects.flatMap((object, at) => (object === null ? [] : [[names[at] as Name, object] as const])),
    unanswered: isFull ? names.slice(objects.length) : [],
  }
}

function namesOf(request: ObjectsRequest): readonly string[] {
  switch (request.kind) {
    case 'transactions':
      return request.ids
    case 'transactions-by-key':
    case 'records-by-key':
      return request.keys
    case 'blocks':
      return request.hashes
    case 'block-transactions':
      return [request.block, ...request.shortIds]
  }
}

function split(bytes: Uint8Array, size: number, countMax: number): string[] | null {
  const count = bytes.byteLength / size
  if (!Number.isInteger(count) || count === 0 || count > countMax) return null
  return Array.from({ length: count }, (_, index) => toHex(bytes.subarray(index * size, (index + 1) * size)))
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes !== null, 'a name is hexadecimal')
  return bytes
}
