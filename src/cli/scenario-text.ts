/** An experiment's runs as people read them. */
import { expectationText, type Judged } from '../scenario/expect.ts'
import { figureText, FIGURES, type FigureName } from '../scenario/figures.ts'
import { foundText, type RunReport } from '../scenario/run-report.ts'
import { durationText, tableText } from './table-text.ts'

/** What was expected, what was found, and the other figures. */
export function verdictText(report: RunReport): string {
  const expected = new Set(report.judged.map(({ expectation }) => expectation.figure))
  const others = (Object.keys(FIGURES) as FigureName[]).filter(
    (name) => !expected.has(name) && (report.figures[name]?.value ?? null) !== null,
  )
  const found = others.map((name) => `${name} ${figureText(name, report.figures[name]?.value ?? null)}`)
  const late = report.latestMs > 0 ? `, entries at most ${durationText(report.latestMs)} late` : ''
  return [
    tableText(
      [{ title: 'EXPECTED' }, { title: 'FOUND', align: 'right' }, { title: 'VERDICT' }, { title: 'WHERE' }],
      report.judged.map((judged) => [
        expectationText(judged.expectation),
        foundAt(judged),
        judged.verdict,
        judged.where,
      ]),
    ),
    ...(found.length === 0 ? [] : ['', `also: ${found.join(', ')}`]),
    `seed ${report.seed}, in ${report.world}, ${durationText(report.wallMs)}${late}` +
      (report.digest === null ? '' : `; digest ${report.digest.slice(0, 16)}`),
  ].join('\n')
}

function foundAt(judged: Judged): string {
  const { atMs, expectation } = judged
  const text = foundText(judged)
  return atMs === null || expectation.when.kind === 'at' ? text : `${text} at ${(atMs / 1_000).toFixed(0)} s`
}
