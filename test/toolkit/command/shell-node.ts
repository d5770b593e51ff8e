/**
 * A node of the built command that a shell starts: with few files, with its output elsewhere, with other flags of Node.
 * It promises that the node has said that it is ready, or has ended, when it is handed out.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../../../testnet/until.ts'
import { nodeRun } from './dev-folder.ts'

const program = fileURLToPath(new URL('../../../scripts/hearsay.js', import.meta.url))
const READY_MS_MAX = 20_000

export interface ShellNode {
  readonly child: ChildProcess
  /** Null where it never said that it is ready. */
  readonly api: string | null
  readonly listen: string
  /** What came on stderr so far. */
  readonly log: () => string
  readonly exit: () => number | null
  stop(): Promise<void>
}

export interface ShellNodeOptions {
  /** What stands before the command, such as `ulimit -n 128; exec`. */
  readonly shell?: string
  /** Flags of Node itself. */
  readonly flags?: readonly string[]
  readonly stdio?: StdioOptions
  readonly env?: Readonly<Record<string, string>>
}

/** @param folder with `network.json` (dev-folder.ts) */
export async function startShellNode(
  folder: string,
  args: readonly string[],
  { shell = 'exec', flags = [], stdio = ['ignore', 'pipe', 'pipe'], env = {} }: ShellNodeOptions = {},
): Promise<ShellNode> {
  const command = [process.execPath, ...flags, program, ...nodeRun(args)]
  const child = spawn('sh', ['-c', `${shell} "$0" "$@"`, ...command], {
    cwd: folder,
    stdio,
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const closed = once(child, 'close')
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  await until(() => stdout.includes('\n') || hasEnded(), { timeoutMs: READY_MS_MAX, everyMs: 20 })
  if (hasEnded()) await closed
  const ready = stdout.includes('\n') ? (JSON.parse(stdout) as { api: string | null; listen: string[] }) : null
  return {
    child,
    api: ready?.api ?? null,
    listen: ready?.listen[0] ?? '',
    log: () => stderr,
    exit: () => child.exitCode,
    stop: () => killWhole(child),
  }
}

/** What a node that did not start says, with its next step; null where it said nothing in words. */
export function refusalIn(log: string): string | null {
  const line = log.split('\n').find((text) => text.startsWith('{"v":1,"error"'))
  if (line === undefined) return null
  const { error } = JSON.parse(line) as { error: { message: string; hint: string } }
  return `${error.message}; ${error.hint}`
}

/** Kills a process, also one that is stopped, and waits until it is gone. */
export async function killWhole(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill('SIGKILL')
  await exited
}
