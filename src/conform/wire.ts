/**
 * Protobuf and frames written and read by hand: what is right, and what is wrong in one place. The fields are those of
 * gossipsub's RPC: 1 subscriptions, 2 messages, 3 control; of a message 1 from, 2 data, 3 seqno, 4 topic, 5 signature,
 * 6 key.
 */
import { concatAll, concatBytes, utf8 } from '../lib/bytes.ts'

/** An unsigned varint in the fewest bytes. */
export function varint(value: number): Uint8Array {
  const out: number[] = []
  let left = value
  for (; left > 0x7f; left = Math.floor(left / 128)) out.push((left % 128) | 0x80)
  out.push(left)
  return Uint8Array.from(out)
}

/** A frame: its length and its bytes. */
export function frame(bytes: Uint8Array): Uint8Array {
  return concatBytes(varint(bytes.byteLength), bytes)
}

/** A frame whose length has one byte more than it needs. */
export function paddedFrame(bytes: Uint8Array): Uint8Array {
  const length = varint(bytes.byteLength)
  length[length.byteLength - 1] = (length.at(-1) ?? 0) | 0x80
  return concatBytes(length, Uint8Array.of(0), bytes)
}

/** The frames in these bytes, and what is left behind the last whole one. */
export function framesIn(bytes: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly rest: Uint8Array } {
  const frames: Uint8Array[] = []
  let at = 0
  while (at < bytes.byteLength) {
    const length = varintAt(bytes, at)
    if (length === null || length.next + length.value > bytes.byteLength) break
    frames.push(bytes.slice(length.next, length.next + length.value))
    at = length.next + length.value
  }
  return { frames, rest: bytes.subarray(at) }
}

function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } | null {
  let value = 0
  for (let at = start, unit = 1; at < bytes.byteLength && at < start + 8; at++, unit *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * unit
    if (byte < 0x80) return { value, next: at + 1 }
  }
  return null
}

/** A field with bytes in it. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(varint(number * 8 + 2), frame(bytes))
}

/** A field with a number in it. */
function numberField(number: number, value: number): Uint8Array {
  return concatBytes(varint(number * 8), varint(value))
}

export interface MessageParts {
  readonly topic: string
  /** Absent where null. */
  readonly data: Uint8Array | null
  readonly from?: Uint8Array
  readonly seqno?: Uint8Array
  readonly signature?: Uint8Array
  readonly key?: Uint8Array
}

export interface RpcParts {
  readonly subscribe?: readonly string[]
  readonly unsubscribe?: readonly string[]
  readonly messages?: readonly MessageParts[]
  readonly ihave?: readonly { readonly topic: string; readonly ids: readonly Uint8Array[] }[]
  readonly iwant?: readonly (readonly Uint8Array[])[]
  readonly graft?: readonly string[]
  readonly prune?: readonly string[]
  readonly idontwant?: readonly (readonly Uint8Array[])[]
  /** Fields as they are, behind the others. */
  readonly extra?: Uint8Array
}

/** The bytes of an RPC; nothing is checked. */
export function rpcBytes(parts: RpcParts): Uint8Array {
  const subscriptions = [
    ...(parts.subscribe ?? []).map((topic) => ({ topic, is: 1 })),
    ...(parts.unsubscribe ?? []).map((topic) => ({ topic, is: 0 })),
  ].map(({ topic, is }) => field(1, concatBytes(numberField(1, is), field(2, utf8(topic)))))
  const control = [
    ...(parts.ihave ?? []).map(({ topic, ids }) =>
      field(1, concatAll([field(1, utf8(topic)), ...ids.map((id) => field(2, id))])),
    ),
    ...(parts.iwant ?? []).map((ids) => field(2, concatAll(ids.map((id) => field(1, id))))),
    ...(parts.graft ?? []).map((topic) => field(3, field(1, utf8(topic)))),
    ...(parts.prune ?? []).map((topic) => field(4, concatBytes(field(1, utf8(topic)), numberField(3, 60)))),
    ...(parts.idontwant ?? []).map((ids) => field(5, concatAll(ids.map((id) => field(1, id))))),
  ]
  return concatAll([
    ...subscriptions,
    ...(parts.messages ?? []).map((message) => field(2, messageBytes(message))),
    ...(control.length > 0 ? [field(3, concatAll(control))] : []),
    parts.extra ?? new Uint8Array(0),
  ])
}

function messageBytes({ from, data, seqno, topic, signature, key }: MessageParts): Uint8Array {
  const parts: readonly (readonly [number, Uint8Array | null | undefined])[] = [
    [1, from],
    [2, data],
    [3, seqno],
    [4, utf8(topic)],
    [5, signature],
    [6, key],
  ]
  return concatAll(
    parts.flatMap(([number, bytes]) => (bytes === null || bytes === undefined ? [] : [field(number, bytes)])),
  )
}

/**
 * The fields of a protobuf message in their order; null where the bytes are none. Numbers of fixed width are skipped.
 */
export function fieldsOf(
  bytes: Uint8Array,
): readonly { readonly number: number; readonly bytes: Uint8Array; readonly value: number }[] | null {
  const fields: { number: number; bytes: Uint8Array; value: number }[] = []
  let at = 0
  while (at < bytes.byteLength) {
    const tag = varintAt(bytes, at)
    if (tag === null) return null
    const [number, kind] = [Math.floor(tag.value / 8), tag.value % 8]
    if (kind === 1 || kind === 5) {
      at = tag.next + (kind === 1 ? 8 : 4)
      continue
    }
    const length = varintAt(bytes, tag.next)
    if (length === null || (kind !== 0 && kind !== 2)) return null
    if (kind === 0) {
      fields.push({ number, bytes: new Uint8Array(0), value: length.value })
      at = length.next
    } else {
      at = length.next + length.value
      if (at > bytes.byteLength) return null
      fields.push({ number, bytes: bytes.subarray(length.next, at), value: 0 })
    }
  }
  return fields
}
