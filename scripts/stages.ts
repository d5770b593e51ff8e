import { spawn } from 'node:child_process'
import { availableParallelism, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'

/** One step of the gate: a program of this project, started with the Node that runs this file. */
export interface Stage {
  readonly name: string
  /** A JavaScript file and its arguments, relative to the project's root. */
  readonly command: readonly string[]
}

export interface StageResult {
  readonly stage: Stage
  readonly ok: boolean
  readonly output: string
}

export const root = fileURLToPath(new URL('..', import.meta.url))

export const vitest = 'node_modules/vitest/vitest.mjs'

/** Where `npm run check` remembers which files were found in order; gone with `npm ci`. */
const cache = 'node_modules/.cache/hearsay'

/**
 * The same stage, looking only at files whose content changed since it last passed. What lint says of a file may depend
 * on the types of another, so the gate looks at all of them; the check, which runs before every commit, need not.
 */
export function remembering(stage: Stage): Stage {
  const flags: Readonly<Record<string, readonly string[]>> = {
    lint: ['--cache', '--cache-strategy', 'content', '--cache-location', `${cache}/lint`],
    format: ['--cache', '--cache-strategy', 'content', '--cache-location', `${cache}/format`],
  }
  return { ...stage, command: [...stage.command, ...(flags[stage.name] ?? [])] }
}

/** What reads the sources and runs nothing of them. The slow ones first, so that the short ones fill the gaps. */
export const staticStages: readonly Stage[] = [
  // A seventh of its time went into clearing a young heap that is too small for syntax trees.
  { name: 'lint', command: ['--max-semi-space-size=128', 'node_modules/eslint/bin/eslint.js', '.'] },
  { name: 'types', command: ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'types of the page',
    command: ['node_modules/typescript-native/bin/tsc', '-p', 'src/dashboard/tsconfig.json'],
  },
  {
    name: 'layers',
    command: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      ...['--config', '.dependency-cruiser.cjs', 'src', 'testnet', 'scripts', 'test'],
    ],
  },
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
]

/** How stages run. */
export interface StageOptions {
  /** How many at once; as many as there are cores where nothing is said. */
  readonly atOnce?: number
  /** Of the operating system, for stages beside something that must not wait for them. */
  readonly priority?: number
  /** Takes the lines; the console where nothing is said. */
  readonly print?: (text: string) => void
}

/** Runs the stages and prints a line for each; a failing one brings its output with it. */
export async function runStages(
  stages: readonly Stage[],
  { atOnce = Math.max(2, availableParallelism()), priority, print = console.log }: StageOptions = {},
): Promise<readonly StageResult[]> {
  const results: StageResult[] = []
  const waiting = [...stages]
  const worker = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) {
      const started = performance.now()
      const result = await run(stage, priority)
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      print(`${result.ok ? 'ok    ' : 'FAILED'} ${stage.name.padEnd(8)} ${seconds.padStart(5)} s`)
      if (!result.ok) print(whatFailed(result.output).replace(/^(?=.)/gm, '  '))
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

/** Without the hundreds of lines of what passed: the one that failed would stand below them. */
function whatFailed(output: string): string {
  return output.replace(/^ *✓.*\n/gm, '').replace(/\n{3,}/g, '\n\n')
}

async function run(stage: Stage, priority?: number): Promise<StageResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...stage.command], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // The output is kept and read here, so it is plain whatever the terminal can do.
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    })
    if (child.pid !== undefined && priority !== undefined) setPriority(child.pid, priority)
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
    }
    child.on('error', (error) => output.push(`${error.message}\n`))
    child.on('close', (code) => {
      resolve({ stage, ok: code === 0, output: output.join('') })
    })
  })
}
