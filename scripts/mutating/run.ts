/** Runs mutants in a copy of the project: the tree in which somebody works is never touched. */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutants.ts'

/**
 * `killed`: its test failed, and passes without it. `outdated`: the text to replace is not there, or not once. `broken`: the test fails without
 * the mutant, so that it says nothing.
 */
export type Fate = 'killed' | 'survived' | 'outdated' | 'broken'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What a copy need not have; the packages are linked. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', 'coverage', '.hearsay'])
const TEST_MS_MAX = 180_000

export class MutantRun {
  readonly #copy: string
  readonly #baselines = new Map<string, boolean>()

  constructor() {
    this.#copy = mkdtempSync(join(tmpdir(), 'hearsay-mutants-'))
    for (const name of readdirSync(root))
      if (!LEFT_OUT.has(name)) cpSync(join(root, name), join(this.#copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(this.#copy, 'node_modules'))
  }

  async judge(mutant: Mutant): Promise<Fate> {
    const path = join(this.#copy, mutant.file)
    const text = readFileSync(path, 'utf8')
    if (text.split(mutant.from).length !== 2) return 'outdated'
    if (!(await this.#passesUnharmed(mutant.test))) return 'broken'
    try {
      writeFileSync(
        path,
        text.replace(mutant.from, () => mutant.to),
      )
      return (await this.#passes(mutant.test)) ? 'survived' : 'killed'
    } finally {
      writeFileSync(path, text)
    }
  }

  close(): void {
    rmSync(this.#copy, { recursive: true, force: true })
  }

  async #passesUnharmed(test: readonly string[]): Promise<boolean> {
    const key = test.join(' ')
    const known = this.#baselines.get(key)
    if (known !== undefined) return known
    const passes = await this.#passes(test)
    this.#baselines.set(key, passes)
    return passes
  }

  /** A run of no test at all does not pass. */
  #passes(test: readonly string[]): Promise<boolean> {
    return new Promise((resolve) => {
      const vitest = join('node_modules', 'vitest', 'vitest.mjs')
      const child = spawn(process.execPath, [vitest, 'run', ...test], {
        cwd: this.#copy,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, NO_COLOR: '1' },
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), TEST_MS_MAX)
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece))
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve(code === 0 && !/^0 passed/m.test(output))
      })
    })
  }
}
