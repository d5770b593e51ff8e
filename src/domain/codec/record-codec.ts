/**
 * SSZ of signed node records, read and written in place, and of the message of the records topic.
 *
 * ```
 * SignedRecord  0 u32 offset of body = 68 · 4 signature[64] · 68 body
 * body          0 key[32] · 32 incarnation · 40 seq · 48 startedAt · 56 publishedAt · 64 head height
 *               · 72 head hash[32] · 104 settled height · 112 mempoolCount · 120 flags u8
 *               · then five offsets u32: 121 name · 125 agentVersion · 129 addresses · 133 tags · 137 neighbours
 *               · 141 the variable parts in this order
 * addresses     list[list[byte, 128], 8]
 * tags          list[Tag, 16], Tag 0 u32 offset of key = 8 · 4 u32 offset of value · key · value
 * neighbours    list[B4, 32]
 * RecordMessage u8 selector: 0 SignedRecord, 1 SignedSuspicion (suspicion-codec.ts)
 * ```
 * Integers are little-endian; every number is at most 2^53 - 1. Strict: each accepted byte string is the only one of
 * its record, tags and neighbours are in ascending order without repetition, unknown flags are refused.
 */
import { concatAll, concatBytes, fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { asBlockHash, asNetAddress } from '../ids.ts'
import {
  ADDRESS_BYTES_MAX,
  ADDRESSES_MAX,
  AGENT_BYTES_MAX,
  NAME_BYTES_MAX,
  NEIGHBOUR_MARK_BYTES,
  NEIGHBOURS_MAX,
  peerIdOfKey,
  TAG_KEY_BYTES_MAX,
  TAG_VALUE_BYTES_MAX,
  TAGS_MAX,
  type NodeRecord,
  type RecordDraft,
  type RecordMessage,
} from '../record.ts'
import { encodeList, splitList } from './list-codec.ts'
import { decodeSuspicion } from './suspicion-codec.ts'

const BODY_AT = 68
const OFFSETS_AT = 121
const FIXED_BYTES = 141
const PARTS = 5
const FLAG_LEAVING = 1

/** Largest signed record, bytes. */
export const RECORD_BYTES_MAX =
  BODY_AT +
  FIXED_BYTES +
  NAME_BYTES_MAX +
  AGENT_BYTES_MAX +
  ADDRESSES_MAX * (4 + ADDRESS_BYTES_MAX) +
  TAGS_MAX * (4 + 8 + TAG_KEY_BYTES_MAX + TAG_VALUE_BYTES_MAX) +
  NEIGHBOURS_MAX * NEIGHBOUR_MARK_BYTES

const TAG_KEY = /^[a-z0-9][a-z0-9_.-]*$/

/** Whether `key` may name a tag: lower-case letters, digits, `_`, `.`, `-`; it begins with a letter or digit. */
export function isTagKey(key: string): boolean {
  return key.length <= TAG_KEY_BYTES_MAX && TAG_KEY.test(key)
}

/** Whether `value` may be a tag's value: printable ASCII. */
export function isTagValue(value: string): boolean {
  return value.length <= TAG_VALUE_BYTES_MAX && /^[\x20-\x7e]*$/.test(value)
}

/** SSZ of a record's body. The draft must be within its limits: this node made it. */
export function encodeRecordBody(draft: RecordDraft): Uint8Array {
  const parts = [
    utf8(draft.name),
    utf8(draft.agentVersion),
    encodeList(draft.addresses.map(utf8)),
    encodeList(draft.tags.map(encodeTag)),
    concatAll(draft.neighbours.map(hexBytes)),
  ]
  const fixed = new Uint8Array(FIXED_BYTES)
  const view = new DataView(fixed.buffer)
  fixed.set(draft.key, 0)
  const numbers: [number, number][] = [
    [32, draft.incarnation],
    [40, draft.seq],
    [48, draft.startedAtMs],
    [56, draft.publishedAtMs],
    [64, draft.head.height],
    [104, draft.settledHeight],
    [112, draft.mempoolCount],
  ]
  for (const [at, value] of numbers) view.setBigUint64(at, BigInt(value), true)
  fixed.set(hexBytes(draft.head.hash), 72)
  fixed[120] = draft.isLeaving ? FLAG_LEAVING : 0
  let offset = FIXED_BYTES
  parts.forEach((part, index) => {
    view.setUint32(OFFSETS_AT + 4 * index, offset, true)
    offset += part.byteLength
  })
  return concatAll([fixed, ...parts])
}

/** SSZ of a signed record from the SSZ of its body and 64 bytes of signature. */
export function encodeRecord(body: Uint8Array, signature: Uint8Array): Uint8Array {
  const offset = new Uint8Array(4)
  new DataView(offset.buffer).setUint32(0, BODY_AT, true)
  return concatBytes(offset, signature, body)
}

/** Null where the bytes are no record. @param prefix `signingPrefix('hearsay/record/1', networkId)` */
export function decodeRecord(bytes: Uint8Array, prefix: Uint8Array): NodeRecord | null {
  if (bytes.byteLength < BODY_AT + FIXED_BYTES || bytes.byteLength > RECORD_BYTES_MAX) return null
  const body = bytes.subarray(BODY_AT)
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== BODY_AT) return null
  const numbers = [32, 40, 48, 56, 64, 104, 112].map((at) => Number(view.getBigUint64(at, true)))
  if (!numbers.every(Number.isSafeInteger)) return null
  const [incarnation, seq, startedAtMs, publishedAtMs, height, settledHeight, mempoolCount] = numbers as Seven
  const flags = body[120] as number
  const parts = splitParts(body, view)
  if (parts === null || (flags & ~FLAG_LEAVING) !== 0) return null
  const [name, agentVersion] = [readText(parts[0], NAME_BYTES_MAX), readText(parts[1], AGENT_BYTES_MAX)]
  const addresses = readAddresses(parts[2])
  const tags = readTags(parts[3])
  const neighbours = readNeighbours(parts[4])
  if (name === null || agentVersion === null || addresses === null || tags === null || neighbours === null) return null
  const key = body.subarray(0, 32)
  return {
    key,
    peer: peerIdOfKey(key),
    incarnation,
    seq,
    startedAtMs,
    publishedAtMs,
    name,
    agentVersion,
    head: { height, hash: asBlockHash(toHex(body.subarray(72, 104))) },
    settledHeight,
    mempoolCount,
    addresses: addresses.map(asNetAddress),
    tags,
    neighbours,
    isLeaving: flags === FLAG_LEAVING,
    hash: sha256Hex(bytes),
    bytes,
    signedBytes: concatBytes(prefix, body),
    signature: bytes.subarray(4, BODY_AT),
  }
}

