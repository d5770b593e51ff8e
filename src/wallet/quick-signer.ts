/**
 * Signing many messages with one key: OpenSSL's Ed25519 by node:crypto, about ten times as fast as @noble/ed25519, with
 * the same result.
 */
import { createPrivateKey, sign } from 'node:crypto'
import { assert } from '../lib/assert.ts'
import { SECRET_BYTES } from './keys.ts'

/** DER of PKCS #8 for Ed25519 up to the 32 bytes of the secret (RFC 8410, 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** What signs messages with `secret`, 32 bytes: 64 bytes of signature by RFC 8032. */
export function quickSigner(secret: Uint8Array): (message: Uint8Array) => Uint8Array {
  assert(secret.byteLength === SECRET_BYTES, 'a secret has 32 bytes')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' })
  return (message) => new Uint8Array(sign(null, message, key))
}
