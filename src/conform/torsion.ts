/**
 * Hostile Ed25519 points and signatures, made from the curve's equations: small-order points, their non-canonical
 * encodings, and signatures whose key or R has a small-order part. Our rule refuses all of them (PROTOCOL.md,
 * Signatures).
 */
import { Point } from '@noble/ed25519'
import { concatBytes } from '../lib/bytes.ts'
import { sha512Of } from '../lib/hash.ts'

const FIELD_PRIME = 2n ** 255n - 19n
export const L = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

export function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

export function bytes32(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse())
}

/**
 * The eight points of small order: index i is i·T for one T of order 8, so index 0 is the identity and 4 is (0, −1).
 */
const TORSION: readonly Point[] = torsionPoints()

function torsionPoints(): Point[] {
  for (let y = 2n; ; y++) {
    let point: Point
    try {
      point = Point.fromBytes(bytes32(y))
    } catch {
      continue
    }
    // L·point has lost its prime-order part.
    const small = point.multiplyUnsafe(L - 1n).add(point)
    if (small.multiplyUnsafe(4n).is0()) continue
    return Array.from({ length: 8 }, (_, i) => small.multiplyUnsafe(BigInt(i)))
  }
}

export interface NamedEncoding {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The canonical encodings of the eight small-order points. */
export const SMALL_ORDER_ENCODINGS: readonly NamedEncoding[] = TORSION.map((point, i) => ({
  name: `${i}·T`,
  bytes: point.toBytes(),
}))

/** All other encodings of a small-order point, none of them canonical: x = 0 with a sign, and y not below p. */
export const NON_CANONICAL_SMALL_ORDER: readonly NamedEncoding[] = [
  { name: 'identity with sign', bytes: encode(1n, true) },
  { name: '(0, -1) with sign', bytes: encode(FIELD_PRIME - 1n, true) },
  { name: 'y = p', bytes: encode(FIELD_PRIME, false) },
  { name: 'y = p with sign', bytes: encode(FIELD_PRIME, true) },
  { name: 'y = p + 1', bytes: encode(FIELD_PRIME + 1n, false) },
  { name: 'y = p + 1 with sign', bytes: encode(FIELD_PRIME + 1n, true) },
]

/**
 * Encodings with p + 2 ≤ y < 2^255: what is left of the non-canonical ones. Ten of the 17 y stand for points, none of
 * them of prime order, so rule 1 would refuse these by their order alone.
 */
export const NON_CANONICAL_OTHERS: readonly NamedEncoding[] = Array.from({ length: 17 }, (_, i) =>
  BigInt(i + 2),
).flatMap((y) => [
  { name: `y = p + ${y}`, bytes: encode(FIELD_PRIME + y, false) },
  { name: `y = p + ${y} with sign`, bytes: encode(FIELD_PRIME + y, true) },
])

function encode(y: bigint, sign: boolean): Uint8Array {
  const bytes = bytes32(y)
  if (sign) bytes[31] = (bytes[31] ?? 0) | 0x80
  return bytes
}

/** A signature and what it is over; the same shape as what verifiers are asked about. */
export interface Crafted {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly challenge: bigint
}

/**
 * A signature with A = a·B + i·T and R = r·B + j·T, S = r + k·a: the cofactored equation always holds, the cofactorless
 * one when k·i + j is divisible by 8. With i = j = 0 and r ≠ 0 it is an ordinary valid signature.
 */
export function craft(options: {
  readonly a: bigint
  readonly i?: number
  readonly r: bigint
  readonly j?: number
  readonly message: Uint8Array
}): Crafted {
  const { a, i = 0, r, j = 0, message } = options
  const publicKey = Point.BASE.multiplyUnsafe(a).add(torsion(i)).toBytes()
  const encodedR = Point.BASE.multiplyUnsafe(r).add(torsion(j)).toBytes()
  return finish({ publicKey, encodedR, a, r, message })
}

/** The same over given encodings of A and R, for those that no point encodes to. */
export function finish(options: {
  readonly publicKey: Uint8Array
  readonly encodedR: Uint8Array
  readonly a: bigint
  readonly r: bigint
  readonly message: Uint8Array
}): Crafted {
  const { publicKey, encodedR, a, r, message } = options
  const challenge = littleEndian(sha512Of([encodedR, publicKey, message])) % L
  const signature = concatBytes(encodedR, bytes32((r + challenge * a) % L))
  return { publicKey, message, signature, challenge }
}

/** `craft` with the first message for which even the cofactorless equation holds, or null when none of 256 does. */
export function craftCofactorless(options: {
  readonly a: bigint
  readonly i: number
  readonly r: bigint
  readonly j: number
}): Crafted | null {
  for (let n = 0; n < 256; n++) {
    const crafted = craft({ ...options, message: Uint8Array.of(n) })
    if ((Number(crafted.challenge % 8n) * options.i + options.j) % 8 === 0) return crafted
  }
  return null
}

/** The signature with S + times·L, which is S again modulo L, or null where that is no 32-byte number. */
export function withScalarPlusL(signature: Uint8Array, times: bigint): Uint8Array | null {
  const s = littleEndian(signature.subarray(32)) + times * L
  return s >= 2n ** 256n ? null : concatBytes(signature.subarray(0, 32), bytes32(s))
}

function torsion(index: number): Point {
  const point = TORSION[index]
  if (point === undefined) throw new Error(`there are eight small-order points, not ${index}`)
  return point
}

/** The scalar of a secret (RFC 8032): half of its SHA-512, with three bits cleared and one set. */
export function scalarOf(secret: Uint8Array): bigint {
  const half = sha512Of([secret]).subarray(0, 32)
  half[0] = (half[0] ?? 0) & 248
  half[31] = ((half[31] ?? 0) & 127) | 64
  return littleEndian(half) % L
}
