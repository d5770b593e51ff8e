/** Lines on one page as one HTML file: no script, no request, light or dark as the reader's system is. */

import { escapeText } from '../lib/markup.ts'

export interface Line {
  readonly name: string
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  readonly title: string
  readonly caption: string
  readonly x: string
  readonly y: string
  readonly lines: readonly Line[]
  /** `share`: 0 to 100 %; `log`: decades down from 1; `linear`: from 0 to the largest value. */
  readonly scale: 'share' | 'log' | 'linear'
}

export interface Plot {
  readonly title: string
  readonly subtitle: string
  readonly charts: readonly Chart[]
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
}

const WIDTH = 760
const HEIGHT = 300
const LEFT = 64
const RIGHT = 16
const TOP = 14
const BOTTOM = 44
const DECADES = 4
const TICKS = [0, 0.25, 0.5, 0.75, 1]
/** Colours that differ also for those who see few of them; then dashes tell apart (after Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']

/** The whole document. The same plot gives the same bytes. */
export function plotHtml({ title, subtitle, charts, table }: Plot): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeText(title)}</h1>
<p class="dim">${escapeText(subtitle)}</p>
${charts.map(chartHtml).join('\n')}
<section><h2>Figures</h2><div class="wide" tabindex="0"><table><thead><tr>${table.head.map((cell) => `<th>${escapeText(cell)}</th>`).join('')}</tr></thead><tbody>${table.rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table></div></section>
</main>
</body>
</html>
`
}

function chartHtml(chart: Chart): string {
  const { title, caption, lines } = chart
  const styles = lines.map((_, index) => styleOf(index))
  const legend = lines
    .map(
      ({ name }, index) =>
        `<li><svg width="34" height="10" aria-hidden="true"><line x1="1" x2="33" y1="5" y2="5" ${styles[index] ?? ''}/></svg>${escapeText(name)}</li>`,
    )
    .join('')
  return `<section><h2>${escapeText(title)}</h2>${svgOf(chart, styles)}<ul class="legend">${legend}</ul><p class="dim">${escapeText(caption)}</p></section>`
}

function svgOf({ title, lines, x, y, scale }: Chart, styles: readonly string[]): string {
  const points = lines.flatMap((line) => line.points)
  const maxX = Math.max(1, ...points.map(([at]) => at))
  const maxY = scale === 'linear' ? rounded(Math.max(...points.map(([, value]) => value), 0)) : 1
  const height = (value: number): number =>
    scale === 'log' ? Math.max(0, 1 + Math.log10(Math.max(value, 10 ** -DECADES)) / DECADES) : value / maxY
  const atX = (value: number): string => (LEFT + (value / maxX) * (WIDTH - LEFT - RIGHT)).toFixed(1)
  const atY = (share: number): string => (HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)).toFixed(1)
  const label = (share: number): string =>
    scale === 'share'
      ? `${share * 100}%`
      : scale === 'log'
        ? `${Number((100 * 10 ** ((share - 1) * DECADES)).toPrecision(1))}%`
        : numberText(share * maxY)
  const rows = TICKS.map(
    (share) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(share)}" y2="${atY(share)}"/><text x="${LEFT - 8}" y="${atY(share)}" dy="4" text-anchor="end">${label(share)}</text>`,
  ).join('')
  const columns = TICKS.map(
    (share) =>
      `<text x="${atX(share * maxX)}" y="${HEIGHT - 24}" text-anchor="${share === 1 ? 'end' : 'middle'}">${numberText(share * maxX)}</text>`,
  ).join('')
  const paths = lines
    .map(
      (line, index) =>
        `<path fill="none" ${styles[index] ?? ''} d="M${line.points.map(([at, value]) => `${atX(at)} ${atY(height(value))}`).join('L')}"><title>${escapeText(line.name)}</title></path>`,
    )
    .join('')
  const names = `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${escapeText(x)}</text><text x="${LEFT}" y="${HEIGHT - 6}">${escapeText(y)} ↑</text>`
  return `<div class="wide" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">${rows}${columns}${paths}${names}</svg></div>`
}

function styleOf(index: number): string {
  const dashes = ['', '7 4', '2 3', '10 3 2 3'][Math.floor(index / COLOURS.length)] ?? '1 4'
  return `stroke="${COLOURS[index % COLOURS.length] ?? ''}" stroke-width="2"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}`
}

/** The next number of one digit and zeros, or of one and a half. */
function rounded(value: number): number {
  if (value <= 0) return 1
  const decade = 10 ** Math.floor(Math.log10(value))
  return Math.ceil((2 * value) / decade) * (decade / 2)
}

function numberText(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US')
}

const STYLE = `:root{color-scheme:light dark;--ink:#1c2330;--dim:#5a6474;--page:#fff;--grid:#dde2ea}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ef;--dim:#9aa4b5;--page:#12161d;--grid:#2a313d}}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:800px;margin:0 auto;padding:24px 16px}
h1{font-size:22px;margin:0}h2{font-size:17px;margin:28px 0 8px}
.dim{color:var(--dim);margin:4px 0}
.wide{overflow-x:auto}svg{display:block}.wide svg{width:100%;min-width:560px;height:auto}
svg text{font-size:12px;fill:var(--dim)}.grid{stroke:var(--grid)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:6px 0}.legend li{display:flex;align-items:center;gap:6px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:4px 10px 4px 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}th:first-child,td:first-child{text-align:left}`
