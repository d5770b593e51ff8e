/** Signed suspicions (SIGNED_SUSPICION in formats.ts), all of fixed size, with the rules for their values. */
import { concatBytes } from '../../lib/bytes.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { peerIdOfKey, type Suspicion, type SuspicionDraft } from '../record.ts'
import { SIGNED_SUSPICION, SUSPICION_BODY } from './formats.ts'

/** The signature comes first. */
const BODY_AT = 64

export function encodeSuspicionBody(draft: SuspicionDraft): Uint8Array {
  return SUSPICION_BODY.encode({
    target: draft.targetKey,
    incarnation: BigInt(draft.incarnation),
    seq: BigInt(draft.seq),
    accuser: draft.accuserKey,
    time: BigInt(draft.timeMs),
  })
}

export function encodeSuspicion(body: Uint8Array, signature: Uint8Array): Uint8Array {
  return concatBytes(signature, body)
}

/** Null where the bytes are no suspicion. @param prefix `signingPrefix('hearsay/suspicion/1', networkId)` */
export function decodeSuspicion(bytes: Uint8Array, prefix: Uint8Array): Suspicion | null {
  const read = SIGNED_SUSPICION.decode(bytes)
  if (read === null) return null
  const { target, accuser, incarnation, seq, time } = read.body
  // Numbers beyond 2^53 would lose bits in a double, and two versions become one.
  for (const number of [incarnation, seq, time]) if (number > BigInt(Number.MAX_SAFE_INTEGER)) return null
  return {
    targetKey: target,
    accuserKey: accuser,
    target: peerIdOfKey(target),
    accuser: peerIdOfKey(accuser),
    incarnation: Number(incarnation),
    seq: Number(seq),
    timeMs: Number(time),
    hash: sha256Hex(bytes),
    bytes,
    signedBytes: concatBytes(prefix, bytes.subarray(BODY_AT)),
    signature: read.signature,
  }
}
