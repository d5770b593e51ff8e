/**
 * The secret from which a node's peer id follows: 32 bytes as 64 hex digits and a newline, in a file that only its
 * owner may read. A file that is there but unusable is an error, never a reason to make another: a node that silently
 * changes its identity loses its standing with every peer, and its operator the chance to mend a typing error in a
 * path.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { assert } from '../../lib/assert.ts'
import { fromHex, toHex } from '../../lib/bytes.ts'
import { createFileAtomically } from './atomic-file.ts'
import { makeDirectory } from './make-directory.ts'

/** Bytes of the secret. */
export const IDENTITY_BYTES = 32
const FILE_BYTES_MAX = 2 * IDENTITY_BYTES + 2

export type IdentityOutcome =
  | { readonly ok: true; readonly secret: Uint8Array; readonly created: boolean }
  | {
      readonly ok: false
      readonly kind: 'readable-by-others' | 'foreign-owner' | 'malformed' | 'unreadable' | 'unwritable'
      readonly message: string
      readonly hint: string
    }

/**
 * Reads the identity, or creates it where there is no file. Never rejects.
 * @param freshSecret 32 random bytes, used only when the file is created
 */
export async function loadOrCreateIdentity(path: string, freshSecret: () => Uint8Array): Promise<IdentityOutcome> {
  const found = await readIdentity(path)
  if (found !== 'missing') return found
  const secret = freshSecret()
  assert(secret.byteLength === IDENTITY_BYTES, 'an identity is 32 bytes')
  try {
    makeDirectory(dirname(path))
    await createFileAtomically(path, `${toHex(secret)}\n`)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      // Another process was faster: the identity is the one on the disk.
      const theirs = await readIdentity(path)
      if (theirs !== 'missing') return theirs
    }
    return fail(
      'unwritable',
      `the identity file ${path} cannot be written: ${textOf(error)}`,
      'check owner, mode and free space of the directory',
    )
  }
  return { ok: true, secret, created: true }
}

async function readIdentity(path: string): Promise<IdentityOutcome | 'missing'> {
  let text: string
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const stat = await file.stat()
      if ((stat.mode & 0o077) !== 0)
        return fail(
          'readable-by-others',
          `the identity file ${path} may be read by others (mode ${(stat.mode & 0o777).toString(8)})`,
          `chmod 600 ${path}`,
        )
      if (process.getuid !== undefined && stat.uid !== process.getuid())
        return fail(
          'foreign-owner',
          `the identity file ${path} belongs to user ${stat.uid}`,
          `chown it to the user of the node`,
        )
      if (stat.size > FILE_BYTES_MAX) return malformed(path)
      text = await file.readFile('latin1')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'missing'
    const why = codeOf(error) === 'ELOOP' ? 'it is a symbolic link' : textOf(error)
    return fail(
      'unreadable',
      `the identity file ${path} cannot be read: ${why}`,
      'restore it from a backup, or move it away to get a new identity',
    )
  }
  const secret = fromHex(text.replace(/\r?\n$/, ''))
  if (secret?.byteLength !== IDENTITY_BYTES) return malformed(path)
  return { ok: true, secret, created: false }
}

function malformed(path: string): IdentityOutcome {
  return fail(
    'malformed',
    `the identity file ${path} does not hold 64 hex digits`,
    'restore it from a backup, or move it away to get a new identity',
  )
}

function fail(kind: Extract<IdentityOutcome, { ok: false }>['kind'], message: string, hint: string): IdentityOutcome {
  return { ok: false, kind, message, hint }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error'
}
