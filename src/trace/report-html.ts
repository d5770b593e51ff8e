/**
 * The report as one HTML file: its data inside, no script that runs, no request to anybody, light or dark as the
 * reader's system is.
 */
import { escapeText } from '../lib/markup.ts'
import { coverageChart, heatChart, hopsChart, msText, tailChart } from './report-charts.ts'
import { reportDocument, type Report } from './report.ts'
import type { SpreadSummary } from './spread.ts'
import { treeText } from './tree-text.ts'
import { dateText } from './date-text.ts'

const REFUSALS_SHOWN = 40
const HUBS_SHOWN = 12

/** The whole document. The same report gives the same bytes. */
export function reportHtml(report: Report): string {
  const { head, transactions } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>hearsay report, ${escapeText(head.network)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>How the rumours spread</h1>
<p class="dim">${headerText(report)}</p>
</header>
${warnings(report)}
<section class="tiles" aria-label="Figures">${tiles(report)}</section>
${section(
  'Coverage over time',
  transactions.journeys === 0
    ? '<p>No transaction was recorded.</p>'
    : `${coverageChart(report)}<p class="dim">Line: median over ${countText(transactions.journeys, 'transaction')}; band: 5 to 95 %${theoryText(report)}</p>`,
)}
${section('The tail', `${tailChart(report)}<p class="dim">Share that is still without it: median, and the slowest twentieth dimmed.</p>`)}
${section('Hops', `${hopsChart(report)}<p class="dim">Bars: measured. Points: what a random graph of this degree predicts.</p>`)}
${section('Delay of each node for each transaction', `${heatChart(report)}<p class="dim">Darker is later, up to ${msText(report.untilMs)}. Red: it does not have it. Grey: not known yet. Blank: it was not there then. The slowest node is at the bottom.</p>`)}
${section('Nodes', nodesTable(report))}
${section('Who brought it first', hubsTable(report))}
${section('The slowest way', slowestText(report))}
${section('Refused', refusedText(report))}
${section('What must hold', invariantsTable(report))}
${section('Missed', missedText(report))}
</main>
<script type="application/json" id="report">${JSON.stringify(reportDocument(report)).replace(/</g, '\\u003c')}</script>
</body>
</html>
`
}

function headerText({ head, durationMs, meshDegree }: Report): string {
  const clock =
    head.clockErrorMs === 0
      ? 'one clock stamps all times'
      : `the nodes' clocks are compared to ± ${msText(head.clockErrorMs)}`
  return escapeText(
    [
      head.network,
      `${dateText(head.createdAt)} UTC`,
      `${head.nodes.length} nodes`,
      `topology ${head.topology}${head.degree === null ? '' : ` of degree ${head.degree}`}`,
      ...(meshDegree === null ? [] : [`mesh ${meshDegree} on average`]),
      `links ${head.link}`,
      ...(head.seed === null ? [] : [`seed ${head.seed}`]),
      `hearsay ${head.version}`,
      `recorded over ${msText(durationMs)}`,
      clock,
    ].join(' · '),
  )
}

function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function warnings({ dropped, older, untraced, unasked }: Report): string {
  const warning = (text: string): string => `<p class="warning">${escapeText(text)}</p>`
  return [
    ...unasked.map(({ node, why }) =>
      warning(`${node} could not be asked: ${why}. What it took is not in these figures; ask again when it answers.`),
    ),
    ...(dropped === 0
      ? []
      : [
          warning(
            `${dropped} records are missing from the recording: a reader was too slow, or a node restarted. Copies and coverage are lower bounds.`,
          ),
        ]),
    ...(untraced === 0
      ? []
      : [warning(`There was more than is traced: ${untraced} transactions left no record at the busiest node.`)]),
    ...(older === 0 ? [] : [`<p class="dim">${olderText(older)}</p>`]),
  ].join('')
}

/** What is not in the figures, in words. */
function olderText(older: number): string {
  return `${countText(older, 'older transaction')} ${older === 1 ? 'is' : 'are'} counted by the nodes and no longer remembered: ${older === 1 ? 'it is' : 'they are'} in no other figure.`
}

function tiles({ transactions, blocks, records, missed }: Report): string {
  const tile = (name: string, value: string): string =>
    `<div><strong>${escapeText(value)}</strong><span>${escapeText(name)}</span></div>`
  const spread = (summary: SpreadSummary): string[] =>
    summary.delays === null
      ? []
      : [
          tile('p50', msText(summary.delays.p50Ms)),
          tile('p90', msText(summary.delays.p90Ms)),
          tile('p99', msText(summary.delays.p99Ms)),
          tile('slowest', msText(summary.delays.maxMs)),
        ]
  return [
    tile('transactions', String(transactions.journeys)),
    tile('coverage', `${Number((transactions.coverage * 100).toFixed(2))}%`),
    ...spread(transactions),
    tile('copies a node', transactions.copiesPerNode?.toFixed(2) ?? '–'),
    tile('refused as offences', String(records.REJECT ?? 0)),
    tile('missed', String(missed.count)),
    ...(transactions.pending === 0 ? [] : [tile('not known yet', String(transactions.pending))]),
    ...(transactions.absent === 0 ? [] : [tile('node was not there', String(transactions.absent))]),
    ...(blocks.journeys === 0
      ? []
      : [tile('blocks', String(blocks.journeys)), tile('blocks p50', msText(blocks.delays?.p50Ms ?? 0))]),
  ].join('')
}

function theoryText({ theory, meshDegree }: Report): string {
  return theory === null
    ? '.'
    : `; dashes: a flood with these hop times on a mesh of ${meshDegree ?? 0}, half of the nodes after ${msText(theory.medianMs)}.`
}

function nodesTable({ nodes }: Report): string {
  return table(
    [
      ...['node', 'made', 'taken', 'by repair', 'duplicates', 'refused', 'missed', 'not known', 'was not there'],
      ...['copies', 'p50', 'p95'],
    ],
    nodes.map((node) => [
      node.name,
      ...[node.origins, node.delivered, node.recovered, node.duplicates, node.refused].map(String),
      ...[node.missed, node.pending + node.held, node.absent, node.copies].map(String),
      node.p50Ms === null ? '–' : msText(node.p50Ms),
      node.p95Ms === null ? '–' : msText(node.p95Ms),
    ]),
  )
}

function hubsTable({ firstFrom, nodes }: Report): string {
  const total = firstFrom.reduce((sum, { count }) => sum + count, 0)
  const bySource = new Map<string, { count: number; to: Map<string, number> }>()
  for (const { from, to, count } of firstFrom) {
    const own = bySource.get(from) ?? { count: 0, to: new Map<string, number>() }
    own.count += count
    own.to.set(to, count)
    bySource.set(from, own)
  }
  const rows = [...bySource].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)).slice(0, HUBS_SHOWN)
  const names = nodes.map(({ name }) => name)
  return (
    table(
      ['from', 'first deliveries', 'share', 'most to'],
      rows.map(([from, { count, to }]) => [
        from,
        String(count),
        `${((100 * count) / Math.max(1, total)).toFixed(1)}%`,
        [...to]
          .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
          .slice(0, 3)
          .map(([name, times]) => `${name} (${times})`)
          .join(', '),
      ]),
    ) +
    (bySource.size > names.length
      ? '<p class="dim">Sources that are no node of the network are shown by their peer id.</p>'
      : '')
  )
}

