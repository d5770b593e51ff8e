/**
 * Keys and signatures of accounts: Ed25519 (RFC 8032) by @noble/ed25519, which needs no binary. A secret is the 32-byte
 * seed of RFC 8032, never the expanded key.
 */
import { getPublicKey, hashes, sign as nobleSign } from '@noble/ed25519'
import { assert } from '../lib/assert.ts'
import { sha512Of } from '../lib/hash.ts'

export const SECRET_BYTES = 32

// noble's synchronous functions need a SHA-512; the native one is several times as fast as one in JavaScript.
hashes.sha512 = (message) => sha512Of([message])

export interface KeyPair {
  /** 32 bytes: whoever has them signs for the account. */
  readonly secret: Uint8Array
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/**
 * A new key from 32 bytes of a cryptographic random source. The bytes are copied, the caller may wipe its own. Bytes
 * that are all equal are what a broken source gives, and throw.
 */
export function keyPairFromRandom(random: Uint8Array): KeyPair {
  assert(random.byteLength === SECRET_BYTES, 'a key is made from 32 random bytes')
  assert(
    random.some((byte) => byte !== random[0]),
    'the random source works',
  )
  return keyPairOf(random)
}

/** The key pair of a secret of exactly 32 bytes, which is copied. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  return { secret: Uint8Array.from(secret), publicKey: publicKeyOf(secret) }
}

/**
 * The public key, 32 bytes, of a secret of exactly 32 bytes. Always valid by rule 1 of PROTOCOL.md: a multiple of the
 * base point.
 */
export function publicKeyOf(secret: Uint8Array): Uint8Array {
  assert(secret.byteLength === SECRET_BYTES, 'a secret has 32 bytes')
  return getPublicKey(secret)
}

/**
 * The signature R ‖ S, 64 bytes, over `message`: for an object of the network its signed bytes (tag ‖ 0x00 ‖
 * networkId ‖ SSZ). The same message gives the same signature. About 0.3 ms.
 */
export function sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  assert(secret.byteLength === SECRET_BYTES, 'a secret has 32 bytes')
  return nobleSign(message, secret)
}
