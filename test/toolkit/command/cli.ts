/** Runs the built command as a user does: a process, its exit code and what it printed. Needs `npm run build`. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../../scripts/hearsay.js', import.meta.url))
const built = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))
/** Longer than anything that a command waits for in a test, ms. */
const COMMAND_MS_MAX = 45_000

export interface CliOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[]
  /** With a channel to this process, as a parent that supervises has. */
  readonly ipc?: boolean
}

export interface CliResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCli {
  readonly child: ChildProcess
  readonly ended: Promise<CliResult>
  stdout(): string
  stderr(): string
}

const folders: string[] = []

/** A fresh folder for one test: nothing of the machine's own networks and keys is seen from it. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-cli-'))
  folders.push(folder)
  return folder
}

/** Removes the folders of this file's tests. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Starts a command without waiting for its end. */
export function startCli(
  args: readonly string[],
  { cwd, env = {}, input, nodeFlags = [], ipc = false }: CliOptions,
): RunningCli {
  if (!existsSync(built)) throw new Error('dist/ is not built: run "npm run build"')
  const stdio = ['pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])] as const
  const child = spawn(process.execPath, [...nodeFlags, program, ...args], {
    cwd,
    stdio: [...stdio],
    env: { PATH: process.env.PATH ?? '', HEARSAY_KEYS: join(cwd, 'keys'), XDG_STATE_HOME: join(cwd, 'state'), ...env },
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A command that fails early does not read its input.
  child.stdin?.on('error', () => undefined).end(input)
  const ended = new Promise<CliResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`hearsay ${args.join(' ')} did not end; it said:\n${stdout}\n${stderr}`))
    }, COMMAND_MS_MAX)
    // Not 'close': Node does not raise it after `disconnect`.
    const drained = Promise.allSettled([drain(child.stdout), drain(child.stderr)])
    child.on('exit', (code) => {
      void drained.then(() => {
        clearTimeout(timer)
        resolve({ code, stdout, stderr })
      })
    })
  })
  return { child, ended, stdout: () => stdout, stderr: () => stderr }
}

/** Rejects where the test itself closed the stream. */
async function drain(stream: Readable | null): Promise<void> {
  if (stream !== null) await finished(stream)
}

/** Runs a command to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended
}

/** The JSON documents of a text, one a line. */
export function documentsOf(
  text: string,
): any[] /* eslint-disable-line @typescript-eslint/no-explicit-any -- asserted on */ {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown)
}
