/** Whether the process that a manifest names still runs. */
import { readFileSync } from 'node:fs'
import { systemCode } from './failure.ts'

/** A zombie holds nothing any more but its number: it counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // It exists and belongs to somebody else.
    return systemCode(error) === 'EPERM'
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return process.platform !== 'linux'
  }
}
