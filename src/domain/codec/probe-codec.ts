/**
 * The `probe` request protocol (PROTOCOL.md, Request protocols), all of fixed size:
 *
 * ```
 * request  0x00 ping: nonce u64 · flags u8 (1: you are suspected) · status     0x01 help: nonce u64 · target[32] · patience u16 (ms)
 * answer   0x00 ack: nonce u64 · status      0x01 nack: nonce u64 (it did not answer me either)
 *          0x02 stranger: nonce u64 (it is no neighbour of mine, so I cannot tell)
 * status   incarnation u64 · seq u64 · head height u64 · head hash[32]
 * ```
 * A ping and its ack carry both heads and versions of records, so neighbours know of each other's at once and records need not be
 * published for each block. An ack to a help carries the helper's own status.
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
  | { readonly kind: 'ping'; readonly nonce: number; readonly isSuspected: boolean; readonly status: ProbeStatus }
  /** "Ping that one for me, and wait this long." */
  | { readonly kind: 'help'; readonly nonce: number; readonly targetKey: Uint8Array; readonly patienceMs: number }

export type ProbeAnswer =
  | { readonly kind: 'ack'; readonly nonce: number; readonly status: ProbeStatus }
  | { readonly kind: 'nack'; readonly nonce: number }
  | { readonly kind: 'stranger'; readonly nonce: number }

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
  const nonce = numberAt(bytes, 1)
  if (bytes[0] === 0 && bytes.byteLength === PING_BYTES) {
    const status = statusAt(bytes, 10)
    const flags = bytes[9] as number
    return status === null || nonce === null || flags > 1
      ? null
      : { kind: 'ping', nonce, isSuspected: flags === 1, status }
  }
  if (bytes[0] !== 1 || bytes.byteLength !== HELP_BYTES || nonce === null) return null
  const patienceMs = (bytes[41] as number) | ((bytes[42] as number) << 8)
  return { kind: 'help', nonce, targetKey: bytes.slice(9, 41), patienceMs }
}

/** Null where the bytes are no answer. */
export function decodeProbeAnswer(bytes: Uint8Array): ProbeAnswer | null {
  const nonce = numberAt(bytes, 1)
  if (nonce === null) return null
  if (bytes[0] === 0 && bytes.byteLength === ACK_BYTES) {
    const status = statusAt(bytes, 9)
    return status === null ? null : { kind: 'ack', nonce, status }
  }
  if (bytes.byteLength !== NACK_BYTES) return null
  if (bytes[0] === 1) return { kind: 'nack', nonce }
  return bytes[0] === 2 ? { kind: 'stranger', nonce } : null
}

function statusBytes(status: ProbeStatus): Uint8Array {
  const hash = fromHex(status.head.hash)
  assert(hash !== null, 'a hash is hexadecimal')
  return concatBytes(u64(status.incarnation), u64(status.seq), u64(status.head.height), hash)
}

function statusAt(bytes: Uint8Array, at: number): ProbeStatus | null {
  const [incarnation, seq, height] = [numberAt(bytes, at), numberAt(bytes, at + 8), numberAt(bytes, at + 16)]
  if (incarnation === null || seq === null || height === null) return null
  return { incarnation, seq, head: { height, hash: asBlockHash(toHex(bytes.subarray(at + 24, at + STATUS_BYTES))) } }
}

/** The u64 at this place, null where it is beyond 2^53 - 1 or not there. */
function numberAt(bytes: Uint8Array, at: number): number | null {
  if (bytes.byteLength < at + 8) return null
  const value = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, true))
  return Number.isSafeInteger(value) ? value : null
}

function u64(value: number): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, BigInt(value), true)
  return out
}
