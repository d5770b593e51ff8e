/** One thing that was looked at, and the programs that look. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Check {
  readonly what: string
  readonly outcome: 'held' | 'failed' | 'not-run'
  /** A line of what was seen, or why it could not be. */
  readonly seen: string
}

export const PROGRAM = fileURLToPath(new URL('../../../scripts/hearsay.js', import.meta.url))
const PROGRAM_MS_MAX = 60_000

export interface Ran {
  /** Null where there is no such program. */
  readonly code: number | null
  readonly text: string
}

export function ran(program: string, args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: PROGRAM_MS_MAX })
  return { code: error === undefined ? status : null, text: error === undefined ? `${stdout}${stderr}` : error.message }
}

/** @param isRight looked at where the program ended with 0 */
export function checked(what: string, { code, text }: Ran, isRight: (text: string) => boolean = () => true): Check {
  if (code === null) return { what, outcome: 'not-run', seen: text }
  const seen = text.trim().split('\n').at(-1) ?? ''
  return { what, outcome: code === 0 && isRight(text) ? 'held' : 'failed', seen: code === 0 ? seen : text.trim() }
}

/** Runs the built command. @throws where it fails */
export function hearsay(folder: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`hearsay ${args.join(' ')}: ${stderr}`)
  return stdout
}
