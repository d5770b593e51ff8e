/**
 * Who has a database's directory open: the file OWNER in it, and a table of this process. LevelDB has a lock of its
 * own, and it is not enough: POSIX gives locks to a process, and drops them as soon as that process closes any
 * descriptor of the file. A second opening within one process, which LevelDB refuses, closes one; so does whoever
 * copies the directory. From then on another process would open the same database. And LevelDB knows directories by
 * their spelling. So it is not asked before this says that nobody is there.
 *
 * Rules. A directory is its device and inode, whatever path leads there. An owner counts while its process runs: the
 * same number, started at the same time, since the same start of the machine. What a copy of the directory brought
 * along counts for nothing. Two processes that find the same dead owner at once both come as far as LevelDB's lock,
 * which then decides.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createFileAtomically, writeFileAtomically } from './atomic-file.ts'

/** Name of the file in the database's directory; LevelDB leaves names alone that are not its own. */
export const OWNER_FILE_NAME = 'OWNER'
/** Dead owners that are pushed aside before it is given up: each time another process was faster. */
const ATTEMPTS_MAX = 8

interface Owner {
  /** The directory, as device and inode. */
  readonly directory: string
  readonly pid: number
  /**
   * When the process started, in the system's own unit, and which start of the machine that was; empty where it doesn't
   * say.
   */
  readonly started: string
  readonly boot: string
  /** Chance: tells one opening from the next. */
  readonly opening: string
}

export type Ownership = { readonly ok: true; readonly claim: Claim } | { readonly ok: false; readonly holder: string }

export interface Claim {
  /** LevelDB has given its lock as well: whoever else wrote the file meanwhile has not. */
  confirm(): Promise<void>
  /** Gives the directory back. @param options.restore LevelDB refused: whoever was there before is there still */
  release(options?: { restore: boolean }): Promise<void>
}

/** Of the whole process: a program may load this module more than once (a bundle of the command beside the library). */
const TABLE = Symbol.for('hearsay.open-directories')

/**
 * Claims the directory, or says who has it. Rejects with the system's error where the file can't be read or written.
 * @param directory that exists
 */
export async function claimDirectory(directory: string): Promise<Ownership> {
  const { dev, ino } = await stat(directory, { bigint: true })
  const key = `${dev}:${ino}`
  const table = openDirectories()
  if (table.has(key)) return { ok: false, holder: 'this process has it open already' }
  table.add(key)
  try {
    const claimed = await claimFile(join(directory, OWNER_FILE_NAME), key, table)
    if (!claimed.ok) table.delete(key)
    return claimed
  } catch (error) {
    table.delete(key)
    throw error
  }
}

async function claimFile(path: string, key: string, table: Set<string>): Promise<Ownership> {
  const own: Owner = {
    directory: key,
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    boot: bootOf(),
    opening: randomBytes(8).toString('hex'),
  }
  const text = `${JSON.stringify(own)}\n`
  let before: string | null = null
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    try {
      await createFileAtomically(path, text)
      return { ok: true, claim: new FileClaim(path, text, before, () => table.delete(key)) }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const found = await readOwner(path)
    if (found === null) continue
    const holder = holderOf(found, key, path)
    if (holder !== null) return { ok: false, holder }
    before = found
    await pushAside(path, found)
  }
  return { ok: false, holder: 'other processes are opening it at this moment' }
}

class FileClaim implements Claim {
  readonly #path: string
  readonly #text: string
  readonly #before: string | null
  readonly #onRelease: () => void

  constructor(path: string, text: string, before: string | null, onRelease: () => void) {
    this.#path = path
    this.#text = text
    this.#before = before
    this.#onRelease = onRelease
  }

  async confirm(): Promise<void> {
    if ((await readOwner(this.#path)) !== this.#text) await writeFileAtomically(this.#path, this.#text)
  }

  async release({ restore } = { restore: false }): Promise<void> {
    try {
      if ((await readOwner(this.#path)) !== this.#text) return
      if (restore && this.#before !== null) await writeFileAtomically(this.#path, this.#before)
      else await rm(this.#path, { force: true })
    } catch {
      // It names a process that is about to be gone, and counts for nothing then.
    } finally {
      this.#onRelease()
    }
  }
}

/** Takes the file of a dead owner away; what another process put there meanwhile is put back. */
async function pushAside(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  try {
    if ((await readOwner(aside)) !== dead) await link(aside, path)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await rm(aside, { force: true })
  }
}

/** Null where there is none. */
async function readOwner(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Who holds a directory by this file, in words; null where the file says nothing that holds. */
function holderOf(text: string, key: string, path: string): string | null {
  const owner = parse(text)
  if (owner === null || owner.directory !== key || owner.boot !== bootOf()) return null
  const started = startOf(owner.pid)
  if (started === null) return null
  // Where the system doesn't say when a process started, a number is all there is to go by.
  if (started === '' || owner.started === '')
    return `process ${owner.pid} has it open (should that be another program: remove ${path})`
  if (started !== owner.started) return null
  return owner.pid === process.pid
    ? 'another thread of this process has it open, or ended without closing it'
    : `process ${owner.pid} has it open`
}

function parse(text: string): Owner | null {
  try {
    const found = JSON.parse(text) as Partial<Record<keyof Owner, unknown>> | null
    const { directory, pid, started, boot } = found ?? {}
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null
    if (typeof directory !== 'string' || typeof started !== 'string' || typeof boot !== 'string') return null
    return { directory, pid, started, boot, opening: '' }
  } catch {
    return null
  }
}

/**
 * When a process started, in ticks since the machine did; empty where only its number can be looked for; null when it
 * is gone, or a zombie.
 */
function startOf(pid: number): string | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return null
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses, and may hold any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? '')
  } catch {
    return ''
  }
}

function bootOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

function openDirectories(): Set<string> {
  const holder = globalThis as { [TABLE]?: Set<string> }
  return (holder[TABLE] ??= new Set())
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
