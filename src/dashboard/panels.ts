/** The panels beside the map, drawn twice a second: S-curve, hops, heat map, nodes, refusals. */
import uPlot from 'uplot'
import type { Journey } from '../trace/journey.ts'
import { msText } from '../trace/report-charts.ts'
import {
  bandOf,
  heatMapOf,
  hopsHistogram,
  horizonMs,
  type NodeSpread,
  perNode,
  reachedOf,
  summaryOf,
  theoryOf,
} from '../trace/spread.ts'
import { HEAT_COLUMN_MAX } from './limits.ts'
import type { Colours } from './map.ts'
import type { Model, PageNode } from './model.ts'

const CURVE_STEPS = 50
/** Transactions of the heat map. */
const HEAT_COLUMNS = 60
/** Panels that are drawn in turn. */
const PANELS = 5
/** Journeys behind the curve: enough for a steady median, few enough for half a millisecond. */
const CURVE_JOURNEYS = 40

export class Panels {
  #curve: uPlot | null = null
  #next = 0
  #drawn = ''

  /** Draws one of the panels: one a frame, so that none of them holds up the map. True when the round is over. */
  draw(model: Model, colours: Colours): boolean {
    const journeys = model.journeys()
    this.#next = (this.#next + 1) % PANELS
    switch (this.#next) {
      case 0:
        drawHops(journeys)
        break
      case 1:
        this.#drawCurve(model, finished(journeys).slice(-CURVE_JOURNEYS), colours)
        break
      case 2:
        drawHeat(journeys, colours)
        break
      case 3:
        drawNodes(model, journeys)
        break
      default:
        this.#drawRefusals(model)
    }
    return this.#next === 0
  }

  #drawRefusals(model: Model): void {
    const last = model.refusals.at(-1)
    const key = `${model.refusals.length} ${last?.tNs ?? ''} ${last?.node ?? ''}`
    if (key !== this.#drawn) drawRefusals(model)
    this.#drawn = key
  }

  /** Colours are baked into a plot: another theme needs another one. */
  restyle(): void {
    this.#curve?.destroy()
    this.#curve = null
  }

  #drawCurve(model: Model, journeys: readonly Journey[], colours: Colours): void {
    const untilMs = horizonMs(journeys)
    const band = bandOf(journeys, untilMs, CURVE_STEPS)
    const degree = Math.max(3, (2 * model.mesh.size) / Math.max(1, model.nodes.size))
    const theory = theoryOf(
      journeys,
      model.mesh.size > 0 ? degree : (model.network.meshDegree ?? degree),
      untilMs,
      CURVE_STEPS,
    )
    const summary = summaryOf(journeys)
    byId('figures').textContent =
      summary.delays === null
        ? 'no spread yet'
        : `${summary.journeys === 1 ? '1 transaction' : `${summary.journeys} transactions`}: p50 ${msText(summary.delays.p50Ms)}, p95 ${msText(summary.delays.p95Ms)}, max ${msText(summary.delays.maxMs)}, ${summary.copiesPerNode?.toFixed(2) ?? '–'} copies a node` +
          (model.share < 1 ? `; ${Math.round(model.share * 100)} % of the transactions are shown` : '') +
          (model.dropped > 0 ? `; ${model.dropped} records were missed` : '')
    const data: uPlot.AlignedData = [
      band.map(({ ms }) => ms),
      band.map(({ median }) => median * 100),
      band.map(({ low }) => low * 100),
      band.map(({ ms }, index) => {
        const share = theory?.curve[index]?.share
        return share === undefined || ms < 0 ? null : share * 100
      }),
    ]
    const host = byId('curve')
    if (this.#curve === null) this.#curve = new uPlot(plotOptions(host, colours), data, host)
    else {
      const width = host.clientWidth
      if (width !== this.#curve.width) this.#curve.setSize({ width, height: plotHeight(host) })
      this.#curve.setData(data)
    }
  }
}

/** Without those that may still be on their way: they would look like misses. */
function finished(journeys: readonly Journey[]): Journey[] {
  return journeys.filter((journey, index) => index < journeys.length - 5 || reachedOf(journey) === journey.nodes.length)
}

function plotHeight(host: HTMLElement): number {
  return Math.max(80, host.clientHeight)
}

function plotOptions(host: HTMLElement, colours: Colours): uPlot.Options {
  const axis = { stroke: colours.dim, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line } }
  return {
    width: host.clientWidth,
    height: plotHeight(host),
    cursor: { drag: { x: false, y: false } },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: [0, 100] } },
    axes: [
      { ...axis, values: (_plot, values) => values.map((ms) => msText(ms)) },
      { ...axis, size: 46, values: (_plot, values) => values.map((share) => `${share}%`) },
    ],
    series: [
      { label: 'after', value: (_plot, ms: number | null) => (ms === null ? '–' : msText(ms)) },
      series('median', colours.mark, 2),
      series('slowest 5 %', colours.mark, 1, [2, 3]),
      series('theory', colours.theory, 2, [6, 5]),
    ],
  }
}

