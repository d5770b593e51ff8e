/** What a supervisor leaves behind that was killed: a manifest, and for a moment its children. */
import type { Manifest } from './manifest.ts'
import { readManifest, removeManifest } from './manifest-file.ts'
import { KILL_MS_MAX } from './limits.ts'
import { commandLineOf, isAlive, signalProcess, waitUntilGone } from './process-table.ts'
import { isSupervisor } from './supervisor-lock.ts'

/** Whether the supervisor of a manifest runs. */
export function isSupervised(manifest: Manifest): boolean {
  return isSupervisor(manifest.supervisor.pid)
}

/** Processes of a manifest's nodes that run: known by their command line, since a number alone may be another process by now. */
export function leftoverPids(manifest: Manifest): number[] {
  const pids = manifest.nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]))
  return [...new Set(pids)].filter((pid) => isAlive(pid) && commandLineOf(pid)?.includes(manifest.home) === true)
}

/** Removes a manifest without a supervisor, and kills what is left of its nodes. How many processes it had to kill. */
export async function clearStale(home: string): Promise<number> {
  const manifest = readManifest(home)
  if (manifest === null || isSupervised(manifest)) return 0
  const left = leftoverPids(manifest)
  for (const pid of left) signalProcess(pid, 'SIGKILL')
  await waitUntilGone(left, KILL_MS_MAX)
  removeManifest(home)
  return left.length
}
