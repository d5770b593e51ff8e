/** Judges mutants: runs the test of each in a copy of the project, once unharmed and once with the defence off. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mutant } from './mutant.ts'
import { ProjectCopy } from './project-copy.ts'

/**
 * `killed`: a test of it failed that passes without it. `outdated`: the text to replace is not there, or not once. `broken`: the test fails without
 * the mutant too, does not exist, or did not come to run with it, so that it says nothing.
 */
export type Fate = 'killed' | 'survived' | 'outdated' | 'broken'

const TEST_MS_MAX = 180_000

/** What tests do unharmed, by their arguments; runs side by side share it. */
export type Baselines = Map<string, Promise<Counts>>

/** How many tests of one run did what. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

export class MutantRun {
  readonly #copy = new ProjectCopy()
  readonly #baselines: Baselines

  constructor(baselines: Baselines) {
    this.#baselines = baselines
  }

  async judge(mutant: Mutant): Promise<Fate> {
    const unharmed = await this.#unharmed(mutant.test)
    if (unharmed.failed > 0 || unharmed.passed === 0) return 'broken'
    if (!this.#copy.harm(mutant)) return 'outdated'
    try {
      const { passed, failed } = await this.#run([...mutant.test, '--bail', '1'])
      if (failed > 0) return 'killed'
      return passed > 0 ? 'survived' : 'broken'
    } finally {
      this.#copy.mend()
    }
  }

  close(): void {
    this.#copy.close()
  }

  #unharmed(test: readonly string[]): Promise<Counts> {
    const key = test.join(' ')
    const known = this.#baselines.get(key) ?? this.#run(test)
    this.#baselines.set(key, known)
    return known
  }

  /** Runs tests in the copy. A file that could not even be read counts for nothing: no test of it failed. */
  async #run(test: readonly string[]): Promise<Counts> {
    const dir = mkdtempSync(join(tmpdir(), 'hearsay-verdict-'))
    const file = join(dir, 'tests.json')
    try {
      await this.#vitest(['run', ...test, '--reporter', 'json', '--outputFile', file])
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
      return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 }
    } catch {
      return { passed: 0, failed: 0 }
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }

  #vitest(args: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const vitest = join('node_modules', 'vitest', 'vitest.mjs')
      const child = spawn(process.execPath, [vitest, ...args], {
        cwd: this.#copy.root,
        stdio: 'ignore',
        env: { ...process.env, NO_COLOR: '1' },
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), TEST_MS_MAX)
      child.on('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