function slowestText({ slowest }: Report): string {
  if (slowest === null) return '<p>None.</p>'
  const path = slowest.path.map((node) => [
    node.name,
    node.firstSeenMs === null ? '–' : msText(node.firstSeenMs),
    ...[node.networkMs, node.queueMs, node.checkMs].map((ms) => (ms === null ? '–' : msText(ms))),
  ])
  return `${table(['node', 'seen', 'network', 'queue', 'check'], path)}<details><summary>The whole tree of this transaction</summary><pre>${escapeText(treeText(slowest.journey))}</pre></details>`
}

function refusedText({ refusals }: Report): string {
  if (refusals.count === 0) return '<p>Nothing was refused.</p>'
  const shown = refusals.listed.slice(0, REFUSALS_SHOWN)
  const more = refusals.count - shown.length
  return `<p>${refusals.count} ${refusals.count === 1 ? 'refusal' : 'refusals'}, ${refusals.offences} of them offences of the sender.</p>${table(
    ['node', 'from', 'id', 'why'],
    shown.map(({ node, from, id, reason, offence }) => [
      node,
      from === null ? 'its user' : shortText(from),
      shortText(id),
      offence ? reason : `${reason} (ignored)`,
    ]),
  )}${more > 0 ? `<p class="dim">and ${more} more</p>` : ''}`
}

function invariantsTable(report: Report): string {
  return table(
    ['', 'expectation', 'found'],
    expectationsOf(report).map(({ verdict, name, found }) => [VERDICTS[verdict], name, found]),
  )
}

const VERDICTS = { holds: '✓', broken: '✗', unknown: '?' } as const

