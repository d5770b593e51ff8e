/**
 * The node's implementation: libsodium through sodium-native, about 50 µs a signature and 45 µs a new key. Rule 1 is
 * `crypto_core_ed25519_is_valid_point`, rules 2 and 3 are `crypto_sign_verify_detached`. That the bundled version
 * follows the rule is not taken on trust: `findFault` asks it.
 */
import type { SignatureCheck, SignatureVerifier } from '../../ports/signature-verifier.ts'
import { firstInvalidBy } from './first-invalid.ts'
import { KeyCache, type KeyCacheLimits } from './key-cache.ts'
import { SIGNATURE_BYTES } from './strict-rule.ts'

/** The two functions of sodium-native that are used. They read typed arrays where they lie, without copies. */
export interface Libsodium {
  crypto_core_ed25519_is_valid_point(point: Uint8Array): boolean
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

export function createLibsodiumVerifier(sodium: Libsodium, limits?: KeyCacheLimits): SignatureVerifier {
  const keys = new KeyCache<true>(
    (publicKey) => (sodium.crypto_core_ed25519_is_valid_point(unshared(publicKey)) ? true : null),
    limits,
  )
  let verifications = 0

  const verify = ({ publicKey, message, signature }: SignatureCheck): boolean => {
    // Exactly 64 bytes is our rule, whatever a binding makes of others.
    if (signature.byteLength !== SIGNATURE_BYTES) return false
    if (keys.get(publicKey) === null) return false
    verifications++
    return sodium.crypto_sign_verify_detached(unshared(signature), unshared(message), unshared(publicKey))
  }

  return {
    name: 'libsodium',
    isValidKey: (publicKey) => keys.get(publicKey) !== null,
    verify,
    firstInvalid: (checks) => firstInvalidBy(verify, checks),
    stats: () => ({ verifications, keyChecks: keys.keyChecks }),
    caches: () => keys.caches(),
  }
}

/**
 * The bytes in ordinary memory, a copy only where they are shared: bindings have been seen to answer false over a
 * SharedArrayBuffer (this version under Node 24 doesn't), and an honest signature must not depend on that.
 */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : Uint8Array.from(bytes)
}
