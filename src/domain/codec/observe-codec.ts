/**
 * The `observe` request protocol (PROTOCOL.md, observe): "have you, or has the node at the end of this way, seen these,
 * when, from whom".
 *
 * ```
 * request      u8 hops · key[32] × hops · u8 ids · id[32] × ids      no id: the times alone
 * answer       0x00 seen: received u64 · sent u64 · observation × ids
 *              0x01 cut off: the next hop could not be asked
 *              0x02 busy
 * observation  flags u8 (1: known, 2: a block) · copies u32 · u8 records · record × records
 * record       event u8 · time u64 · u8 0, or 1 and key[32] of who gave it · bytes u32 · queue u32 · check u32 ·
 *              u8 length · reason
 * ```
 * Times are ns since the Unix epoch by the answerer's clock; queue and check are µs, 2^32 - 1 where nobody knows.
 */
import { assert } from '../../lib/assert.ts'
import { concatAll, concatBytes, fromHex, toHex, utf8 } from '../../lib/bytes.ts'
import { asTxId, type PeerId, type TxId } from '../ids.ts'
import type { AnswerTimes, Observation, ObservedRecord } from '../observation.ts'
import type { PropagationEvent } from '../propagation.ts'
import { keyOfPeerId, peerIdOfKey } from '../record.ts'

/** Nodes between the asker and the one that is meant: five steps reach every node of a random network of hundreds. */
export const OBSERVE_HOPS_MAX = 4
/** Objects of one request: with the records below the largest answer fits into 64 KiB. */
export const OBSERVED_IDS_MAX = 8
/** Records of one object: as many as a node keeps of it (node/limits.ts, PROPAGATION_RECORDS_MAX). */
export const OBSERVED_RECORDS_MAX = 64
/** Longest reason, bytes: the longest reject code is shorter. */
export const REASON_BYTES_MAX = 32

export interface ObserveRequest {
  /** Whom to hand it on to, one after the other; the last is meant. Empty: whoever reads this. */
  readonly way: readonly PeerId[]
  readonly ids: readonly TxId[]
}

export type ObserveAnswer =
  | { readonly kind: 'seen'; readonly times: AnswerTimes; readonly observations: readonly Observation[] }
  | { readonly kind: 'cut-off' }
  | { readonly kind: 'busy' }

/** Numbers on the wire; the order is part of the protocol. */
const EVENTS: readonly PropagationEvent[] = [
  'PUBLISH',
  'DELIVER',
  'DUPLICATE',
  'REJECT',
  'IGNORE',
  'FORWARD',
  'RECOVERED',
]
const UNKNOWN = 0xffff_ffff

export function encodeObserveRequest({ way, ids }: ObserveRequest): Uint8Array {
  assert(way.length <= OBSERVE_HOPS_MAX && ids.length <= OBSERVED_IDS_MAX, 'a request within its bounds')
  return concatAll([
    Uint8Array.of(way.length),
    ...way.map(keyBytes),
    Uint8Array.of(ids.length),
    ...ids.map((id) => fromHex(id) ?? new Uint8Array(32)),
  ])
}

/** Null where the bytes are no request. */
export function decodeObserveRequest(bytes: Uint8Array): ObserveRequest | null {
  const reader = new Reader(bytes)
  const hops = reader.u8()
  if (hops > OBSERVE_HOPS_MAX) return null
  const way = Array.from({ length: hops }, () => reader.peer())
  const count = reader.u8()
  if (count > OBSERVED_IDS_MAX) return null
  const ids = Array.from({ length: count }, () => asTxId(toHex(reader.take(32))))
  return reader.isDone ? { way, ids } : null
}

export function encodeObserveAnswer(answer: ObserveAnswer): Uint8Array {
  if (answer.kind !== 'seen') return Uint8Array.of(answer.kind === 'cut-off' ? 1 : 2)
  const { times, observations } = answer
  return concatAll([Uint8Array.of(0), u64(times.receivedNs), u64(times.sentNs), ...observations.map(observationBytes)])
}

