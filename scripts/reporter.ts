import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** `123 passed, 0 failed`, and how many were skipped where any were. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * Ends every run with one plain line, `123 passed, 0 failed` (and `, N skipped` when any), alone on its line and
 * without colours, so that a person or a program finds the outcome in the last line of a long log.
 *
 * What breaks outside a test (a file that doesn't load, an unhandled rejection) counts as one failure each: a run that
 * exits with 1 must never say `0 failed`. Where HEARSAY_COUNTS_FILE names a file the counts are written to it too
 * (scripts/test.ts adds them up).
 */
export class CountsReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    const skipped: string[] = []

    for (const testModule of testModules) {
      let failedInModule = 0
      for (const testCase of testModule.children.allTests()) {
        const result = testCase.result()
        if (result.state === 'passed') passed++
        else if (result.state === 'skipped') skipped.push(`${testCase.fullName}: ${result.note ?? 'did not run'}`)
        else failedInModule++
      }
      // A hook that failed left its tests without a result.
      for (const suite of testModule.children.allSuites()) if (suite.errors().length > 0) failedInModule++
      // Its imports failed, or a hook of the whole file.
      if (failedInModule === 0 && testModule.state() === 'failed') failedInModule = 1
      failed += failedInModule
    }

    const lines = skipped.map((line) => `skipped: ${line}`)
    const counts = { passed, failed, skipped: skipped.length }
    lines.push(countsLine(counts))
    const file = process.env['HEARSAY_COUNTS_FILE']
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
    // After the default reporter's summary, which is written synchronously before this.
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}
