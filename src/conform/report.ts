/** What a run came to, as values and as JUnit's XML. */
import { escapeXml } from '../lib/markup.ts'
import type { Result } from './run.ts'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly notApplicable: number
}

export function countsOf(results: readonly Result[]): Counts {
  const count = (kind: Result['verdict']['kind']): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length
  return { passed: count('pass'), failed: count('fail'), notApplicable: count('not-applicable') }
}

/** `87 passed, 0 failed, 3 not applicable` */
export function countsText({ passed, failed, notApplicable }: Counts): string {
  return `${passed} passed, ${failed} failed, ${notApplicable} not applicable`
}

/** What was seen, where the check did not pass. */
export function noteOf({ verdict }: Result): string | null {
  switch (verdict.kind) {
    case 'pass':
      return null
    case 'fail':
      return verdict.evidence
    case 'not-applicable':
      return verdict.reason
  }
}

/** One test suite, a case each check, its class the section. */
export function junitOf(results: readonly Result[], peer: string): string {
  const { failed, notApplicable } = countsOf(results)
  const seconds = (ms: number): string => (ms / 1_000).toFixed(3)
  const total = results.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)
  const cases = results.map((result) => {
    const { check, verdict, elapsedMs } = result
    const open = `    <testcase classname="PROTOCOL.md ${xml(check.section)}" name="${xml(`${check.id}: ${check.sentence}`)}" time="${seconds(elapsedMs)}"`
    if (verdict.kind === 'pass') return `${open}/>`
    const inner =
      verdict.kind === 'fail'
        ? `<failure message="${xml(verdict.evidence)}"/>`
        : `<skipped message="${xml(verdict.reason)}"/>`
    return `${open}>${inner}</testcase>`
  })
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="hearsay conform ${xml(peer)}" tests="${results.length}" failures="${failed}" skipped="${notApplicable}" time="${seconds(total)}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

/** Text of anybody as an attribute: what XML can't hold is left out. */
function xml(text: string): string {
  return escapeXml(text.replaceAll(/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/g, '?'))
}
