/**
 * What takes the place of quick-signer.ts in the library for browsers (scripts/build.js): @noble/ed25519, with the same
 * result.
 */
import { sign } from './keys.ts'

/** What signs messages with `secret`, 32 bytes: 64 bytes of signature by RFC 8032. */
export function quickSigner(secret: Uint8Array): (message: Uint8Array) => Uint8Array {
  const own = Uint8Array.from(secret)
  return (message) => sign(own, message)
}
