/** Signing by node:crypto: OpenSSL's Ed25519 is constant-time and deterministic (RFC 8032). */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { assert } from '../../lib/assert.ts'
import type { Signer } from '../../ports/signer.ts'

/** DER of PKCS #8 for Ed25519 up to the 32 bytes of the secret (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** @param secret 32 bytes */
export function createSigner(secret: Uint8Array): Signer {
  assert(secret.byteLength === 32, 'a secret is 32 bytes')
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const publicKey = new Uint8Array(spki.subarray(spki.byteLength - 32))
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, key)) }
}
