/** The panels beside the map, drawn twice a second: S-curve, hops, heat map, nodes, refusals. */
import uPlot from 'uplot'
import type { Journey } from '../trace/journey.ts'
import { msText } from '../trace/report-charts.ts'
import {
  bandOf,
  hopsHistogram,
  horizonMs,
  type NodeSpread,
  perNode,
  reachedOf,
  summaryOf,
  theoryOf,
  thereOf,
} from '../trace/spread.ts'
import { HeatPanel } from './heat-panel.ts'
import type { Colours } from './map.ts'
import type { Model, PageNode } from './model.ts'

const CURVE_STEPS = 50
/** Panels that are drawn in turn. */
const PANELS = 5
/** Journeys behind the curve: enough for a steady median, few enough for half a millisecond. */
const CURVE_JOURNEYS = 40

export class Panels {
  readonly heat: HeatPanel
  #curve: uPlot | null = null
  #next = 0
  #drawn = ''

  /** @param onChoose a transaction was chosen in the heat map */
  constructor(onChoose: (id: string) => void) {
    this.heat = new HeatPanel(byId('heat') as HTMLCanvasElement, byId('heat-help'), onChoose)
  }

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
        this.heat.draw(journeys, colours)
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
          shownText(model)
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
  return journeys.filter(
    (journey) => reachedOf(journey) === thereOf(journey).length || !journey.nodes.some(({ way }) => way === 'pending'),
  )
}

/** What is left out of the panels, in words. */
function shownText({ share, older }: Model): string {
  const part = share < 1 ? `; more happens than can be drawn: one in ${Math.round(1 / share)} is shown` : ''
  return part === '' && older > 0 ? `; ${older} older ones are not shown` : part
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
      // Room for "2500 ms": on a phone labels would touch.
      { ...axis, space: 80, values: (_plot, values) => values.map((ms) => msText(ms)) },
      { ...axis, size: 56, values: (_plot, values) => values.map((share) => `${share} %`) },
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

/** Only what changed is written: to lay a hundred rows out anew twice a second is seen on the map. */
function drawNodes(model: Model, journeys: readonly Journey[]): void {
  const spreads = new Map(perNode(journeys).map((node) => [node.name, node]))
  const body = byId('nodes') as HTMLTableSectionElement
  const nodes = [...model.nodes.values()]
  while (body.rows.length > nodes.length) body.deleteRow(-1)
  nodes.forEach((node, index) => {
    const row = body.rows[index] ?? body.insertRow()
    const className = DOWN.has(node.state) ? 'down' : node.side === null ? '' : `side-${node.side}`
    if (row.className !== className) row.className = className
    cellsOf(node, spreads.get(node.name)).forEach((text, column) => {
      const cell = row.cells[column] ?? row.insertCell()
      if (cell.textContent !== text) cell.textContent = text
    })
  })
}

const DOWN = new Set(['killed', 'stopped', 'failed'])

/** What a node says of itself; the median alone is of the transactions that are shown. */
function cellsOf(node: PageNode, spread: NodeSpread | undefined): string[] {
  const { name, agent, state, side, head, settledHeight, seen } = node
  const p50 = spread?.p50Ms ?? null
  const how = agent === '' ? state : `${state}, ${agent}`
  return [
    name,
    side === null || DOWN.has(state) ? how : `${how}, ${SIDES[side] ?? 'cut off'}`,
    head === null ? '–' : `${head.height} ${head.hash.slice(0, 8)}`,
    numberText(settledHeight),
    numberText(seen === null ? null : seen.taken),
    numberText(seen === null ? null : seen.duplicates),
    numberText(seen === null ? null : seen.rejected),
    p50 === null ? '–' : msText(p50),
    numberText(spread?.missed ?? 0),
    numberText(spread?.absent ?? 0),
  ]
}

/** The parts of a network that is cut. */
const SIDES = ['side A', 'side B', 'side C', 'side D']

/** Unknown is a dash: 0 would be a claim. */
function numberText(value: number | null): string {
  return value === null ? '–' : String(value)
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
