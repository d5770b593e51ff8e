/** What takes the place of signer.ts in a page (scripts/build.js): @noble/ed25519, with the same result. */
import { getPublicKey, hashes, sign } from '@noble/ed25519'
import { assert } from '../../lib/assert.ts'
import { sha512Of } from '../../lib/hash.ts'
import type { Signer } from '../../ports/signer.ts'

hashes.sha512 = (message) => sha512Of([message])

/** @param secret 32 bytes */
export function createSigner(secret: Uint8Array): Signer {
  assert(secret.byteLength === 32, 'a secret is 32 bytes')
  const own = Uint8Array.from(secret)
  return { publicKey: getPublicKey(own), sign: (message) => sign(message, own) }
}
