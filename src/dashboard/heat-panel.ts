/**
 * The heat map: a named row a node, a column a transaction. A column leads to the trace of its transaction, by a click
 * or, where the map has the focus, by the arrow keys.
 */
import type { Journey } from '../trace/journey.ts'
import { msText } from '../trace/report-charts.ts'
import { heatMapOf, horizonMs, reachedOf, thereOf, type HeatCell, type HeatMap } from '../trace/spread.ts'
import { HEAT_COLUMN_MAX, HEAT_COLUMNS_MAX } from './limits.ts'
import type { Colours } from './map.ts'

/** Rows lower than this have no room for a name each: every second, third, … is named. */
const NAME_HEIGHT = 12
const NAME_GAP = 6

export class HeatPanel {
  readonly #canvas: HTMLCanvasElement
  readonly #help: HTMLElement
  readonly #onChoose: (id: string) => void
  #heat: HeatMap = { nodes: [], ids: [], cells: [] }
  #journeys: readonly Journey[] = []
  #left = 0
  #width = 1
  #chosen: string | null = null

  constructor(canvas: HTMLCanvasElement, help: HTMLElement, onChoose: (id: string) => void) {
    this.#canvas = canvas
    this.#help = help
    this.#onChoose = onChoose
    canvas.addEventListener('click', ({ offsetX }) => this.#choose(Math.floor((offsetX - this.#left) / this.#width)))
    canvas.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
      if (step === 0) return
      event.preventDefault()
      const at = this.#heat.ids.indexOf(this.#chosen ?? '')
      this.#choose(at === -1 ? this.#heat.ids.length - 1 : at + step)
    })
  }

  /** The chosen transaction, or none. */
  mark(id: string | null): void {
    this.#chosen = id
  }

  draw(journeys: readonly Journey[], colours: Colours): void {
    this.#journeys = journeys.slice(-HEAT_COLUMNS_MAX)
    const heat = heatMapOf(this.#journeys, HEAT_COLUMNS_MAX)
    this.#heat = heat
    this.#say(heat)
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const ratio = globalThis.devicePixelRatio
    this.#canvas.width = Math.round(width * ratio)
    this.#canvas.height = Math.round(height * ratio)
    const context = this.#canvas.getContext('2d')
    if (context === null || heat.nodes.length === 0) return
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.font = '11px system-ui, sans-serif'
    this.#left = Math.ceil(Math.max(...heat.nodes.map((name) => context.measureText(name).width))) + NAME_GAP
    this.#width = Math.min(HEAT_COLUMN_MAX, (width - this.#left) / heat.ids.length)
    drawNames(context, heat.nodes, this.#left - NAME_GAP, height, colours)
    drawCells(context, heat, horizonMs(this.#journeys), {
      colours,
      left: this.#left,
      width: this.#width * heat.ids.length,
      height,
    })
    const at = heat.ids.indexOf(this.#chosen ?? '')
    if (at === -1) return
    context.strokeStyle = colours.ink
    context.lineWidth = 1.5
    context.strokeRect(this.#left + at * this.#width, 0.75, this.#width, height - 1.5)
  }

  /** The map in words, for who does not see it. */
  #say({ nodes, ids, cells }: HeatMap): void {
    const all = cells.flat()
    const count = (wanted: HeatCell): number => all.filter((cell) => cell === wanted).length
    const has = all.filter((cell) => typeof cell === 'number').length + count('held')
    const text = `Heat map of ${nodes.length} nodes and ${ids.length} transactions, the stronger, the later: ${has} have come, ${count('lacks')} are lacking, ${count('pending')} are not known yet, ${count('absent')} times a node was not there`
    if (this.#canvas.getAttribute('aria-label') !== text) this.#canvas.setAttribute('aria-label', text)
  }

  #choose(column: number): void {
    const id = this.#heat.ids[Math.max(0, Math.min(this.#heat.ids.length - 1, column))]
    const journey = this.#journeys.find((each) => each.id === id)
    if (id === undefined || journey === undefined) return
    this.#chosen = id
    this.#onChoose(id)
    const last = Math.max(0, ...thereOf(journey).flatMap(({ firstSeenMs }) => firstSeenMs ?? []))
    this.#help.textContent = `${id.slice(0, 12)} is shown on the map: ${reachedOf(journey)} of ${thereOf(journey).length} nodes, the last after ${msText(last)}.`
  }
}

function drawNames(
  context: CanvasRenderingContext2D,
  names: readonly string[],
  right: number,
  height: number,
  colours: Colours,
): void {
  const row = height / names.length
  const every = Math.ceil(NAME_HEIGHT / row)
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillStyle = colours.dim
  names.forEach((name, index) => {
    if (index % every === 0) context.fillText(name, right, Math.max(6, (index + 0.5) * row))
  })
}

/** One pixel a cell, written as bytes and drawn large: thousands of rectangles would take a frame each time. */
function drawCells(
  context: CanvasRenderingContext2D,
  heat: HeatMap,
  untilMs: number,
  to: { readonly colours: Colours; readonly left: number; readonly width: number; readonly height: number },
): void {
  const [columns, rows] = [heat.ids.length, heat.nodes.length]
  const cells = new ImageData(columns, rows)
  const { mark, warn, dim } = to.colours
  const channels = { mark: channelsOf(mark), warn: channelsOf(warn), dim: channelsOf(dim) }
  heat.cells.forEach((row, y) => {
    row.forEach((cell, x) => {
      const [colour, alpha] = tintOf(cell, untilMs)
      cells.data.set([...channels[colour], Math.round(255 * alpha)], 4 * (y * columns + x))
    })
  })
  const small = new OffscreenCanvas(columns, rows)
  small.getContext('2d')?.putImageData(cells, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(small, to.left, 0, to.width, to.height)
}

/** Red is a claim: only what is known to be lacking has it. */
function tintOf(cell: HeatCell, untilMs: number): readonly ['mark' | 'warn' | 'dim', number] {
  switch (cell) {
    case 'lacks':
      return ['warn', 0.7]
    case 'pending':
      return ['dim', 0.35]
    case 'held':
      return ['mark', 0.3]
    case 'absent':
      return ['dim', 0]
    default:
      return ['mark', 0.08 + 0.92 * Math.min(1, cell / untilMs)]
  }
}

/** `rgb(1, 2, 3)` as the style sheet's colours are read. */
function channelsOf(colour: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number)
  return [red, green, blue]
}
