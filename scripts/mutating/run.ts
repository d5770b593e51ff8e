/** Judges mutants: a test must fail with the defence off that passes with it on. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Mutant } from './mutant.ts'
import { ProjectCopy } from './project-copy.ts'

/**
 * `killed`: a test of it failed that passes without it. `outdated`: the text to replace is not there, or not once. `broken`: no test of it passes
 * without the mutant, or none came to run with it, so that it says nothing.
 */
export type Fate = 'killed' | 'survived' | 'outdated' | 'broken'

const TEST_MS_MAX = 180_000
/** For all of them at once, unharmed. */
const ALL_TESTS_MS_MAX = 900_000

/** Tests by file and name. */
interface Results {
  readonly passed: ReadonlySet<string>
  readonly failed: ReadonlySet<string>
}

/** What vitest's JSON reporter writes, as far as it is read. */
interface Written {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

export class MutantRun {
  readonly #copy = new ProjectCopy()

  /** Runs all tests of the mutants once, unharmed; those that pass. */
  async unharmed(mutants: readonly Mutant[]): Promise<ReadonlySet<string>> {
    const files = new Set(mutants.flatMap(({ test }) => test.filter((arg) => arg.startsWith('test/'))))
    return (await this.#run([...files], ALL_TESTS_MS_MAX)).passed
  }

  /** @param unharmed tests that pass without the mutant */
  async judge(mutant: Mutant, unharmed: ReadonlySet<string>): Promise<Fate> {
    if (!this.#copy.harm(mutant)) return 'outdated'
    try {
      const { passed, failed } = await this.#run([...mutant.test, '--bail', '1'], TEST_MS_MAX)
      if ([...failed].some((test) => unharmed.has(test))) return 'killed'
      return failed.size === 0 && passed.size > 0 ? 'survived' : 'broken'
    } finally {
      this.#copy.mend()
    }
  }

  close(): void {
    this.#copy.close()
  }

  /** Runs tests in the copy. A file that could not even be read counts for nothing: no test of it failed. */
  async #run(test: readonly string[], timeoutMs: number): Promise<Results> {
    const dir = mkdtempSync(join(tmpdir(), 'hearsay-verdict-'))
    const file = join(dir, 'tests.json')
    const [passed, failed] = [new Set<string>(), new Set<string>()]
    try {
      await this.#vitest(['run', ...test, '--reporter', 'json', '--outputFile', file], timeoutMs)
      const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Written
      for (const { name, assertionResults } of testResults)
        for (const { fullName, status } of assertionResults) {
          const test = `${relative(this.#copy.root, name)} ${fullName}`
          if (status === 'passed') passed.add(test)
          if (status === 'failed') failed.add(test)
        }
    } catch {
      // It was ended, or wrote nothing: then nothing is known.
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
    return { passed, failed }
  }

  #vitest(args: readonly string[], timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const vitest = join('node_modules', 'vitest', 'vitest.mjs')
      const child = spawn(process.execPath, [vitest, ...args], {
        cwd: this.#copy.root,
        stdio: 'ignore',
        env: { ...process.env, NO_COLOR: '1' },
      })
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      child.on('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
