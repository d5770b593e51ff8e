/**
 * Files that hold a secret, encrypted or not: made at once and whole, for their owner alone, never over another file;
 * read only when nobody else could have read them (as ssh does with its keys; SECURITY.md: Keys).
 */
import { constants, mkdirSync, statSync } from 'node:fs'
import { link, open, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { utf8 } from '../lib/bytes.ts'
import { makeFolders } from '../lib/make-folders.ts'

/** Our files have under 1 KiB; whatever is larger is something else. */
const SECRET_FILE_BYTES_MAX = 4_096

export type SecretFileFailure =
  | { readonly kind: 'exists'; readonly path: string }
  | { readonly kind: 'not-found'; readonly path: string }
  /** Others may read or write the file (`mode` is its permission bits), or write the directory. */
  | { readonly kind: 'insecure'; readonly path: string; readonly mode: number }
  /** It belongs to another user, who could read it or replace it. */
  | { readonly kind: 'not-owned'; readonly path: string }
  /** It isn't a regular file (a link, a directory, a pipe), or is too large to be one of ours. */
  | { readonly kind: 'not-a-secret-file'; readonly path: string; readonly detail: string }
  /** The system refused; `code` is its name for it, such as ENOSPC. */
  | { readonly kind: 'io'; readonly path: string; readonly code: string }

export type WrittenSecretFile = { readonly ok: true } | { readonly ok: false; readonly failure: SecretFileFailure }

export type ReadSecretFile =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly failure: SecretFileFailure }

/**
 * Writes a new file with mode 0600 and syncs it to disk. It appears under its name whole or not at all, also through a
 * crash: it is written under another name and then linked, and a link never replaces. `unique` makes that other name, a
 * few random characters.
 */
export async function createSecretFile(path: string, text: string, unique: string): Promise<WrittenSecretFile> {
  const temporary = `${path}.${unique}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const file = await open(temporary, flags, 0o600)
    try {
      await file.writeFile(utf8(text))
      await file.sync()
    } finally {
      await file.close()
    }
    await link(temporary, path)
    await syncDirectory(dirname(path))
    return { ok: true }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  } finally {
    // What a failed open has not made can't be removed; the outcome stands in either case.
    await unlink(temporary).catch(() => undefined)
  }
}

/**
 * Reads a file of ours as UTF-8. What is checked is the file that is read: mode, owner and size come from the open
 * handle.
 */
export async function readSecretFile(path: string): Promise<ReadSecretFile> {
  try {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const found = await file.stat()
      if (!found.isFile()) return notOurs(path, 'it is not a regular file')
      if (!isOwnerTrusted(found.uid)) return { ok: false, failure: { kind: 'not-owned', path } }
      if ((found.mode & 0o077) !== 0)
        return { ok: false, failure: { kind: 'insecure', path, mode: found.mode & 0o777 } }
      if (found.size > SECRET_FILE_BYTES_MAX) return notOurs(path, `it has more than ${SECRET_FILE_BYTES_MAX} bytes`)
      const buffer = Buffer.alloc(SECRET_FILE_BYTES_MAX)
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, 0)
      const text = buffer.toString('utf8', 0, bytesRead)
      buffer.fill(0)
      return { ok: true, text }
    } finally {
      await file.close()
    }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

/** Makes the directory (0700, with its parents) or checks the one that is there: ours, and writable for nobody else. */
export async function ensureSecretDirectory(path: string): Promise<WrittenSecretFile> {
  try {
    makeFolders(path, {
      make: (each) => {
        mkdirSync(each, { mode: 0o700 })
      },
      isFolder: (each) => statSync(each, { throwIfNoEntry: false })?.isDirectory() === true,
      above: dirname,
    })
  } catch (error) {
    const failure = failureOf(error, path)
    // A file of that name: the check below says so in better words.
    if (failure.kind !== 'exists') return { ok: false, failure }
  }
  return checkSecretDirectory(path)
}

/**
 * Gives a file another name that none has; both in one folder. Under its old name it is gone when the new one is on the
 * disk.
 */
export async function renameSecretFile(from: string, to: string): Promise<WrittenSecretFile> {
  try {
    // A rename would replace what has the name.
    await link(from, to)
    await syncDirectory(dirname(to))
    await unlink(from)
    await syncDirectory(dirname(from))
    return { ok: true }
  } catch (error) {
    return { ok: false, failure: failureOf(error, existsOf(error) ? to : from) }
  }
}

/** Removes a file for good. */
export async function removeSecretFile(path: string): Promise<WrittenSecretFile> {
  try {
    await unlink(path)
    await syncDirectory(dirname(path))
    return { ok: true }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

function existsOf(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

/**
 * Whether nobody else can put files into the directory: a key that someone slipped in would receive the user's money.
 */
export async function checkSecretDirectory(path: string): Promise<WrittenSecretFile> {
  try {
    const found = await stat(path)
    if (!found.isDirectory()) return notOurs(path, 'it is not a directory')
    if (!isOwnerTrusted(found.uid)) return { ok: false, failure: { kind: 'not-owned', path } }
    if ((found.mode & 0o022) !== 0) return { ok: false, failure: { kind: 'insecure', path, mode: found.mode & 0o777 } }
    return { ok: true }
  } catch (error) {
    return { ok: false, failure: failureOf(error, path) }
  }
}

/** Ours or root's, who can read everything anyway; where there are no user ids, the mode says all there is. */
function isOwnerTrusted(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid() || uid === 0
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function notOurs(path: string, detail: string): { ok: false; failure: SecretFileFailure } {
  return { ok: false, failure: { kind: 'not-a-secret-file', path, detail } }
}

function failureOf(error: unknown, path: string): SecretFileFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  switch (code) {
    case 'EEXIST':
      return { kind: 'exists', path }
    case 'ENOENT':
      return { kind: 'not-found', path }
    case 'ELOOP':
      return { kind: 'not-a-secret-file', path, detail: 'it is a symbolic link' }
    default:
      return { kind: 'io', path, code }
  }
}
