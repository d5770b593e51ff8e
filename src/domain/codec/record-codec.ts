/**
 * Signed node records (SIGNED_RECORD in formats.ts), with the rules for their values, and the message of the records
 * topic: `RecordMessage u8 selector: 0 SignedRecord, 1 SignedSuspicion`.
 *
 * Every number is at most 2^53 - 1, texts are printable ASCII, tags and neighbours are in ascending order without
 * repetition, and unknown flags are refused: each accepted byte string is the only one of its record.
 */
import { concatBytes, fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { asBlockHash, asNetAddress } from '../ids.ts'
import {
  peerIdOfKey,
  TAG_KEY_BYTES_MAX,
  TAG_VALUE_BYTES_MAX,
  type NodeRecord,
  type RecordDraft,
  type RecordMessage,
} from '../record.ts'
import { RECORD_BODY, SIGNED_RECORD } from './formats.ts'
import { decodeSuspicion } from './suspicion-codec.ts'

/** The offset of the body and the signature come first. */
const BODY_AT = 68
const FLAG_LEAVING = 1

/** Largest signed record, bytes. */
export const RECORD_BYTES_MAX = SIGNED_RECORD.bytesMax

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
  return RECORD_BODY.encode({
    key: draft.key,
    incarnation: BigInt(draft.incarnation),
    seq: BigInt(draft.seq),
    startedAt: BigInt(draft.startedAtMs),
    publishedAt: BigInt(draft.publishedAtMs),
    headHeight: BigInt(draft.head.height),
    headHash: hexBytes(draft.head.hash),
    settledHeight: BigInt(draft.settledHeight),
    mempoolCount: BigInt(draft.mempoolCount),
    flags: draft.isLeaving ? FLAG_LEAVING : 0,
    name: utf8(draft.name),
    agentVersion: utf8(draft.agentVersion),
    addresses: draft.addresses.map(utf8),
    tags: draft.tags.map(([key, value]) => ({ key: utf8(key), value: utf8(value) })),
    neighbours: draft.neighbours.map(hexBytes),
  })
}

/** SSZ of a signed record from the SSZ of its body and 64 bytes of signature. */
export function encodeRecord(body: Uint8Array, signature: Uint8Array): Uint8Array {
  const offset = new Uint8Array(4)
  new DataView(offset.buffer).setUint32(0, BODY_AT, true)
  return concatBytes(offset, signature, body)
}

/** Null where the bytes are no record. @param prefix `signingPrefix('hearsay/record/1', networkId)` */
export function decodeRecord(bytes: Uint8Array, prefix: Uint8Array): NodeRecord | null {
  if (bytes.byteLength > RECORD_BYTES_MAX) return null
  const read = SIGNED_RECORD.decode(bytes)
  if (read === null) return null
  const { body, signature } = read
  const numbers = [
    body.incarnation,
    body.seq,
    body.startedAt,
    body.publishedAt,
    body.headHeight,
    body.settledHeight,
    body.mempoolCount,
  ]
  if (numbers.some((number) => number > BigInt(Number.MAX_SAFE_INTEGER))) return null
  if ((body.flags & ~FLAG_LEAVING) !== 0) return null
  const [name, agentVersion] = [readText(body.name), readText(body.agentVersion)]
  const addresses = body.addresses.map(readText)
  const tags = body.tags.map(({ key, value }) => [readText(key), readText(value)] as const)
  const neighbours = body.neighbours.map(toHex)
  if (name === null || agentVersion === null) return null
  if (!addresses.every(isAddress)) return null
  if (!tags.every(isTag) || !isAscending(tags.map(([key]) => key)) || !isAscending(neighbours)) return null
  return {
    key: body.key,
    peer: peerIdOfKey(body.key),
    incarnation: Number(body.incarnation),
    seq: Number(body.seq),
    startedAtMs: Number(body.startedAt),
    publishedAtMs: Number(body.publishedAt),
    name,
    agentVersion,
    head: { height: Number(body.headHeight), hash: asBlockHash(toHex(body.headHash)) },
    settledHeight: Number(body.settledHeight),
    mempoolCount: Number(body.mempoolCount),
    addresses: addresses.map(asNetAddress),
    tags,
    neighbours,
    isLeaving: body.flags === FLAG_LEAVING,
    hash: sha256Hex(bytes),
    bytes,
    signedBytes: concatBytes(prefix, bytes.subarray(BODY_AT)),
    signature,
  }
}

/** The message of the records topic that carries these bytes. */
export function encodeRecordMessage(kind: RecordMessage['kind'], bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(kind === 'record' ? 0 : 1), bytes)
}

/**
 * Null where the bytes are no message of the records topic.
 * @param prefixes `signingPrefix` of `hearsay/record/1` and of `hearsay/suspicion/1`
 * @param readRecord what reads the record in it
 */
export function decodeRecordMessage(
  bytes: Uint8Array,
  prefixes: { readonly record: Uint8Array; readonly suspicion: Uint8Array },
  readRecord = decodeRecord,
): RecordMessage | null {
  if (bytes.byteLength > 1 + RECORD_BYTES_MAX) return null
  // A message is a view of the RPC that it came in, up to 1.5 MiB, which a record that is kept would keep for a day.
  const content = bytes.slice(1)
  if (bytes[0] === 0) {
    const record = readRecord(content, prefixes.record)
    return record === null ? null : { kind: 'record', record }
  }
  if (bytes[0] !== 1) return null
  const suspicion = decodeSuspicion(content, prefixes.suspicion)
  return suspicion === null ? null : { kind: 'suspicion', suspicion }
}

/** Printable ASCII, so that no record can play tricks on a terminal. */
function readText(bytes: Uint8Array): string | null {
  return bytes.every((byte) => byte >= 0x20 && byte <= 0x7e) ? String.fromCharCode(...bytes) : null
}

function isAddress(text: string | null): text is string {
  return text?.startsWith('/') === true
}

function isTag(tag: readonly [string | null, string | null]): tag is readonly [string, string] {
  return tag[0] !== null && tag[1] !== null && isTagKey(tag[0])
}

/** Without repetition. */
function isAscending(texts: readonly string[]): boolean {
  return texts.every((text, at) => at === 0 || text > (texts[at - 1] ?? ''))
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  assert(bytes !== null, 'a name is hexadecimal')
  return bytes
}
