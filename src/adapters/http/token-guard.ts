import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * Whether an `Authorization` header carries the token: `Bearer <token>`, nothing else. Compares hashes, so that neither content nor length
 * of the token shows in the time it takes.
 */
export function createTokenGuard(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token)
  return (authorization) => {
    const [, given] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization ?? '') ?? []
    return given !== undefined && timingSafeEqual(digest(given), expected)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
