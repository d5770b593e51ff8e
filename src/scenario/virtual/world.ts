/**
 * Virtual time: whole nodes on the real gossipsub in one process, from a seed. The same experiment gives the same
 * digest.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '../../sim/child.ts'
import type { Experiment } from '../experiment.ts'
import type { RunOptions, RunOutcome, World } from '../world.ts'
import type { SimulationLine } from './messages.ts'

/** What a run may write to stderr that is kept, characters: the reason of its end is in it. */
const ERRORS_MAX = 16_384
/** Heap of a simulation, MiB: 1,000 whole nodes take about 5 MB each. */
const HEAP_MIB = 12_288

export class VirtualWorld implements World {
  readonly name = 'virtual'
  readonly #entry: string

  /** @param entry the program of a simulation; where it is not given, the one beside this file */
  constructor(entry = defaultEntry()) {
    this.#entry = entry
  }

  refusals(): readonly string[] {
    return []
  }

  run(experiment: Experiment, { onProgress, signal }: RunOptions): Promise<RunOutcome> {
    const startedMs = performance.now()
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB}`, this.#entry], {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: childEnvironment(),
      })
      const abort = (): void => void child.kill('SIGKILL')
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      let ran: Extract<SimulationLine, { kind: 'ran' }> | null = null
      let errors = ''
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line) as SimulationLine
        if (said.kind === 'ran') ran = said
        else onProgress(`${said.atMs / 1_000} of ${Math.round(experiment.endMs / 1_000)} s of virtual time`)
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-ERRORS_MAX)))
      child.on('error', (error) => (errors += error.message))
      child.on('close', (code) => {
        signal.removeEventListener('abort', abort)
        if (signal.aborted) resolve({ kind: 'aborted' })
        else if (ran === null)
          resolve({
            kind: 'failed',
            message: `the simulation broke (${code === null ? 'it was killed' : `exit code ${code}`}) ${errors.trim()}`,
            hint: 'the same seed breaks it again',
          })
        else {
          const { evidence, digest } = ran
          resolve({ kind: 'ran', evidence, digest, wallMs: Math.round(performance.now() - startedMs), latestMs: 0 })
        }
      })
      // A child that died before it read is told by its exit code.
      child.stdin.on('error', () => undefined)
      child.stdin.end(JSON.stringify(experiment))
    })
  }
}

/** Beside the bundle's files, or the source when run from sources. */
function defaultEntry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'run.ts' : 'experiment.js', import.meta.url))
}
