/** Homes as a supervisor writes them, or as somebody else would like them to look. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest, ManifestNode } from '../../../src/home/manifest.ts'
import { markOf, nameProcess, type ProcessName } from '../../../src/home/proof.ts'

export const NONCE = 'ab'.repeat(16)

/** A whole manifest of `home`, whose supervisor is a process that does not exist unless given. */
export function manifestOf(home: string, changes: Partial<Manifest> = {}): Manifest {
  return {
    v: 1,
    home,
    nonce: NONCE,
    network: 'dev-fake',
    networkId: '0'.repeat(64),
    networkFile: join(home, 'network.json'),
    supervisor: {
      pid: 999_999_999,
      started: '1',
      url: 'http://127.0.0.1:1',
      cookieFile: join(home, 'supervisor.cookie'),
    },
    seed: 1,
    topology: 'full',
    degree: 2,
    link: '0',
    createdAt: 0,
    nodes: [],
    ...changes,
  }
}

/** An entry of `manifestOf(home)`. */
export function manifestNodeOf(home: string, index: number, changes: Partial<ManifestNode> = {}): ManifestNode {
  const folder = join(home, 'nodes', `node-${index}`)
  return {
    name: `node-${index}`,
    peerId: `peer${index}`,
    pid: null,
    started: null,
    state: 'ready',
    apiUrl: 'http://127.0.0.1:1',
    cookieFile: join(folder, 'data', '.cookie'),
    p2pPort: 1,
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'node.log'),
    dials: [],
    ...changes,
  }
}

/** Writes a file of a home for its owner alone, with its folders. */
export function putInHome(home: string, name: string, text: string): string {
  const path = join(home, name)
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** A process that does nothing but run, with these arguments in its command line; it ends with this one. */
export async function startIdle(args: readonly string[]): Promise<ProcessName & { readonly child: ChildProcess }> {
  const child = spawn('/bin/sh', ['-c', 'read forever', ...args], { stdio: ['pipe', 'ignore', 'ignore'] })
  await once(child, 'spawn')
  const name = nameProcess(child.pid ?? 0)
  if (name === null) throw new Error('the idle process is gone')
  return { ...name, child }
}

/** A process that stands for the supervisor of `home`. */
export function startStandIn(home: string): Promise<ProcessName & { readonly child: ChildProcess }> {
  return startIdle([markOf(home, NONCE)])
}
