import { describe, expect, it } from 'vitest'
import { junitXml } from '../../../src/scenario/junit.ts'
import { experimentHtml } from '../../../src/scenario/report-html.ts'
import { missText, runDocument, totalOf, totalText, type RunReport } from '../../../src/scenario/run-report.ts'
import { smallExperiment } from '../../toolkit/scenario/small-network.ts'

const experiment = smallExperiment()
const [accepted, coverage] = experiment.expectations
if (accepted === undefined || coverage === undefined) throw new Error('the small experiment expects something')
const report: RunReport = {
  world: 'virtual',
  seed: 7,
  isMet: false,
  judged: [
    { expectation: accepted, verdict: 'met', found: 1, atMs: null, where: '' },
    {
      expectation: coverage,
      verdict: 'missed',
      found: 0.5,
      atMs: null,
      where: 'node-3 lacks <5> of "10" & more\u0007',
    },
  ],
  figures: { accepted: { value: 1, where: '' }, coverage: { value: 0.5, where: 'node-3' } },
  digest: 'ab'.repeat(32),
  wallMs: 1_234,
  latestMs: 0,
}

describe('a run that missed something', () => {
  it('says what was expected, what was found, and at which node', () => {
    expect(report.judged.map(missText)[1]).toBe(
      'coverage at least 100 %, at the end: found 50 %; node-3 lacks <5> of "10" & more\u0007',
    )
  })

  it('is a failure in the XML of JUnit, whatever is in its texts', () => {
    const xml = junitXml('small', [report])
    expect(xml).toContain('<testsuite name="small in virtual, seed 7" tests="2" failures="1" time="1.234">')
    expect(xml).toContain(
      '<failure message="coverage at least 100 %, at the end: found 50 %; node-3 lacks &lt;5&gt; of &quot;10&quot; &amp; more\ufffd"/>',
    )
    expect(xml.match(/<testcase /g)).toHaveLength(2)
  })

  it('is a page that asks nobody for anything, with its texts as texts', () => {
    const html = experimentHtml(experiment, [report])
    expect(html).not.toMatch(/https?:|<script|<5>/)
    expect(html).toContain('node-3 lacks &lt;5&gt;')
    expect(html).toContain('1 of 1 runs missed something')
    expect(html).toContain('3 transactions, until 0.4 s')
  })

  it('is one document with a verdict for each expectation', () => {
    expect(runDocument(report)).toMatchObject({
      ...{ world: 'virtual', seed: 7, met: false },
      expectations: [
        { figure: 'accepted', when: 'end', verdict: 'met' },
        { figure: 'coverage', atLeast: 1, verdict: 'missed', found: 0.5 },
      ],
    })
  })
})

describe('runs of several seeds', () => {
  const runs = (count: number, missed: readonly number[]) =>
    Array.from({ length: count }, (_, index) => ({ seed: index + 1, isMet: !missed.includes(index + 1) }))

  it('come to one line that counts them and names those that failed', () => {
    expect(totalOf(runs(20, [4, 9]))).toEqual({ runs: 20, met: 18, missedSeeds: [4, 9] })
    expect(totalText(totalOf(runs(20, [4, 9])))).toBe('20 seeds: 18 passed, 2 failed (4, 9)')
    expect(totalText(totalOf(runs(3, [])))).toBe('3 seeds: all passed')
  })

  it('name a dozen seeds at most', () => {
    const all = Array.from({ length: 15 }, (_, index) => index + 1)
    expect(totalText(totalOf(runs(15, all)))).toBe(
      '15 seeds: 0 passed, 15 failed (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 3 more)',
    )
  })
})
