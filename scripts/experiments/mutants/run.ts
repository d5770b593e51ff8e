/** Judges mutants: a test must fail with the defence off that passes with it on. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Mutant } from '../../../test/toolkit/mutants/mutant.ts'
import { ProjectCopy } from '../../../test/toolkit/mutants/project-copy.ts'

/**
 * `killed`: a test of it failed that passes without it. `outdated`: the text to replace is not there, or not once.
 * `broken`: no test of it passes without the mutant, or none came to run with it, so that it says nothing.
 */
export type Fate = 'killed' | 'survived' | 'outdated' | 'broken'

/** Ends what hangs: the slowest test takes 20 s on a machine with other work. */
const TEST_MS_MAX = 180_000
/** For all tests of a kind at once, unharmed. */
const ALL_TESTS_MS_MAX = 600_000
/** A test that fails since the harmed code can't run, or hangs, shows nothing about the defence. */
const STUMBLED = /^(Reference|Syntax|Type)Error|^Error: Test timed out/
/** Tests that compute and seldom wait. */
const QUICK = /^test\/(unit|model|vectors|contract|tidy)\//

/** Quick tests, and those with sockets and processes: the latter mostly wait, and leave the cores to the former. */
export type Pace = 'quick' | 'slow'

export function paceOf({ test }: Mutant): Pace {
  return filesOf(test).every((file) => QUICK.test(file)) ? 'quick' : 'slow'
}

/**
 * What to run so that each test of these mutants runs once: every file once, quick ones whole, of slow ones only what a
 * mutant names.
 */
function testsOf(mutants: readonly Mutant[]): readonly string[] {
  const files = [...new Set(mutants.flatMap(({ test }) => filesOf(test)))]
  const names = mutants.map(({ test }) => test[test.indexOf('-t') + 1])
  const isNarrow = mutants.every((mutant) => paceOf(mutant) === 'slow' && mutant.test.includes('-t'))
  return isNarrow ? [...files, '-t', [...new Set(names)].join('|')] : files
}

function filesOf(test: readonly string[]): readonly string[] {
  return test.filter((arg) => arg.startsWith('test/'))
}

/** Tests by file and name. */
interface Results {
  readonly passed: ReadonlySet<string>
  readonly failed: ReadonlySet<string>
}

/** What vitest's JSON reporter writes, as far as it is read. */
interface Written {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

export class MutantRun {
  readonly #copy = new ProjectCopy()

  /** Runs all tests of the mutants once, unharmed; those that pass. */
  async unharmed(mutants: readonly Mutant[]): Promise<ReadonlySet<string>> {
    return (await this.#run(testsOf(mutants), ALL_TESTS_MS_MAX)).passed
  }

  /** @param unharmed tests that pass without the mutant */
  async judge(mutant: Mutant, unharmed: ReadonlySet<string>): Promise<Fate> {
    const results = await this.#harmed(mutant)
    if (results === null) return 'outdated'
    const { passed, failed } = results
    if (failed.size === 0) return passed.size > 0 ? 'survived' : 'broken'
    if ([...failed].some((test) => unharmed.has(test))) return 'killed'
    // It may have failed for other reasons when all ran unharmed: a second look before it is said to prove nothing.
    const again = await this.#run(mutant.test, TEST_MS_MAX)
    return [...failed].some((test) => again.passed.has(test)) ? 'killed' : 'broken'
  }

  close(): void {
    this.#copy.close()
  }

  /** What its tests say of a mutant; null where it is outdated. */
  async #harmed(mutant: Mutant): Promise<Results | null> {
    if (!this.#copy.harm(mutant)) return null
    try {
      return await this.#run([...mutant.test, '--bail', '1'], TEST_MS_MAX)
    } finally {
      this.#copy.mend()
    }
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
        for (const { fullName, status, failureMessages } of assertionResults) {
          const test = `${relative(this.#copy.root, name)} ${fullName}`
          if (status === 'passed') passed.add(test)
          if (status === 'failed' && !failureMessages.some((text) => STUMBLED.test(text))) failed.add(test)
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
