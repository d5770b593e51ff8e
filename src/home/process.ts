/** What the system knows about processes. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isOwnerTrusted } from './trusted-file.ts'

/** Whether a process with this id exists and is not a zombie (which holds nothing any more but its number). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // It exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const stat = statOf(pid)
  return stat === null ? process.platform !== 'linux' : !/^[ZX]/.test(stat[0] ?? '')
}

/**
 * When a process began, in the system's own words: a number that is given to another process later comes with another
 * beginning. Null where there is no such process.
 */
export function startOf(pid: number): string | null {
  // Field 22 of proc(5), in ticks since the machine began; the fields here begin with the third.
  if (process.platform === 'linux') return statOf(pid)?.[19] ?? null
  return ps(pid, 'lstart=')
}

/** Its arguments, program first; null where there is no such process or it may not be seen. */
export function argumentsOf(pid: number): readonly string[] | null {
  if (process.platform !== 'linux') return ps(pid, 'command=')?.split(' ') ?? null
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return null
  }
}

/** Whether a process stands still (SIGSTOP) with all its threads; false where there is none. */
export function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return ps(pid, 'stat=')?.startsWith('T') === true
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => statOf(pid, `task/${thread}/`)?.[0] === 'T')
  } catch {
    return false
  }
}

/** Whether it runs as the user or as root. */
export function isOwnProcess(pid: number): boolean {
  try {
    return process.platform === 'linux'
      ? isOwnerTrusted(statSync(`/proc/${pid}`).uid)
      : isOwnerTrusted(Number(ps(pid, 'uid=') ?? Number.NaN))
  } catch {
    return false
  }
}

/** The fields of /proc/PID/stat after the command's name, which may itself hold anything. */
function statOf(pid: number, thread = ''): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/${thread}stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

function ps(pid: number, column: string): string | null {
  try {
    // Loaded where it is needed: commands on Linux start without it.
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return null
  }
}
