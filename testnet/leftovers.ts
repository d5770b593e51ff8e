/** What a supervisor leaves behind that was killed: a manifest, and for a moment its children. */
import type { Manifest } from '../src/home/manifest.ts'
import { isOfHome, isRunning, signalOfHome, type ProcessName } from '../src/home/proof.ts'
import { isSupervised, readManifest } from '../src/home/testnet-home.ts'
import { removeManifest } from './manifest-file.ts'
import { KILL_MS_MAX } from './limits.ts'
import { until } from './until.ts'

/**
 * Processes of a manifest's nodes that run and are proven to be this home's (proof.ts): a number alone may be anybody's
 * by now.
 */
export function leftoversOf(manifest: Manifest): ProcessName[] {
  const named = new Map<number, ProcessName>()
  for (const { pid, started } of manifest.nodes) if (pid !== null && started !== null) named.set(pid, { pid, started })
  return [...named.values()].filter((name) => isOfHome(manifest, name))
}

/**
 * Waits until none of the processes, which were proven before, is left; false when some still are after `timeoutMs`.
 */
export function waitUntilGone(names: readonly ProcessName[], timeoutMs: number): Promise<boolean> {
  return until(() => !names.some(isRunning), { timeoutMs, everyMs: 20 })
}

/**
 * Removes a manifest without a supervisor, and kills what is left of its nodes. For commands that say that they end
 * processes, and for whoever starts a network in this place. How many it had to kill.
 */
export async function clearStale(home: string): Promise<number> {
  const read = readManifest(home)
  if (read.kind !== 'found' || isSupervised(read.manifest)) return 0
  const { manifest } = read
  const left = leftoversOf(manifest)
  for (const name of left) signalOfHome(manifest, name, 'SIGKILL')
  await waitUntilGone(left, KILL_MS_MAX)
  removeManifest(manifest.home)
  return left.length
}
