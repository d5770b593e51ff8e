/**
 * The portable implementation: the rule written out on @noble/ed25519's points, for machines without a libsodium binary
 * and for the public library. About 1.2 ms a signature and 0.9 ms a new key.
 *
 * noble's own `verify` is not used: it follows ZIP-215, as its documentation says, which is another rule than ours.
 */
import type { Point } from '@noble/ed25519'
import { sha512Of } from '../../lib/hash.ts'
import type { SignatureCheck, SignatureVerifier } from '../../ports/signature-verifier.ts'
import { firstInvalidBy } from './first-invalid.ts'
import { KeyCache, type KeyCacheLimits } from './key-cache.ts'
import { decodePublicKey, equationHolds, isScalarReducedAndRNotIdentity, SIGNATURE_BYTES } from './strict-rule.ts'

export function createNobleVerifier(limits?: KeyCacheLimits): SignatureVerifier {
  const keys = new KeyCache<Point>(decodePublicKey, limits)
  let verifications = 0

  const verify = ({ publicKey, message, signature }: SignatureCheck): boolean => {
    if (signature.byteLength !== SIGNATURE_BYTES || !isScalarReducedAndRNotIdentity(signature)) return false
    const point = keys.get(publicKey)
    if (point === null) return false
    verifications++
    return equationHolds(point, sha512Of([signature.subarray(0, 32), publicKey, message]), signature)
  }

  return {
    name: 'noble',
    isValidKey: (publicKey) => keys.get(publicKey) !== null,
    verify,
    firstInvalid: (checks) => firstInvalidBy(verify, checks),
    stats: () => ({ verifications, keyChecks: keys.keyChecks }),
    caches: () => keys.caches(),
  }
}
