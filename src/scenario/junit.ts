/** Runs as JUnit's XML, which every CI reads: a suite a run, a case an expectation. Pure. */
import { escapeXml } from '../lib/markup.ts'
import { expectationText } from './expect.ts'
import { missText, type RunReport } from './run-report.ts'

/** @param name of the scenario */
export function junitXml(name: string, reports: readonly RunReport[]): string {
  const suites = reports.map((report) => {
    const missed = report.judged.filter(({ verdict }) => verdict !== 'met').length
    const suite = `${name} in ${report.world}, seed ${report.seed}`
    const cases = report.judged.map((judged) => {
      const title = `<testcase classname="${text(suite)}" name="${text(expectationText(judged.expectation))}"`
      return judged.verdict === 'met'
        ? `    ${title}/>`
        : `    ${title}><failure message="${text(missText(judged))}"/></testcase>`
    })
    const figures = `tests="${cases.length}" failures="${missed}" time="${(report.wallMs / 1_000).toFixed(3)}"`
    return [`  <testsuite name="${text(suite)}" ${figures}>`, ...cases, '  </testsuite>'].join('\n')
  })
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n')
}

/** As the value of an attribute. Controls are no characters of XML. */
function text(value: string): string {
  return escapeXml(value.replaceAll(/[^\P{Cc}]/gu, '\ufffd'))
}
