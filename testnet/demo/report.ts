/** The run as one HTML file: no request leaves it, and it follows the reader's choice of light or dark. */
import type { NodeFigures, SpreadFigures } from './figures.ts'

export interface ReportData {
  readonly network: string
  readonly startedAt: Date
  readonly spread: SpreadFigures
  readonly nodes: readonly (NodeFigures & {
    readonly peers: number | null
    readonly mesh: number | null
    readonly pool: number | null
  })[]
  readonly refusals: readonly {
    readonly kind: string
    readonly sent: number
    readonly refusedBy: readonly string[]
    readonly stored: number
    readonly forwarded: number
  }[]
  readonly checks: readonly { readonly name: string; readonly detail: string; readonly pass: boolean }[]
}

const WIDTH = 720
const HEIGHT = 260
const MARGIN = { left: 48, right: 16, top: 16, bottom: 36 }

/** The whole document. */
export function reportHtml(data: ReportData): string {
  const { spread } = data
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hearsay demo, ${escape(data.network)}</title>
<style>${STYLE}</style>
<main>
<h1>hearsay demo</h1>
<p class="dim">${escape(data.network)}, ${escape(data.startedAt.toISOString().replace('T', ' ').slice(0, 19))} UTC, ${spread.nodes} nodes</p>
<h2>What was shown</h2>
${table(
  ['', 'expectation', 'found'],
  data.checks.map(({ pass, name, detail }) => [pass ? '✓' : '✗', name, detail]),
)}
<h2>How ${spread.sent} transactions spread</h2>
<p>p50 ${ms(spread.p50Ms)}, p95 ${ms(spread.p95Ms)}, max ${ms(spread.maxMs)}; a node received ${spread.copies.toFixed(2)} copies of each on average.</p>
${curveSvg(spread.curve)}
<h2>Nodes</h2>
${table(
  ['node', 'peers', 'mesh', 'pool', 'taken', 'duplicates', 'refused', 'p50'],
  data.nodes.map((node) => [
    node.name,
    ...[node.peers, node.mesh, node.pool, node.delivered, node.duplicates, node.refused].map((value) =>
      String(value ?? '–'),
    ),
    node.p50Ms === null ? '–' : ms(node.p50Ms),
  ]),
)}
<h2>Refused</h2>
${table(
  ['forgery', 'sent', 'refused by', 'stored', 'forwarded'],
  data.refusals.map(({ kind, sent, refusedBy, stored, forwarded }) => [
    kind,
    String(sent),
    refusedBy.join(', ') || '–',
    String(stored),
    String(forwarded),
  ]),
)}
</main>
</html>
`
}

/** Share of the nodes that have a transaction over the time since it was published, over all transactions. */
function curveSvg(curve: SpreadFigures['curve']): string {
  const maxMs = niceAbove(curve.at(-1)?.ms ?? 1)
  const x = (at: number): string => (MARGIN.left + (at / maxMs) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1)
  const y = (share: number): string =>
    (HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1)
  const path = curve.map(({ ms: at, share }, index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(share)}`).join('')
  const rows = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (share) =>
        `<line class="grid" x1="${x(0)}" x2="${x(maxMs)}" y1="${y(share)}" y2="${y(share)}"/><text x="${MARGIN.left - 8}" y="${y(share)}" dy="4" text-anchor="end">${share * 100}%</text>`,
    )
    .join('')
  const columns = [0, 0.25, 0.5, 0.75, 1]
    .map((part) => `<text x="${x(part * maxMs)}" y="${HEIGHT - 12}" text-anchor="middle">${ms(part * maxMs)}</text>`)
    .join('')
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Coverage over time">${rows}${columns}<path d="${path}"/></svg>`
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.001)))
  return power * ([1, 2, 4, 5, 10].find((step) => step * power >= value) ?? 10)
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table><thead>${cells('th', titles)}</thead><tbody>${rows.map((row) => cells('td', row)).join('\n')}</tbody></table></div>`
}

function ms(value: number): string {
  return value < 10 ? `${Number(value.toFixed(1))} ms` : `${Math.round(value)} ms`
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1c1e21, #e6e7e9); --dim: light-dark(#5d636b, #9aa1aa);
  --line: light-dark(#dcdfe3, #363b42); --paper: light-dark(#ffffff, #16181b); --mark: light-dark(#0b6bcb, #63b0ff) }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.dim { color: var(--dim); margin-top: .25rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap }
th { color: var(--dim); font-weight: 500 }
svg { width: 100%; height: auto } svg text { fill: var(--dim); font-size: 12px }
svg .grid { stroke: var(--line) } svg path { fill: none; stroke: var(--mark); stroke-width: 2 }
`