function series(label: string, stroke: string, width: number, dash?: number[]): uPlot.Series {
  return {
    label,
    stroke,
    width,
    ...(dash === undefined ? {} : { dash }),
    points: { show: false },
    value: (_plot, share: number | null) => (share === null ? '–' : `${Math.round(share)}%`),
  }
}

function drawHops(journeys: readonly Journey[]): void {
  const counts = hopsHistogram(journeys)
  const most = Math.max(1, ...counts)
  const host = byId('hops')
  host.replaceChildren(
    ...counts.flatMap((count, hops) => {
      if (hops === 0) return []
      const column = document.createElement('div')
      const bar = document.createElement('div')
      bar.className = 'bar'
      bar.style.height = `${(75 * count) / most}%`
      const value = document.createElement('span')
      value.textContent = String(count)
      const label = document.createElement('span')
      label.className = 'dim'
      label.textContent = hops === 1 ? '1 hop' : `${hops}`
      column.append(value, bar, label)
      return [column]
    }),
  )
}

/** One pixel a cell, written as bytes and drawn large: thousands of rectangles would take a frame each time. */
function drawHeat(journeys: readonly Journey[], colours: Colours): void {
  const canvas = byId('heat') as HTMLCanvasElement
  const { clientWidth: width, clientHeight: height } = canvas
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  const context = canvas.getContext('2d')
  const heat = heatMapOf(journeys, HEAT_COLUMNS)
  if (context === null) return
  context.clearRect(0, 0, width, height)
  if (heat.nodes.length === 0) return
  const untilMs = horizonMs(journeys)
  const cells = new ImageData(heat.ids.length, heat.nodes.length)
  const [mark, warn] = [channelsOf(colours.mark), channelsOf(colours.warn)]
  heat.delays.forEach((row, y) => {
    row.forEach((ms, x) => {
      const alpha = ms === null ? 0.5 : 0.08 + 0.92 * Math.min(1, ms / untilMs)
      cells.data.set([...(ms === null ? warn : mark), Math.round(255 * alpha)], 4 * (y * heat.ids.length + x))
    })
  })
  const small = new OffscreenCanvas(heat.ids.length, heat.nodes.length)
  small.getContext('2d')?.putImageData(cells, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(small, 0, 0, Math.min(width, HEAT_COLUMN_MAX * heat.ids.length), height)
}

/** `rgb(1, 2, 3)` as the style sheet's colours are read. */
function channelsOf(colour: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number)
  return [red, green, blue]
}

/** Only what changed is written: to lay a hundred rows out anew twice a second is seen on the map. */
function drawNodes(model: Model, journeys: readonly Journey[]): void {
  const spreads = new Map(perNode(journeys).map((node) => [node.name, node]))
  const body = byId('nodes') as HTMLTableSectionElement
  const nodes = [...model.nodes.values()]
  while (body.rows.length > nodes.length) body.deleteRow(-1)
  nodes.forEach((node, index) => {
    const row = body.rows[index] ?? body.insertRow()
    const className = DOWN.has(node.state) ? 'down' : ''
    if (row.className !== className) row.className = className
    cellsOf(node, spreads.get(node.name)).forEach((text, column) => {
      const cell = row.cells[column] ?? row.insertCell()
      if (cell.textContent !== text) cell.textContent = text
    })
  })
}

const DOWN = new Set(['killed', 'stopped', 'failed'])

function cellsOf(node: PageNode, spread: NodeSpread | undefined): string[] {
  const p50 = spread?.p50Ms ?? null
  return [
    node.name,
    node.state,
    String((spread?.delivered ?? 0) + (spread?.origins ?? 0)),
    String(node.duplicates),
    String(node.refused),
    p50 === null ? '–' : msText(p50),
    node.head === null ? '–' : `${node.head.height} ${node.head.hash.slice(0, 8)}`,
  ]
}

function drawRefusals({ refusals }: Model): void {
  byId('refused').replaceChildren(
    ...[...refusals].reverse().map(({ tNs, node, from, id, reason, offence }) => {
      const entry = document.createElement('li')
      const time = new Date(Number(tNs.slice(0, -6))).toLocaleTimeString()
      entry.textContent = `${time}  ${node} ${offence ? 'refused' : 'ignored'} ${id.slice(0, 10)} from ${from ?? 'its user'}: ${reason}`
      return entry
    }),
  )
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}
