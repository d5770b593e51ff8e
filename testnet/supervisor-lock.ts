/** One supervisor a home: a lock file with its process id, created exclusively; one whose process is gone is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLineOf, isAlive } from './process-table.ts'

/** Stands in the command line of every supervisor, so that another process that got its number is not taken for it. */
export const SUPERVISOR_MARK = 'hearsay-testnet-supervisor'

export type Lock = { readonly ok: true; readonly release: () => void } | { readonly ok: false; readonly pid: number }

/** Takes the lock of a home, or says who has it. Throws the system's error where the home can't be written. */
export function lockHome(home: string): Lock {
  const path = join(home, 'supervisor.lock')
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 })
      return {
        ok: true,
        release: () => {
          rmSync(path, { force: true })
        },
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === 3) throw error
    }
    const pid = holderOf(path)
    if (pid !== null && isSupervisor(pid)) return { ok: false, pid }
    removeStale(path, pid)
  }
}

/** Whether the process is a testnet's supervisor that runs. */
export function isSupervisor(pid: number): boolean {
  return isAlive(pid) && commandLineOf(pid)?.includes(SUPERVISOR_MARK) === true
}

/**
 * Removes a lock that names a process which is gone. It is moved away before it is looked at again: of two that find the same stale lock,
 * one may by then have taken it, and its new lock is put back.
 */
function removeStale(path: string, pid: number | null): void {
  const moved = `${path}.${process.pid}`
  try {
    renameSync(path, moved)
    if (holderOf(moved) !== pid) linkSync(moved, path)
    rmSync(moved, { force: true })
  } catch {
    // Somebody else moved it, or took the home meanwhile; the next attempt sees who.
  }
}

function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'latin1'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
