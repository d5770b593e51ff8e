/** One node of the built command for one situation: started through a shell, asked over its API, ended. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeRun, writeNetwork } from './dev-folder.ts'

const program = fileURLToPath(new URL('../../../scripts/hearsay.js', import.meta.url))

export function freshRoot(): string {
  return mkdtempSync(join(tmpdir(), 'hearsay-situations-'))
}

export interface Started {
  readonly child: ChildProcess
  readonly api: string | null
  readonly listen: string
  readonly log: () => string
  readonly exit: () => number | null
  stop(): Promise<void>
}

/** Waits for a condition; false when `ms` are over. */
export async function within(ms: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (await condition()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

export function folderOf(root: string, name: string, network = 'dev-situations'): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  writeNetwork(folder, network)
  return folder
}

/** @param shell what comes before the command, such as `ulimit -n 128;` */
export async function startNode(
  folder: string,
  args: readonly string[],
  shell = '',
  node: readonly string[] = [],
): Promise<Started> {
  const all = nodeRun(['--data-dir', 'data', ...args])
  const child = spawn('sh', ['-c', `${shell} exec "$0" "$@"`, process.execPath, ...node, program, ...all], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HEARSAY_HOME: join(folder, 'home') },
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await within(20_000, () => stdout.includes('\n') || child.exitCode !== null)
  if (child.exitCode !== null) await ended
  const ready = stdout.includes('\n') ? (JSON.parse(stdout) as { api: string | null; listen: string[] }) : null
  return {
    child,
    api: ready?.api ?? null,
    listen: ready?.listen[0] ?? '',
    log: () => stderr,
    exit: () => child.exitCode,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      await ended
    },
  }
}