/** What must hold of every run, and whether it did; `unknown` where not all that it takes to say so is known. */
function expectationsOf({
  invariants: { invalidRelayed, heads },
  missed,
  transactions,
  dropped,
  unasked,
}: Report): readonly { readonly verdict: keyof typeof VERDICTS; readonly name: string; readonly found: string }[] {
  const isWhole = dropped === 0 && unasked.length === 0
  const pending = transactions.pending === 0 ? '' : `, of ${transactions.pending} it is not known yet`
  return [
    {
      verdict: invalidRelayed > 0 ? 'broken' : isWhole ? 'holds' : 'unknown',
      name: 'no refused object was taken by any node',
      found: `${invalidRelayed} were`,
    },
    {
      verdict: missed.count > 0 ? 'broken' : transactions.pending > 0 ? 'unknown' : 'holds',
      name: 'every transaction came to every node that was there',
      found: `${missed.count} did not${pending}`,
    },
    {
      verdict: isWhole ? 'holds' : 'broken',
      name: 'the recording is whole',
      found:
        unasked.length > 0
          ? `${unasked.map(({ node }) => node).join(', ')} could not be asked`
          : `${dropped} records are missing`,
    },
    ...(heads === null
      ? []
      : [
          {
            verdict: heads === 1 ? ('holds' as const) : ('broken' as const),
            name: 'all nodes that are up are on one chain',
            found: countText(heads, 'chain'),
          },
        ]),
  ]
}

function missedText({ missed, transactions }: Report): string {
  const rest = [
    ...(transactions.pending === 0
      ? []
      : [
          `Of ${countText(transactions.pending, 'arrival')} nothing is known yet: on the way, or the node could not be asked.`,
        ]),
    ...(transactions.absent === 0
      ? []
      : [
          `${countText(transactions.absent, 'time')} a node was not there when a transaction was sent (down, came later, or restarted): that is no miss.`,
        ]),
  ]
  const aside = rest.map((text) => `<p class="dim">${text}</p>`).join('')
  if (missed.count === 0)
    return `<p>${transactions.pending === 0 ? 'Every transaction reached every node that was there.' : 'No node is known to lack one.'}</p>${aside}`
  const shown = missed.listed.slice(0, REFUSALS_SHOWN)
  return `${table(
    ['node', 'id', 'why'],
    shown.map(({ node, id, reason }) => [node, shortText(id), reason]),
  )}${missed.count > shown.length ? `<p class="dim">and ${missed.count - shown.length} more</p>` : ''}${aside}`
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${escapeText(title)}</h2>\n${content}\n</section>`
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escapeText(text)}</${tag}>`).join('')}</tr>`
  return `<div class="wide" tabindex="0"><table><thead>${cells('th', titles)}</thead><tbody>${rows.map((row) => cells('td', row)).join('\n')}</tbody></table></div>`
}

function shortText(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-6)}`
}

const HEAT = Array.from(
  { length: 10 },
  (_, level) => `svg .h${level} { fill: color-mix(in oklab, var(--mark) ${10 + level * 10}%, var(--paper)) }`,
).join('\n')

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c1e21, #e6e7e9); --dim: light-dark(#565c64, #9aa1aa);
  --line: light-dark(#dcdfe3, #363b42); --paper: light-dark(#ffffff, #16181b); --mark: light-dark(#0b5fb8, #63b0ff);
  --theory: light-dark(#b4530a, #ffb366); --warn: light-dark(#a01c1c, #ff8f8f) }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.dim { color: var(--dim); margin: .25rem 0 } .warning { color: var(--warn); font-weight: 600 }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .5rem; margin-top: 1rem }
.tiles div { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .75rem; display: flex; flex-direction: column }
.tiles strong { font-size: 1.15rem; font-variant-numeric: tabular-nums } .tiles span { color: var(--dim); font-size: .85rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--dim); font-weight: 500 }
pre { overflow-x: auto; font-size: 12.5px }
svg { width: 100%; height: auto; overflow: visible } svg text { fill: var(--dim); font-size: 12px }
@media (max-width: 40rem) { .wide svg { min-width: 36rem } svg text { font-size: 14px } }
svg .grid { stroke: var(--line) } svg path { fill: none } svg .line { stroke: var(--mark); stroke-width: 2 }
svg .line.dim { opacity: .45 } svg .band { fill: var(--mark); opacity: .18 }
svg .theory { stroke: var(--theory); stroke-width: 2; stroke-dasharray: 6 5 }
svg .bar { fill: var(--mark) } svg .mark { fill: var(--theory) } svg .lacks { fill: var(--warn); opacity: .6 }
svg .pending { fill: var(--dim); opacity: .35 } svg .held { fill: var(--mark); opacity: .35 } svg .absent { fill: none }
${HEAT}
@media print { main { max-width: none } }
`
