/**
 * Runs as one HTML file: the verdict, all figures side by side, and what happened when. No request leaves it, and it
 * follows the reader's choice of light or dark. Pure.
 */
import { escapeXml } from '../lib/markup.ts'
import { expectationText } from './expect.ts'
import type { Action, Experiment } from './experiment.ts'
import { FIGURES, FIGURE_NAMES, figureText } from './figures.ts'
import { nodesText } from './nodes-text.ts'
import { foundText, type RunReport } from './run-report.ts'

/** The whole document. */
export function experimentHtml(experiment: Experiment, reports: readonly RunReport[]): string {
  const { name, about } = experiment
  const failed = reports.filter(({ isMet }) => !isMet).length
  const verdict = failed === 0 ? 'Everything expected holds' : `${failed} of ${reports.length} runs missed something`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(name)}: ${escapeXml(verdict)}</title>
<style>${STYLE}</style>
<main>
<h1>${escapeXml(name)}</h1>
<p class="dim">${escapeXml(about)}</p>
<p class="${failed === 0 ? 'met' : 'missed'}">${escapeXml(verdict)}.</p>
<h2>What was expected</h2>
${reports.map(verdictTable).join('\n')}
<h2>What was measured</h2>
${figuresTable(reports)}
<h2>What happened</h2>
${table(
  ['at', 'what'],
  happenings(experiment.actions).map(({ atMs, what }) => [`${atMs / 1_000} s`, what]),
)}
</main>
</html>
`
}

function verdictTable({ world, seed, digest, judged }: RunReport): string {
  const rows = judged.map((each) => [expectationText(each.expectation), foundText(each), each.verdict, each.where])
  const caption = `in ${world}, seed ${seed}${digest === null ? '' : `, digest ${digest.slice(0, 16)}`}`
  return `<h3>${escapeXml(caption)}</h3>\n${table(['expected', 'found', 'verdict', 'where'], rows, 2)}`
}

function figuresTable(reports: readonly RunReport[]): string {
  const head = ['figure', ...reports.map(({ world, seed }) => `${world}, seed ${seed}`), 'meaning']
  return table(
    head,
    FIGURE_NAMES.map((name) => [
      name,
      ...reports.map(({ figures }) => figureText(name, figures[name]?.value ?? null)),
      FIGURES[name].meaning,
    ]),
  )
}

/** What happens when, in words; transactions that follow one another are one line. */
function happenings(actions: readonly Action[]): readonly { readonly atMs: number; readonly what: string }[] {
  const found: { atMs: number; what: string; handedIn: number; untilMs: number }[] = []
  for (const action of actions) {
    const last = found.at(-1)
    if (action.kind === 'hand-in' && last !== undefined && last.handedIn > 0) {
      last.handedIn++
      last.untilMs = action.atMs
      last.what = `${last.handedIn} transactions, until ${last.untilMs / 1_000} s`
      continue
    }
    const handedIn = action.kind === 'hand-in' ? 1 : 0
    found.push({ atMs: action.atMs, what: wordsOf(action), handedIn, untilMs: action.atMs })
  }
  return found
}

function wordsOf(action: Action): string {
  if (action.kind === 'hand-in') return '1 transaction'
  if (action.kind === 'partition') return `partition ${action.groups.map(nodesText).join(' | ')}`
  return 'nodes' in action ? `${action.kind} ${nodesText(action.nodes)}` : action.kind
}

/** @param markedAt column whose word is shown in its colour */
function table(head: readonly string[], rows: readonly (readonly string[])[], markedAt = -1): string {
  const cell = (tag: string) => (text: string, at: number) => {
    const mark = tag === 'td' && at === markedAt ? ` class="${escapeXml(text)}"` : ''
    return `<${tag}${mark}>${escapeXml(text)}</${tag}>`
  }
  const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n')
  return `<div class="wide"><table><tr>${head.map(cell('th')).join('')}</tr>\n${body}</table></div>`
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem }
.dim { color: light-dark(#555, #aaa) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid light-dark(#ddd, #444); vertical-align: top }
td:nth-child(2) { font-variant-numeric: tabular-nums; white-space: nowrap }
.met { color: light-dark(#146c2e, #7bd88f); font-weight: 600 }
.missed, .unmeasured { color: light-dark(#a4121f, #ff8a80); font-weight: 600 }
`
