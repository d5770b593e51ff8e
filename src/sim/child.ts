/** Runs a simulation in a process of its own: virtual time replaces the clocks and timers of the whole process. */
import { spawn } from 'node:child_process'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { needFittingNode } from '../node/fitting-node.ts'
import { VERSION } from '../node/version.ts'
import type { RunReport } from './run.ts'
import type { Scenario } from './scenario.ts'

// Bundled, it is a file beside whichever part of the bundle this is.
const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './run.ts' : './simulation.js', import.meta.url))

/**
 * The report of one run. A run that fails rejects with what it wrote: the reason, the seed and the command that repeats
 * it. So does one on a Node that is too old: its simulation would end at once, with nothing having reached anybody.
 */
export async function runInChild(scenario: Scenario): Promise<RunReport> {
  needFittingNode()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: childEnvironment(),
    })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as RunReport)
      else reject(new Error(`the simulation failed (exit ${code})\n${errors}`))
    })
    // A child that died before it read is told by its exit code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(JSON.stringify(scenario))
  })
}

/** A third of a second a child would go into stripping types and compiling what the one before it has compiled. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const folder = ownCacheFolder()
  return folder === null ? process.env : { NODE_COMPILE_CACHE: folder, ...process.env }
}

/**
 * A folder for compiled code that nobody else may write to: whoever could, would choose what runs here. Null where
 * another user has taken its name. Each version has its own, so that one that is removed leaves nothing to the next.
 * @param root where it lies
 */
export function ownCacheFolder(root = tmpdir()): string | null {
  const uid = process.getuid?.()
  const folder = join(root, `hearsay-${VERSION}-compiled-${uid ?? 'user'}`)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch {
    // It is there already, or can't be made: what counts is what it is now.
  }
  try {
    const found = lstatSync(folder)
    const isOwn = uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0)
    return found.isDirectory() && isOwn ? folder : null
  } catch {
    return null
  }
}
