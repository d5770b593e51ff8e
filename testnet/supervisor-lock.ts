/**
 * One supervisor a home, and none while its network is being copied: a lock file with a process and a nonce, created
 * exclusively. One whose process is gone, or is not proven to be this home's, is taken over. A command that copies has
 * no mark to be proven by (src/home/proof.ts): its beginning and its user are.
 */
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCK_BYTES_MAX } from '../src/home/limits.ts'
import { isOwnProcess } from '../src/home/process.ts'
import { isOfHome, isRunning, nameProcess, NONCE_BYTES, type ProcessName } from '../src/home/proof.ts'
import { readTrusted } from '../src/home/trusted-file.ts'

/** `copies`: the process that has the home copies its network or puts a copy there; else it is a supervisor. */
export type Lock =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly pid: number; readonly copies: boolean }

/** In the place of a supervisor's nonce. */
const COPIER = '0'.repeat(2 * NONCE_BYTES)

interface Holder extends ProcessName {
  readonly nonce: string
}

/**
 * Takes the lock of a home for this process, or says who has it. Throws the system's error where the home can't be
 * written.
 * @param home without symbolic links
 * @param nonce of this run (proof.ts); left out by a command that copies
 */
export function lockHome(home: string, nonce = COPIER): Lock {
  const own = nameProcess(process.pid)
  const path = join(home, 'supervisor.lock')
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, `${process.pid} ${nonce} ${own?.started ?? ''}\n`, { flag: 'wx', mode: 0o600 })
      return {
        ok: true,
        release: () => {
          rmSync(path, { force: true })
        },
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error
    }
    const holder = holderOf(home, path)
    if (holder !== null && isProven(home, holder))
      return { ok: false, pid: holder.pid, copies: holder.nonce === COPIER }
    removeStale(home, path, holder)
  }
}

function isProven(home: string, holder: Holder): boolean {
  return holder.nonce === COPIER
    ? isRunning(holder) && isOwnProcess(holder.pid)
    : isOfHome({ home, nonce: holder.nonce }, holder)
}

/**
 * Removes a lock that names a process which is gone. It is moved away before it is looked at again: of two that find
 * the same stale lock, one may by then have taken it, and its new lock is put back.
 */
function removeStale(home: string, path: string, holder: Holder | null): void {
  const moved = `${path}.${process.pid}`
  try {
    renameSync(path, moved)
    if (holderOf(home, moved)?.nonce !== holder?.nonce) linkSync(moved, path)
    rmSync(moved, { force: true })
  } catch {
    // Somebody else moved it, or took the home meanwhile; the next attempt sees who.
  }
}

/** Null where the file says nobody, or is not to be believed. */
function holderOf(home: string, path: string): Holder | null {
  const text = readTrusted(home, path, LOCK_BYTES_MAX, { secret: true })
  if (!text.ok) return null
  const [, pid = '', nonce = '', started = ''] = /^([1-9]\d{0,9}) ([0-9a-f]{32}) (.+)\n$/.exec(text.value) ?? []
  return nonce === '' ? null : { pid: Number(pid), nonce, started }
}
