/**
 * Files that somebody else may have put there. A home is found by walking up from wherever the user happens to be: a
 * cloned repository, an unpacked archive, a folder that several people share. So what lies in it is a stranger's until
 * owner, mode and place say otherwise:
 *
 * - every folder from the home down to the file, and the file itself, belong to the user or to root, and nobody else
 *   may write to them;
 * - nothing on the way is a symbolic link, and the path does not leave the home;
 * - a file with a secret may be read by nobody else;
 * - it is a regular file of a bounded size, and what is judged is the file that is read (the open one, not its name).
 *
 * The home's own parent is not judged: who may write there can put another home in its place, but none that is the
 * user's. What in the file is believed is judged by whoever parses it (SECURITY.md, Files that a command reads).
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync, type Stats } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

export interface Distrust {
  readonly kind:
    | 'missing'
    | 'not-owned'
    | 'open-to-others'
    | 'symbolic-link'
    | 'outside'
    | 'not-a-file'
    | 'too-large'
    | 'unreadable'
    | 'malformed'
  /** One sentence. */
  readonly message: string
  /** What to do next. */
  readonly hint: string
}

export type Trusted<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly distrust: Distrust }

export interface TrustOptions {
  /** Nobody else may read it either. */
  readonly secret: boolean
}

/** A file of the home that was opened and judged. Whoever gets it closes it. */
export interface TrustedFile {
  readonly descriptor: number
  readonly sizeBytes: number
}

const OTHERS_WRITE = 0o022
const OTHERS_ANYTHING = 0o077
const ELSEWHERE = 'name another folder with --home'

/**
 * The path with every symbolic link followed: what a user named is the user's word. The path as it is where there is
 * nothing.
 */
export function realHome(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

/** Whether the folder is the user's or root's, a folder and no link, and writable for nobody else. */
export function judgeFolder(path: string): Distrust | null {
  let found: Stats
  try {
    found = lstatSync(path)
  } catch (error) {
    return unreadable(path, error)
  }
  if (found.isSymbolicLink())
    return refuse('symbolic-link', `${path} is a symbolic link`, `what lies behind it was never named: ${ELSEWHERE}`)
  if (!found.isDirectory()) return refuse('not-a-file', `${path} is not a folder`, ELSEWHERE)
  return judgeOwnerAndMode(path, found, OTHERS_WRITE)
}

/**
 * Opens a file inside of `home`, which is judged with it.
 * @param home a path without symbolic links (realHome)
 * @param path absolute, or relative to the home
 */
export function openTrusted(home: string, path: string, { secret }: TrustOptions): Trusted<TrustedFile> {
  const inside = insideOf(home, path)
  if (inside === null)
    return no(
      refuse('outside', `${path} lies outside of ${home}`, `a file of a home names none elsewhere: ${ELSEWHERE}`),
    )
  let at = home
  for (const step of ['', ...inside.slice(0, -1)]) {
    at = join(at, step)
    const distrust = judgeFolder(at)
    if (distrust !== null) return no(distrust)
  }
  const file = join(home, ...inside)
  let descriptor: number
  try {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    return no(unreadable(file, error))
  }
  const found = fstatSync(descriptor)
  const distrust = found.isFile()
    ? judgeOwnerAndMode(file, found, secret ? OTHERS_ANYTHING : OTHERS_WRITE)
    : refuse('not-a-file', `${file} is not a regular file`, `remove it, or ${ELSEWHERE}`)
  if (distrust === null) return { ok: true, value: { descriptor, sizeBytes: found.size } }
  closeSync(descriptor)
  return no(distrust)
}

/** The text of a file inside of `home`, at most `bytesMax` bytes of it. */
export function readTrusted(home: string, path: string, bytesMax: number, options: TrustOptions): Trusted<string> {
  const opened = openTrusted(home, path, options)
  if (!opened.ok) return opened
  const { descriptor } = opened.value
  try {
    const bytes = readAtMost(descriptor, bytesMax)
    return bytes === null
      ? no(refuse('too-large', `${resolve(home, path)} has more than ${bytesMax} bytes`, `remove it, or ${ELSEWHERE}`))
      : { ok: true, value: bytes.toString('utf8') }
  } catch (error) {
    return no(unreadable(resolve(home, path), error))
  } finally {
    closeSync(descriptor)
  }
}

/** All that an open file holds; null where it is more than `bytesMax` bytes. A device would never end. */
export function readAtMost(descriptor: number, bytesMax: number): Buffer | null {
  const buffer = Buffer.alloc(bytesMax + 1)
  let size = 0
  for (;;) {
    const read = readSync(descriptor, buffer, size, buffer.byteLength - size, null)
    size += read
    if (size > bytesMax) return null
    if (read === 0) return buffer.subarray(0, size)
  }
}

/** What is wrong with the content of a file, in the same form. */
export function malformed(path: string, detail: string): Distrust {
  return refuse('malformed', `${path} ${detail}`, `remove it, or ${ELSEWHERE}`)
}

/**
 * Whether the user or root owns something, who can do as they like anyway. Where there are no user ids everything is
 * the user's.
 */
export function isOwnerTrusted(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid() || uid === 0
}

/** The steps from the home to the path; null where it does not lie inside. */
export function insideOf(home: string, path: string): readonly string[] | null {
  const way = relative(home, resolve(home, path))
  return way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) || way.includes('\0')
    ? null
    : way.split(sep)
}

function judgeOwnerAndMode(path: string, { uid, mode }: Stats, forbidden: number): Distrust | null {
  if (!isOwnerTrusted(uid))
    return refuse(
      'not-owned',
      `${path} belongs to another user (${uid})`,
      `run the command as that user, or ${ELSEWHERE}`,
    )
  // Where there are no user ids there are no such modes either.
  if (process.geteuid === undefined || (mode & forbidden) === 0) return null
  const isRead = (mode & OTHERS_WRITE) === 0
  return refuse(
    'open-to-others',
    `others may ${isRead ? 'read' : 'write to'} ${path} (mode ${(mode & 0o7777).toString(8)})`,
    `if it is yours: chmod ${isRead ? 'go-rwx' : 'go-w'} ${path}; if you did not put it there, remove it or ${ELSEWHERE}`,
  )
}

function unreadable(path: string, error: unknown): Distrust {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  if (code === 'ENOENT' || code === 'ENOTDIR') return refuse('missing', `${path} does not exist`, ELSEWHERE)
  if (code === 'ELOOP') return refuse('symbolic-link', `${path} is a symbolic link`, `remove it, or ${ELSEWHERE}`)
  return refuse('unreadable', `${path} can't be read (${code})`, ELSEWHERE)
}

function refuse(kind: Distrust['kind'], message: string, hint: string): Distrust {
  return { kind, message, hint }
}

function no(distrust: Distrust): { readonly ok: false; readonly distrust: Distrust } {
  return { ok: false, distrust }
}
