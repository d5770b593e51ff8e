/**
 * SSZ of signed suspicions, all of fixed size:
 * ```
 * SignedSuspicion  0 signature[64] · 64 body
 * body             0 target[32] · 32 incarnation · 40 seq · 48 accuser[32] · 80 time
 * ```
 */
import { concatBytes } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { peerIdOfKey, type Suspicion, type SuspicionDraft } from '../record.ts'

const BODY_AT = 64
const BODY_BYTES = 88
const SUSPICION_BYTES = BODY_AT + BODY_BYTES

export function encodeSuspicionBody(draft: SuspicionDraft): Uint8Array {
  const body = new Uint8Array(BODY_BYTES)
  const view = new DataView(body.buffer)
  body.set(draft.targetKey, 0)
  view.setBigUint64(32, BigInt(draft.incarnation), true)
  view.setBigUint64(40, BigInt(draft.seq), true)
  body.set(draft.accuserKey, 48)
  view.setBigUint64(80, BigInt(draft.timeMs), true)
  return body
}

export function encodeSuspicion(body: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(signature, body)
}

/** Null where the bytes are no suspicion. @param prefix `signingPrefix('hearsay/suspicion/1', networkId)` */
export function decodeSuspicion(bytes: Uint8Array, prefix: Uint8Array): Suspicion | null {
  if (bytes.byteLength !== SUSPICION_BYTES) return null
  const body = bytes.subarray(BODY_AT)
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const incarnation = view.getBigUint64(32, true)
  const seq = view.getBigUint64(40, true)
  const time = view.getBigUint64(80, true)
  // Numbers beyond 2^53 would lose bits in a double, and two versions become one.
  for (const number of [incarnation, seq, time]) if (number > BigInt(Number.MAX_SAFE_INTEGER)) return null
  const targetKey = body.subarray(0, 32)
  const accuserKey = body.subarray(48, 80)
  return {
    targetKey,
    accuserKey,
    target: peerIdOfKey(targetKey),
    accuser: peerIdOfKey(accuserKey),
    incarnation: Number(incarnation),
    seq: Number(seq),
    timeMs: Number(time),
    hash: sha256Hex(bytes),
    bytes,
    signedBytes: concatBytes(prefix, body),
    signature: bytes.subarray(0, BODY_AT),
  }
}
