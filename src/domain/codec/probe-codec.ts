/**
 * The `probe` request protocol (PROTOCOL.md, Request protocols), all of fixed size:
 *
 * ```
 * request  0x00 ping: nonce u64 · flags u8 (1: you are suspected) · status
 *          0x01 help: nonce u64 · target[32] · patience u16 (ms)
 * answer   0x00 ack: nonce u64 · status
 *          0x01 nack: nonce u64 (it did not answer me either)
 *          0x02 stranger: nonce u64 (it is no neighbour of mine, so I cannot tell)
 * status   incarnation u64 · seq u64 · head height u64 · head hash[32]
 * ```
 * A ping and its ack carry both heads and versions of records, so neighbours know of each other's at once and records
 * need not be published for each block. An ack to a help carries the helper's own status. A nonce is any u64, which the
 * answer repeats; the numbers of a status are at most 2^53 - 1, as in records and headers.
 */
import { concatBytes, fromHex, toHex } from '../../lib/bytes.ts'
import { assert } from '../../lib/assert.ts'
import { asBlockHash, type BlockHash } from '../ids.ts'

export interface ProbeStatus {
  readonly incarnation: number
  readonly seq: number
  readonly head: { readonly height: number; readonly hash: BlockHash }
}

export type ProbeRequest =
  | { readonly kind: 'ping'; readonly nonce: bigint; readonly isSuspected: boolean; readonly status: ProbeStatus }
  /** "Ping that one for me, and wait this long." */
  | { readonly kind: 'help'; readonly nonce: bigint; readonly targetKey: Uint8Array; readonly patienceMs: number }

export type ProbeAnswer =
  | { readonly kind: 'ack'; readonly nonce: bigint; readonly status: ProbeStatus }
  | { readonly kind: 'nack'; readonly nonce: bigint }
  | { readonly kind: 'stranger'; readonly nonce: bigint }

const STATUS_BYTES = 56
const PING_BYTES = 1 + 8 + 1 + STATUS_BYTES
const HELP_BYTES = 1 + 8 + 32 + 2
const ACK_BYTES = 1 + 8 + STATUS_BYTES
const NACK_BYTES = 1 + 8

export function encodeProbeRequest(request: ProbeRequest): Uint8Array {
  if (request.kind === 'ping')
    return concatBytes(
      Uint8Array.of(0),
      u64(request.nonce),
      Uint8Array.of(request.isSuspected ? 1 : 0),
      statusBytes(request.status),
    )
  const patience = Uint8Array.of(request.patienceMs & 0xff, request.patienceMs >> 8)
  return concatBytes(Uint8Array.of(1), u64(request.nonce), request.targetKey, patience)
}

export function encodeProbeAnswer(answer: ProbeAnswer): Uint8Array {
  if (answer.kind === 'ack') return concatBytes(Uint8Array.of(0), u64(answer.nonce), statusBytes(answer.status))
  return concatBytes(Uint8Array.of(answer.kind === 'nack' ? 1 : 2), u64(answer.nonce))
}

/** Null where the bytes are no request. */
export function decodeProbeRequest(bytes: Uint8Array): ProbeRequest | null {
  if (bytes[0] === 0 && bytes.byteLength === PING_BYTES) {
    const status = statusAt(bytes, 10)
    const flags = bytes[9] as number
    return status === null || flags > 1
      ? null
      : { kind: 'ping', nonce: u64At(bytes, 1), isSuspected: flags === 1, status }
  }
  if (bytes[0] !== 1 || bytes.byteLength !== HELP_BYTES) return null
  const patienceMs = (bytes[41] as number) | ((bytes[42] as number) << 8)
  return { kind: 'help', nonce: u64At(bytes, 1), targetKey: bytes.slice(9, 41), patienceMs }
}

/** Null where the bytes are no answer. */
export function decodeProbeAnswer(bytes: Uint8Array): ProbeAnswer | null {
  if (bytes[0] === 0 && bytes.byteLength === ACK_BYTES) {
    const status = statusAt(bytes, 9)
    return status === null ? null : { kind: 'ack', nonce: u64At(bytes, 1), status }
  }
  if (bytes.byteLength !== NACK_BYTES) return null
  const nonce = u64At(bytes, 1)
  if (bytes[0] === 1) return { kind: 'nack', nonce }
  return bytes[0] === 2 ? { kind: 'stranger', nonce } : null
}

function statusBytes(status: ProbeStatus): Uint8Array {
  const hash = fromHex(status.head.hash)
  assert(hash !== null, 'a hash is hexadecimal')
  const { incarnation, seq, head } = status
  return concatBytes(u64(BigInt(incarnation)), u64(BigInt(seq)), u64(BigInt(head.height)), hash)
}

function statusAt(bytes: Uint8Array, at: number): ProbeStatus | null {
  const [incarnation, seq, height] = [numberAt(bytes, at), numberAt(bytes, at + 8), numberAt(bytes, at + 16)]
  if (incarnation === null || seq === null || height === null) return null
  return { incarnation, seq, head: { height, hash: asBlockHash(toHex(bytes.subarray(at + 24, at + STATUS_BYTES))) } }
}

/** The u64 at this place as a number, null where it is beyond 2^53 - 1: then two of them could become one. */
function numberAt(bytes: Uint8Array, at: number): number | null {
  const value = u64At(bytes, at)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null
}

function u64At(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true)
}

function u64(value: bigint): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, value, true)
  return out
}
