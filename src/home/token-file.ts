/**
 * Tokens: 64 hex digits in a file of their owner. Nothing else is ever taken for one, so that no other secret is sent
 * in its place.
 */
import { closeSync, openSync } from 'node:fs'
import { TOKEN_FILE_BYTES_MAX } from './limits.ts'
import { malformed, readAtMost, readTrusted, type Trusted } from './trusted-file.ts'

/** The token in a file of the home: its owner's alone. */
export function readToken(home: string, path: string): Trusted<string> {
  const text = readTrusted(home, path, TOKEN_FILE_BYTES_MAX, { secret: true })
  if (!text.ok) return text
  const token = tokenIn(text.value)
  return token === null ? { ok: false, distrust: malformed(path, 'does not hold a token') } : { ok: true, value: token }
}

/** The token in a file that the user named, whoever owns it; null where it holds none. Throws the system's error. */
export function readNamedToken(path: string): string | null {
  const descriptor = openSync(path, 'r')
  try {
    const bytes = readAtMost(descriptor, TOKEN_FILE_BYTES_MAX)
    return bytes === null ? null : tokenIn(bytes.toString('latin1'))
  } finally {
    closeSync(descriptor)
  }
}

function tokenIn(text: string): string | null {
  const token = text.replace(/\r?\n$/, '')
  return /^[0-9a-f]{64}$/.test(token) ? token : null
}
