/** Where a node that runs alone is, for commands that look for it: `<home>/node/runtime.json`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isLoopbackUrl } from './loopback.ts'
import { RUNTIME_BYTES_MAX } from './limits.ts'
import { isAlive, isOwnProcess, startOf } from './process.ts'
import { insideOf, malformed, readTrusted, realHome, type Distrust } from './trusted-file.ts'

export const RUNTIME_MANIFEST = 'runtime.json'

export interface RuntimeManifest {
  readonly v: 1
  readonly pid: number
  /** When that process began, in the system's words. */
  readonly started: string
  readonly name: string
  readonly peerId: string
  readonly network: string
  /** `http://host:port` */
  readonly apiUrl: string
  /** In the folder of this file. */
  readonly cookieFile: string
}

/** Where a node of this home keeps its data unless told otherwise. */
export function nodeDataDirectory(home: string): string {
  return join(home, 'node')
}

export type RuntimeRead =
  /** There is none, or its node is gone. */
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly runtime: RuntimeManifest }
  | { readonly kind: 'distrusted'; readonly distrust: Distrust }

/**
 * The manifest of the node that runs in this home. What it says is an address on this machine and a file of the home;
 * nobody is ended by it. Its process must run as the user or root and have begun when the file says, so that a number
 * which is another's by now does not count.
 */
export function readRuntime(home: string): RuntimeRead {
  const root = realHome(home)
  const path = join(nodeDataDirectory(root), RUNTIME_MANIFEST)
  // A home without one is not judged.
  if (!existsSync(path)) return { kind: 'none' }
  const read = readRuntimeIn(root, path)
  if (read.kind !== 'found') return read
  const { pid, started, apiUrl } = read.runtime
  if (!isAlive(pid) || !isOwnProcess(pid) || startOf(pid) !== started) return { kind: 'none' }
  return isLoopbackUrl(apiUrl)
    ? read
    : { kind: 'distrusted', distrust: malformed(path, 'names an address that is not on this machine') }
}

/** What the file says, whether its node runs or not. */
function readRuntimeIn(root: string, path: string): RuntimeRead {
  const text = readTrusted(root, path, RUNTIME_BYTES_MAX, { secret: false })
  if (!text.ok) return text.distrust.kind === 'missing' ? { kind: 'none' } : { kind: 'distrusted', ...text }
  let document: unknown
  try {
    document = JSON.parse(text.value)
  } catch {
    return { kind: 'distrusted', distrust: malformed(path, 'is damaged: it is not a JSON document') }
  }
  const { v, pid, started, name, peerId, network, apiUrl, cookieFile } = (document ?? {}) as Record<string, unknown>
  const texts = [started, name, peerId, network, apiUrl, cookieFile]
  const isWhole =
    v === 1 &&
    Number.isSafeInteger(pid) &&
    (pid as number) > 1 &&
    texts.every((each) => typeof each === 'string') &&
    insideOf(root, cookieFile as string) !== null
  return isWhole
    ? { kind: 'found', runtime: document as RuntimeManifest }
    : { kind: 'distrusted', distrust: malformed(path, 'is not the manifest of a node of this folder') }
}