type Seven = [number, number, number, number, number, number, number]
type Five = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** The message of the records topic that carries these bytes. */
export function encodeRecordMessage(kind: RecordMessage['kind'], bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(kind === 'record' ? 0 : 1), bytes)
}

/**
 * Null where the bytes are no message of the records topic.
 * @param prefixes `signingPrefix` of `hearsay/record/1` and of `hearsay/suspicion/1`
 */
export function decodeRecordMessage(
  bytes: Uint8Array,
  prefixes: { readonly record: Uint8Array; readonly suspicion: Uint8Array },
): RecordMessage | null {
  if (bytes.byteLength > 1 + RECORD_BYTES_MAX) return null
  // A message is a view of the RPC that it came in, up to 1.5 MiB, which a record that is kept would keep for a day.
  const content = bytes.slice(1)
  if (bytes[0] === 0) {
    const record = decodeRecord(content, prefixes.record)
    return record === null ? null : { kind: 'record', record }
  }
  if (bytes[0] !== 1) return null
  const suspicion = decodeSuspicion(content, prefixes.suspicion)
  return suspicion === null ? null : { kind: 'suspicion', suspicion }
}

function splitParts(body: Uint8Array, view: DataView): Five | null {
  const parts: Uint8Array[] = []
  let start = FIXED_BYTES
  for (let index = 0; index < PARTS; index++) {
    if (view.getUint32(OFFSETS_AT + 4 * index, true) !== start) return null
    const end = index === PARTS - 1 ? body.byteLength : view.getUint32(OFFSETS_AT + 4 * index + 4, true)
    if (end < start || end > body.byteLength) return null
    parts.push(body.subarray(start, end))
    start = end
  }
  return parts as Five
}

/** Printable ASCII, so that no record can play tricks on a terminal. */
function readText(bytes: Uint8Array, lengthMax: number): string | null {
  if (bytes.byteLength > lengthMax) return null
  return bytes.every((byte) => byte >= 0x20 && byte <= 0x7e) ? String.fromCharCode(...bytes) : null
}

function readAddresses(bytes: Uint8Array): string[] | null {
  const items = splitList(bytes, ADDRESSES_MAX)
  if (items === null) return null
  const addresses: string[] = []
  for (const item of items) {
    const address = readText(item, ADDRESS_BYTES_MAX)
    if (address === null || !address.startsWith('/')) return null
    addresses.push(address)
  }
  return addresses
}

function readTags(bytes: Uint8Array): [string, string][] | null {
  const items = splitList(bytes, TAGS_MAX)
  if (items === null) return null
  const tags: [string, string][] = []
  for (const item of items) {
    const tag = readTag(item)
    if (tag === null || tag[0] <= (tags.at(-1)?.[0] ?? '')) return null
    tags.push(tag)
  }
  return tags
}

function readTag(bytes: Uint8Array): [string, string] | null {
  if (bytes.byteLength < 8) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const middle = view.getUint32(4, true)
  if (view.getUint32(0, true) !== 8 || middle < 8 || middle > bytes.byteLength) return null
  const key = readText(bytes.subarray(8, middle), TAG_KEY_BYTES_MAX)
  const value = readText(bytes.subarray(middle), TAG_VALUE_BYTES_MAX)
  return key === null || value === null || !isTagKey(key) ? null : [key, value]
}

function encodeTag([key, value]: readonly [string, string]): Uint8Array {
  const [keyBytes, valueBytes] = [utf8(key), utf8(value)]
  const offsets = new Uint8Array(8)
  const view = new DataView(offsets.buffer)
  view.setUint32(0, 8, true)
  view.setUint32(4, 8 + keyBytes.byteLength, true)
  return concatBytes(offsets, keyBytes, valueBytes)
}

function readNeighbours(bytes: Uint8Array): string[] | null {
  const count = bytes.byteLength / NEIGHBOUR_MARK_BYTES
  if (!Number.isInteger(count) || count > NEIGHBOURS_MAX) return null
  const marks: string[] = []
  for (let at = 0; at < bytes.byteLength; at += NEIGHBOUR_MARK_BYTES) {
    const mark = toHex(bytes.subarray(at, at + NEIGHBOUR_MARK_BYTES))
    if (mark <= (marks.at(-1) ?? '')) return null
    marks.push(mark)
  }
  return marks
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes !== null, 'a name is hexadecimal')
  return bytes
}
