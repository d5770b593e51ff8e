/**
 * Accounts of the kit's network whose keys break rule 1 of Signatures, and transactions of theirs that a laxer
 * verifier takes: the cofactorless equation holds for each of them. They are funded, so that nothing but the rule
 * stands in their way.
 */
import { asAccountId, type AccountId } from '../domain/ids.ts'
import { assert } from '../lib/assert.ts'
import { toHex } from '../lib/bytes.ts'
import { craft, finish, NON_CANONICAL_SMALL_ORDER, SMALL_ORDER_ENCODINGS, type Crafted } from './torsion.ts'

export interface StrangeKey {
  readonly id: string
  /** As it follows "an account whose key". */
  readonly what: string
  readonly publicKey: Uint8Array
  /** A signature over `message` for which the cofactorless equation holds. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** The scalar of mixed keys: any number will do. */
const SCALAR = 0x5eed_5eed_5eedn
/** Nonces that are tried until the equation holds: one in eight does. */
const TRIES = 512

function lucky(make: (r: bigint) => Crafted, isRight: (crafted: Crafted) => boolean): Uint8Array {
  for (let r = 1n; r <= TRIES; r++) {
    const crafted = make(r)
    if (isRight(crafted)) return crafted.signature
  }
  assert(false, 'one nonce in eight gives such a signature')
}

/** A = a·B + i·T. */
const withTorsion = (id: string, what: string, a: bigint, i: number): StrangeKey => ({
  id,
  what,
  publicKey: craft({ a, i, r: 1n, message: new Uint8Array(0) }).publicKey,
  sign: (message) =>
    lucky(
      (r) => craft({ a, i, r, message }),
      ({ challenge }) => (Number(challenge % 8n) * i) % 8 === 0,
    ),
})

/** Another encoding of the identity: the equation holds for every nonce. */
const ofEncoding = (id: string, what: string, publicKey: Uint8Array): StrangeKey => ({
  id,
  what,
  publicKey,
  sign: (message) => {
    const { signature } = craft({ a: 0n, r: 7n, message })
    return finish({ publicKey, encodedR: signature.subarray(0, 32), a: 0n, r: 7n, message }).signature
  },
})

function encodingOf(name: string): Uint8Array {
  const found = [...SMALL_ORDER_ENCODINGS, ...NON_CANONICAL_SMALL_ORDER].find((encoding) => encoding.name === name)
  assert(found !== undefined, `there is an encoding ${name}`)
  return found.bytes
}

export const STRANGE_KEYS: readonly StrangeKey[] = [
  ofEncoding('identity', 'is the identity', encodingOf('0·T')),
  withTorsion('order-8', 'is a point of order 8', 0n, 1),
  withTorsion('mixed', 'has a part of order 8 beside one of prime order', SCALAR, 1),
  withTorsion('mixed-2', 'has a part of order 2 beside one of prime order', SCALAR, 4),
  ofEncoding('encoding', 'is an encoding of the identity with y above the field', encodingOf('y = p + 1')),
]

export function strangeAccount({ publicKey }: StrangeKey): AccountId {
  return asAccountId(toHex(publicKey))
}

/** A signature of an honest key whose R has a part of small order: only the equation with the cofactor holds. */
export function cofactored(scalar: bigint, message: Uint8Array): Uint8Array {
  return craft({ a: scalar, r: 11n, j: 1, message }).signature
}

/** A signature of an honest key whose R is the identity: both equations hold. */
export function identityR(scalar: bigint, message: Uint8Array): Uint8Array {
  return craft({ a: scalar, r: 0n, message }).signature
}

/** Another valid signature of an honest key: with a nonce of its own choice. */
export function otherNonce(scalar: bigint, message: Uint8Array): Uint8Array {
  return craft({ a: scalar, r: 13n, message }).signature
}
