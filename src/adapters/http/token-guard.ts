import { createHash, timingSafeEqual } from 'node:crypto'
import { PROOF_MS, proofTimeMs, readProof } from '../../domain/read-proof.ts'

/**
 * Whether an `Authorization` header carries the token: `Bearer <token>`, nothing else. Compares hashes, so that neither
 * content nor length of the token shows in the time it takes.
 */
export function createTokenGuard(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token)
  return (authorization) => {
    const [, given] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? '') ?? []
    return given !== undefined && timingSafeEqual(digest(given), expected)
  }
}

/**
 * Whether an `Authorization` header proves for this host and path, now, that its sender knows the token
 * (domain/read-proof.ts).
 */
export function createProofGuard(
  token: string,
): (authorization: string | undefined, host: string, path: string, wallMs: number) => boolean {
  return (authorization, host, path, wallMs) => {
    const madeMs = authorization === undefined ? null : proofTimeMs(authorization)
    if (authorization === undefined || madeMs === null || Math.abs(wallMs - madeMs) > PROOF_MS) return false
    return timingSafeEqual(digest(authorization), digest(readProof(token, host, path, madeMs)))
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
