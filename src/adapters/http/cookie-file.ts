/**
 * The token that writes need, in `<datadir>/.cookie`: whoever may read the node's files may write through its API. 64
 * hex digits, mode 0600, new with each start, gone at exit (the way of bitcoind).
 */
import { readFileSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { assert } from '../../lib/assert.ts'
import { toHex } from '../../lib/bytes.ts'

/** Name of the file in a node's data directory. */
export const COOKIE_FILE_NAME = '.cookie'
const TOKEN_BYTES = 32

export interface Cookie {
  readonly token: string
  /** Removes the file if it still is this cookie's. Synchronous, so that it can run while the process exits. */
  remove(): void
}

/**
 * Writes a new cookie over an old one. Rejects with the system's error.
 * @param random 32 random bytes
 */
export async function writeCookie(path: string, random: Uint8Array): Promise<Cookie> {
  assert(random.byteLength === TOKEN_BYTES, 'a token is 32 bytes')
  const token = toHex(random)
  // Beside and renamed: no reader sees half a token, and an old file with a wider mode does not pass it on. Not synced:
  // it is worthless after the next start.
  const beside = `${path}.${process.pid}`
  rmSync(beside, { force: true })
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.writeFile(`${token}\n`)
  } finally {
    await file.close()
  }
  await rename(beside, path)
  return {
    token,
    remove: () => {
      removeOwn(path, token)
    },
  }
}

/** A node that was started meanwhile on the same directory has its own cookie there, which stays. */
function removeOwn(path: string, token: string): void {
  try {
    if (readFileSync(path, 'latin1') === `${token}\n`) rmSync(path, { force: true })
  } catch {
    // It is gone already.
  }
}
