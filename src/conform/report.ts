/** What a run came to, as values and as JUnit's XML. */
import { escapeXml } from '../lib/markup.ts'
import type { Check } from './check.ts'
import { FREE } from './judged.ts'
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

/** A run in which that many checks failed for want of a charge, and none was ever seen, has one cause. */
const UNCHARGED_MIN = 3

/** What many failures have in common, as one sentence with a next step; null where nothing is seen. */
export function hintOf(results: readonly Result[]): string | null {
  const uncharged = results.filter(({ verdict }) => verdict.kind === 'fail' && verdict.evidence.includes(FREE)).length
  if (uncharged < UNCHARGED_MIN || results.some(({ hasCharged }) => hasCharged)) return null
  return (
    `no rejection of this run cost its sender anything (${uncharged} checks): are the router's scores switched on at the ` +
    'peer? (PROTOCOL.md, Offences and bans; the table "writing a peer with library X")'
  )
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

/**
 * One test suite, a case each check, its class the section.
 * @param unrun checks that the run was cut short before: skipped ones
 */
export function junitOf(results: readonly Result[], peer: string, unrun: readonly Check[] = []): string {
  const { failed, notApplicable } = countsOf(results)
  const seconds = (ms: number): string => (ms / 1_000).toFixed(3)
  const total = results.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)
  const cases = results.map((result) => {
    const { check, verdict, elapsedMs } = result
    const open = opening(check, seconds(elapsedMs))
    if (verdict.kind === 'pass') return `${open}/>`
    const inner =
      verdict.kind === 'fail'
        ? `<failure message="${xml(verdict.evidence)}"/>`
        : `<skipped message="${xml(verdict.reason)}"/>`
    return `${open}>${inner}</testcase>`
  })
  const missing = unrun.map(
    (check) => `${opening(check, '0.000')}><skipped message="not run: the run was cut short"/></testcase>`,
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="hearsay conform ${xml(peer)}" tests="${results.length + unrun.length}" failures="${failed}" skipped="${notApplicable + unrun.length}" time="${seconds(total)}">`,
    ...cases,
    ...missing,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function opening({ section, id, sentence }: Check, seconds: string): string {
  return `    <testcase classname="PROTOCOL.md ${xml(section)}" name="${xml(`${id}: ${sentence}`)}" time="${seconds}"`
}

/** Text of anybody as an attribute: what XML can't hold is left out. */
function xml(text: string): string {
  return escapeXml(text.replaceAll(/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]/g, '?'))
}
