/**
 * The strict rule of PROTOCOL.md (Signatures), its parts that are written out here rather than left to a library: rule
 * 1 by noble's point arithmetic, rule 2 by comparing bytes, rule 3 as the equation stands there.
 */
import { toHex } from '../../lib/bytes.ts'
import { Point } from '@noble/ed25519'

export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64

/** The order of the prime subgroup, L = 2^252 + 27742317777372353535851937790883648493 (RFC 8032, 5.1). */
export const GROUP_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

/**
 * Rule 1: the point that 32 bytes encode canonically, or null unless it is of the prime-order subgroup and not the
 * identity.
 */
export function decodePublicKey(publicKey: Uint8Array): Point | null {
  let point: Point
  try {
    // Not zip215: y must be below p and x = 0 has no sign, so every point has one encoding. It throws for anything
    // else.
    point = Point.fromBytes(publicKey, false)
  } catch {
    return null
  }
  return !point.is0() && point.isTorsionFree() ? point : null
}

/**
 * Rule 2 on exactly 64 bytes R ‖ S: S < L and R is not the identity's encoding (01 00 … 00, that is r = 0, with which
 * the holder of a key could sign without chance).
 */
export function isScalarReducedAndRNotIdentity(signature: Uint8Array): boolean {
  return littleEndian(signature.subarray(32)) < GROUP_ORDER && !isIdentityEncoding(signature.subarray(0, 32))
}

/**
 * Rule 3: ENC(S·B − k·A) = R, on 64 bytes that rule 2 has passed and a key that rule 1 has passed. `challenge` is
 * SHA-512(R ‖ A ‖ message). The left side lies in the prime-order subgroup and its encoding is canonical, so an R that
 * is not fails.
 */
export function equationHolds(point: Point, challenge: Uint8Array, signature: Uint8Array): boolean {
  const s = littleEndian(signature.subarray(32))
  const k = littleEndian(challenge) % GROUP_ORDER
  // Variable time is right here: nothing of this is secret.
  const encoded = Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k)).toBytes()
  for (let i = 0; i < 32; i++) if (encoded[i] !== signature[i]) return false
  return true
}

function isIdentityEncoding(encoded: Uint8Array): boolean {
  if (encoded[0] !== 1) return false
  for (let i = 1; i < encoded.byteLength; i++) if (encoded[i] !== 0) return false
  return true
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes.toReversed())}`)
}
