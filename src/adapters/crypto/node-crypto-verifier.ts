/**
 * The third opinion, used by tests: rules 1 and 2 written out, rule 3 by node:crypto, whose equation is the
 * cofactorless one, byte for byte, on what rules 1 and 2 leave.
 */
import { createPublicKey, verify as cryptoVerify, type KeyObject } from 'node:crypto'
import type { SignatureCheck, SignatureVerifier } from '../../ports/signature-verifier.ts'
import { firstInvalidBy } from './first-invalid.ts'
import { KeyCache, type KeyCacheLimits } from './key-cache.ts'
import { decodePublicKey, isScalarReducedAndRNotIdentity, SIGNATURE_BYTES } from './strict-rule.ts'

/** DER of SubjectPublicKeyInfo for Ed25519 up to the 32 key bytes (RFC 8410, 4 and 10.1). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export function createNodeCryptoVerifier(limits?: KeyCacheLimits): SignatureVerifier {
  const keys = new KeyCache<KeyObject>(toKeyObject, limits)
  let verifications = 0

  const verify = ({ publicKey, message, signature }: SignatureCheck): boolean => {
    if (signature.byteLength !== SIGNATURE_BYTES || !isScalarReducedAndRNotIdentity(signature)) return false
    const key = keys.get(publicKey)
    if (key === null) return false
    verifications++
    return cryptoVerify(null, message, key, signature)
  }

  return {
    name: 'node-crypto',
    isValidKey: (publicKey) => keys.get(publicKey) !== null,
    verify,
    firstInvalid: (checks) => firstInvalidBy(verify, checks),
    stats: () => ({ verifications, keyChecks: keys.keyChecks }),
    caches: () => keys.caches(),
  }
}

function toKeyObject(publicKey: Uint8Array): KeyObject | null {
  if (decodePublicKey(publicKey) === null) return null
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
}
