/** A testnet as users start it, with the built command, and what the system says of its processes. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Manifest } from '../../../src/home/manifest.ts'

const run = promisify(execFile)
/** Clock ticks of /proc a second. */
const TICKS_PER_SECOND = 100
/** What `npx hearsay` runs, without npx. */
export const COMMAND = 'scripts/hearsay.js'

export interface BenchTestnet {
  readonly home: string
  readonly manifest: Manifest
  /** The built command, on this testnet. */
  readonly cli: (...args: readonly string[]) => Promise<string>
  /** Supervisor first. */
  readonly pids: readonly number[]
}

/** Starts a testnet, and ends it whatever happens. */
export async function withTestnet<T>(flags: readonly string[], use: (testnet: BenchTestnet) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'hearsay-bench-net-'))
  const cli = async (...args: readonly string[]): Promise<string> =>
    (await run(process.execPath, [COMMAND, ...args, '--home', home], { maxBuffer: 64 * 1_048_576 })).stdout
  try {
    await cli('testnet', 'up', '--detach', ...flags)
    const manifest = JSON.parse(readFileSync(join(home, 'testnet.json'), 'utf8')) as Manifest
    const pids = [manifest.supervisor.pid, ...manifest.nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]))]
    return await use({ home, manifest, cli, pids })
  } finally {
    await cli('testnet', 'down').catch(() => cli('testnet', 'down', '--force'))
    rmSync(home, { recursive: true, force: true })
  }
}

/** User and system time of a process so far, s. */
export function cpuSecondsOf(pid: number): number {
  // Behind the command's name, which is in brackets and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resident memory of a process, MB. */
export function rssMbOf(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kib) * 1_024) / 1e6
}