/** Null where the bytes are no answer to a request for `ids` objects. */
export function decodeObserveAnswer(bytes: Uint8Array, ids: number): ObserveAnswer | null {
  if (bytes.byteLength === 1 && (bytes[0] === 1 || bytes[0] === 2)) return { kind: bytes[0] === 1 ? 'cut-off' : 'busy' }
  const reader = new Reader(bytes)
  if (reader.u8() !== 0) return null
  const times = { receivedNs: reader.u64(), sentNs: reader.u64() }
  const observations: Observation[] = []
  for (let index = 0; index < ids; index++) {
    const observation = readObservation(reader)
    if (observation === null) return null
    observations.push(observation)
  }
  return reader.isDone ? { kind: 'seen', times, observations } : null
}

function observationBytes({ known, isBlock, copies, records }: Observation): Uint8Array {
  const kept = records.slice(0, OBSERVED_RECORDS_MAX)
  const flags = (known ? 1 : 0) | (isBlock ? 2 : 0)
  return concatAll([Uint8Array.of(flags), u32(copies), Uint8Array.of(kept.length), ...kept.map(recordBytes)])
}

function recordBytes({ event, tNs, from, bytes, queueUs, checkUs, reason }: ObservedRecord): Uint8Array {
  const key = from === null ? null : keyOfPeerId(from)
  const why = utf8(reason ?? '').subarray(0, REASON_BYTES_MAX)
  return concatBytes(
    Uint8Array.of(EVENTS.indexOf(event)),
    u64(tNs),
    key === null ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), key),
    u32(bytes),
    u32(queueUs ?? UNKNOWN),
    u32(checkUs ?? UNKNOWN),
    Uint8Array.of(why.byteLength),
    why,
  )
}

function readObservation(reader: Reader): Observation | null {
  const flags = reader.u8()
  const copies = reader.u32()
  const count = reader.u8()
  if (flags > 3 || count > OBSERVED_RECORDS_MAX) return null
  const records: ObservedRecord[] = []
  for (let index = 0; index < count; index++) {
    const record = readRecord(reader)
    if (record === null) return null
    records.push(record)
  }
  return { known: (flags & 1) !== 0, isBlock: (flags & 2) !== 0, copies, records }
}

function readRecord(reader: Reader): ObservedRecord | null {
  const event = EVENTS[reader.u8()]
  const tNs = reader.u64()
  const marked = reader.u8()
  if (event === undefined || marked > 1) return null
  const from = marked === 0 ? null : reader.peer()
  const [bytes, queue, check] = [reader.u32(), reader.u32(), reader.u32()]
  const length = reader.u8()
  if (length > REASON_BYTES_MAX) return null
  const reason = String.fromCharCode(...reader.take(length))
  if (!/^[\x20-\x7e]*$/.test(reason)) return null
  return {
    event,
    tNs,
    from,
    bytes,
    queueUs: queue === UNKNOWN ? null : queue,
    checkUs: check === UNKNOWN ? null : check,
    reason: reason === '' ? null : reason,
  }
}

/** Reads on past the end as zeros, and is never done then: whoever reads too much finds out once, at the end. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isDone(): boolean {
    return this.#at === this.#bytes.byteLength
  }

  u8(): number {
    return this.#bytes[this.#step(1)] ?? 0
  }

  u32(): number {
    const at = this.#step(4)
    return at + 4 <= this.#bytes.byteLength ? this.#view.getUint32(at, true) : 0
  }

  u64(): bigint {
    const at = this.#step(8)
    return at + 8 <= this.#bytes.byteLength ? this.#view.getBigUint64(at, true) : 0n
  }

  take(count: number): Uint8Array {
    const at = this.#step(count)
    return this.#bytes.slice(at, at + count)
  }

  peer(): PeerId {
    const key = this.take(32)
    return peerIdOfKey(key.byteLength === 32 ? key : new Uint8Array(32))
  }

  #step(count: number): number {
    const at = this.#at
    this.#at += count
    return at
  }
}

function keyBytes(peer: PeerId): Uint8Array {
  const key = keyOfPeerId(peer)
  assert(key !== null, 'a way is made of nodes with Ed25519 keys')
  return key
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, Math.min(value, UNKNOWN), true)
  return out
}

function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}
