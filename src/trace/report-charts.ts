/** Charts of the report as SVG text: no script, no font, no request; colours come from the page's variables. */
import { escapeText } from '../lib/markup.ts'
import type { Report } from './report.ts'

const WIDTH = 720
const HEIGHT = 260
const LEFT = 52
const RIGHT = 16
const TOP = 14
const BOTTOM = 40
/** Widest column of the heat map: one transaction alone would fill it like a flag. */
const COLUMN_MAX = 28

interface Scale {
  readonly x: (value: number) => string
  readonly y: (value: number) => string
}

/** Coverage over time: band, median and the theory's curve. */
export function coverageChart({ band, theory, untilMs }: Report): string {
  const scale = scaleOf(untilMs, 1)
  const edge = (pick: (point: Report['band'][number]) => number, points = band): string =>
    points.map((point) => `${scale.x(point.ms)} ${scale.y(pick(point))}`).join('L')
  const area = `M${edge(({ high }) => high)}L${edge(({ low }) => low, [...band].reverse())}Z`
  const curve =
    theory === null
      ? ''
      : `<path class="theory" d="M${theory.curve.map(({ ms, share }) => `${scale.x(ms)} ${scale.y(share)}`).join('L')}"/>`
  return svg(
    'Share of the nodes that have a transaction, over the time since it was sent',
    `${axes(scale, untilMs, 1, (share) => `${Math.round(share * 100)}%`)}<path class="band" d="${area}"/>${curve}<path class="line" d="M${edge(({ median }) => median)}"/>`,
  )
}

/** What is left, on a logarithmic scale: where a curve looks done, its tail shows. */
export function tailChart({ band, untilMs }: Report): string {
  const decades = 4
  const scale = scaleOf(untilMs, decades)
  const height = (share: number): number => Math.max(0, decades + Math.log10(Math.max(1 - share, 10 ** -decades)))
  const path = (pick: (point: Report['band'][number]) => number): string =>
    band.map((point) => `${scale.x(point.ms)} ${scale.y(height(pick(point)))}`).join('L')
  return svg(
    'Share of the nodes that a transaction has not reached yet, logarithmic',
    `${axes(scale, untilMs, decades, (value) => `${Number((100 * 10 ** (value - decades)).toPrecision(1))}%`)}<path class="line dim" d="M${path(({ low }) => low)}"/><path class="line" d="M${path(({ median }) => median)}"/>`,
  )
}

/** Hops from the origin: measured bars, predicted marks. */
export function hopsChart({ hops: { measured, predicted } }: Report): string {
  // Where less than half an arrival is expected the theory says none: a long tail of nothing would press the bars
  // together.
  const expected = predicted.findLastIndex((value) => value >= 0.5) + 1
  const count = Math.max(measured.length, expected, 2)
  // Four equal steps of whole arrivals.
  const most = 4 * Math.ceil(Math.max(1, ...measured, ...predicted) / 4)
  const scale = scaleOf(count - 1 + 0.5, most)
  const width = (WIDTH - LEFT - RIGHT) / (count - 0.5)
  const bars = measured
    .map((value, hop) =>
      hop === 0
        ? ''
        : `<rect class="bar" x="${(Number(scale.x(hop)) - width * 0.35).toFixed(1)}" width="${(width * 0.7).toFixed(1)}" y="${scale.y(value)}" height="${(Number(scale.y(0)) - Number(scale.y(value))).toFixed(1)}"><title>${value} arrivals after ${hop} hops</title></rect>`,
    )
    .join('')
  const marks = predicted
    .slice(0, count)
    .map((value, hop) => (hop === 0 ? '' : `<circle class="mark" cx="${scale.x(hop)}" cy="${scale.y(value)}" r="4"/>`))
    .join('')
  const ticks = Array.from({ length: count - 1 }, (_, index) => index + 1)
    .map((hop) => `<text x="${scale.x(hop)}" y="${HEIGHT - 18}" text-anchor="middle">${hop}</text>`)
    .join('')
  return svg(
    'Arrivals by hops from the origin',
    `${rows(scale, count - 0.5, most, (value) => String(Math.round(value)))}${bars}${marks}${ticks}`,
  )
}

/** Delay of each node for each transaction. */
export function heatChart({ heat, untilMs }: Report): string {
  const { nodes, ids, cells } = heat
  const cell = Math.max(4, Math.min(18, Math.floor(360 / Math.max(1, nodes.length))))
  const left = 76
  const width = Math.min(COLUMN_MAX, (WIDTH - left - RIGHT) / Math.max(1, ids.length))
  const height = nodes.length * cell + 24
  const squares = cells
    .map((row, y) =>
      row
        .map((value, x) => {
          const style = typeof value === 'number' ? `h${Math.min(9, Math.floor((value / untilMs) * 9.99))}` : value
          return `<rect class="${style}" x="${(left + x * width).toFixed(1)}" y="${y * cell}" width="${(width + 0.3).toFixed(1)}" height="${cell}"/>`
        })
        .join(''),
    )
    .join('')
  const labels = nodes
    .map((name, y) =>
      cell >= 9 || y % 3 === 0
        ? `<text x="${left - 6}" y="${y * cell + cell / 2}" dy="4" text-anchor="end">${escapeText(name)}</text>`
        : '',
    )
    .join('')
  return svg(
    `Delay of ${nodes.length} nodes for ${ids.length} transactions; slow nodes are rows, slow transactions columns`,
    `${squares}${labels}<text x="${left}" y="${height - 6}">transactions in the order in which they were sent →</text>`,
    height,
  )
}

function scaleOf(maxX: number, maxY: number): Scale {
  return {
    x: (value) => (LEFT + (value / maxX) * (WIDTH - LEFT - RIGHT)).toFixed(1),
    y: (value) => (HEIGHT - BOTTOM - (value / maxY) * (HEIGHT - TOP - BOTTOM)).toFixed(1),
  }
}

function axes(scale: Scale, maxX: number, maxY: number, label: (value: number) => string): string {
  const columns = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (part) =>
        `<text x="${scale.x(part * maxX)}" y="${HEIGHT - 18}" text-anchor="${part === 1 ? 'end' : 'middle'}">${msText(part * maxX)}</text>`,
    )
    .join('')
  return rows(scale, maxX, maxY, label) + columns
}

function rows(scale: Scale, maxX: number, maxY: number, label: (value: number) => string): string {
  return [0, 0.25, 0.5, 0.75, 1]
    .map((part) => part * maxY)
    .map(
      (value) =>
        `<line class="grid" x1="${scale.x(0)}" x2="${scale.x(maxX)}" y1="${scale.y(value)}" y2="${scale.y(value)}"/><text x="${LEFT - 8}" y="${scale.y(value)}" dy="4" text-anchor="end">${label(value)}</text>`,
    )
    .join('')
}

function svg(title: string, content: string, height = HEIGHT): string {
  return `<div class="wide" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">${content}</svg></div>`
}

export function msText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms < 10 ? `${Number(ms.toFixed(2))} ms` : `${Math.round(ms)} ms`
}
