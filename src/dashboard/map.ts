/** The map: nodes where a force layout puts them, links, and the wave of one journey at one time. Canvas, drawn once a frame at most. */
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation } from 'd3-force'
import type { Journey } from '../trace/journey.ts'
import type { Model } from './model.ts'

interface Point {
  readonly name: string
  x: number
  y: number
}

export interface Colours {
  readonly ink: string
  readonly dim: string
  readonly line: string
  readonly mark: string
  readonly warn: string
  readonly paper: string
  readonly theory: string
}

const NODE_RADIUS = 9
const DOWN = new Set(['killed', 'stopped', 'failed'])

export class NetworkMap {
  readonly #canvas: HTMLCanvasElement
  #points: Point[] = []
  #shape = -1
  #selected: string | null = null
  #scale = 1
  #offset = { x: 0, y: 0 }

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  get selected(): string | null {
    return this.#selected
  }

  select(name: string | null): void {
    this.#selected = name
  }

  /** The node under a pointer, or null. */
  nodeAt(x: number, y: number): string | null {
    const found = this.#points.find((point) => {
      const at = this.#place(point)
      return Math.hypot(at.x - x, at.y - y) <= NODE_RADIUS + 6
    })
    return found?.name ?? null
  }

  /** The next node in the direction of an arrow key. */
  neighbour(direction: 'up' | 'down' | 'left' | 'right'): string | null {
    const from = this.#points.find(({ name }) => name === this.#selected) ?? this.#points[0]
    if (from === undefined) return null
    if (this.#selected === null) return from.name
    const [dx, dy] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction] as [number, number]
    let best: { name: string; cost: number } | null = null
    for (const point of this.#points) {
      const along = (point.x - from.x) * dx + (point.y - from.y) * dy
      if (point === from || along <= 0) continue
      const aside = Math.abs((point.x - from.x) * dy) + Math.abs((point.y - from.y) * dx)
      const cost = along + 2 * aside
      if (best === null || cost < best.cost) best = { name: point.name, cost }
    }
    return best?.name ?? from.name
  }

  /** Draws the network; with a journey, as it stands `atMs` after its start. */
  draw(model: Model, journey: Journey | null, atMs: number, colours: Colours): void {
    if (model.shape !== this.#shape) this.#layOut(model)
    const context = this.#fit()
    if (context === null) return
    const places = new Map(this.#points.map((point) => [point.name, this.#place(point)]))
    context.lineWidth = 1
    for (const key of model.links) {
      const [a, b] = key.split(' ').map((name) => places.get(name))
      if (a === undefined || b === undefined) continue
      context.strokeStyle = model.mesh.has(key) ? colours.dim : colours.line
      context.globalAlpha = model.mesh.has(key) ? 0.55 : 0.8
      context.beginPath()
      context.moveTo(a.x, a.y)
      context.lineTo(b.x, b.y)
      context.stroke()
    }
    context.globalAlpha = 1
    const seen = new Map(journey?.nodes.map((node) => [node.name, node]))
    if (journey !== null) this.#drawWave(context, journey, atMs, places, colours)
    context.font = '11px system-ui, sans-serif'
    context.textAlign = 'center'
    const isDense = this.#points.length > 40
    for (const { name } of this.#points) {
      const at = places.get(name)
      const node = model.nodes.get(name)
      if (at === undefined || node === undefined) continue
      const sight = seen.get(name)
      const isReached = sight !== undefined && sight.firstSeenMs !== null && sight.firstSeenMs <= atMs
      const isDown = DOWN.has(node.state)
      const radius = isDense ? 6 : NODE_RADIUS
      context.beginPath()
      context.arc(at.x, at.y, radius, 0, 2 * Math.PI)
      context.fillStyle = isDown ? colours.line : isReached ? colours.mark : colours.paper
      context.fill()
      context.lineWidth = sight?.way === 'origin' ? 3 : 1.5
      context.strokeStyle = isDown ? colours.line : (sight?.refusals.length ?? 0) > 0 ? colours.warn : colours.mark
      context.setLineDash(node.state === 'paused' ? [3, 3] : [])
      context.stroke()
      context.setLineDash([])
      if (name === this.#selected) {
        context.beginPath()
        context.arc(at.x, at.y, radius + 5, 0, 2 * Math.PI)
        context.strokeStyle = colours.ink
        context.lineWidth = 2
        context.stroke()
      }
      if (isDense && name !== this.#selected) continue
      context.fillStyle = isDown ? colours.dim : colours.ink
      context.fillText(isDown ? `${name} (${node.state})` : name, at.x, at.y - radius - 5)
    }
  }

  #drawWave(
    context: CanvasRenderingContext2D,
    journey: Journey,
    atMs: number,
    places: ReadonlyMap<string, { x: number; y: number }>,
    colours: Colours,
  ): void {
    const sights = new Map(journey.nodes.map((node) => [node.name, node.firstSeenMs]))
    context.strokeStyle = colours.mark
    context.fillStyle = colours.mark
    for (const { name, from, firstSeenMs } of journey.nodes) {
      if (from === null || firstSeenMs === null) continue
      const a = places.get(from)
      const b = places.get(name)
      const leftMs = sights.get(from) ?? 0
      if (a === undefined || b === undefined || atMs < leftMs) continue
      const part = firstSeenMs <= leftMs ? 1 : Math.min(1, (atMs - leftMs) / (firstSeenMs - leftMs))
      const to = { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }
      context.lineWidth = 2.5
      context.beginPath()
      context.moveTo(a.x, a.y)
      context.lineTo(to.x, to.y)
      context.stroke()
      if (part >= 1) continue
      context.beginPath()
      context.arc(to.x, to.y, 4, 0, 2 * Math.PI)
      context.fill()
    }
  }

  /** The same network is laid out the same: positions begin on a spiral, and nothing is random. */
  #layOut(model: Model): void {
    this.#shape = model.shape
    const before = new Map(this.#points.map((point) => [point.name, point]))
    const isGrown = this.#points.length > 0 && this.#points.length === model.nodes.size
    this.#points = [...model.nodes.keys()].map((name, index) => {
      const known = before.get(name)
      const angle = index * 2.399963
      const radius = 14 * Math.sqrt(index + 0.5)
      return { name, x: known?.x ?? radius * Math.cos(angle), y: known?.y ?? radius * Math.sin(angle) }
    })
    const links = [...model.links].map((key) => {
      const [source = '', target = ''] = key.split(' ')
      return { source, target }
    })
    const simulation = forceSimulation(this.#points)
      .force('charge', forceManyBody().strength(-180))
      .force(
        'links',
        forceLink(links.filter(({ source, target }) => model.nodes.has(source) && model.nodes.has(target)))
          .id((node) => (node as Point).name)
          .distance(70),
      )
      .force('apart', forceCollide(20))
      .force('centre', forceCenter(0, 0))
      .stop()
    simulation.tick(isGrown ? 20 : Math.min(200, Math.round(12_000 / Math.max(10, this.#points.length))))
  }

  #fit(): CanvasRenderingContext2D | null {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const ratio = globalThis.devicePixelRatio
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio)
      this.#canvas.height = Math.round(height * ratio)
    }
    const context = this.#canvas.getContext('2d')
    if (context === null) return null
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    const xs = this.#points.map(({ x }) => x)
    const ys = this.#points.map(({ y }) => y)
    const spanX = Math.max(1, Math.max(...xs) - Math.min(...xs))
    const spanY = Math.max(1, Math.max(...ys) - Math.min(...ys))
    this.#scale = Math.min((width - 90) / spanX, (height - 60) / spanY, 3)
    this.#offset = {
      x: width / 2 - (this.#scale * (Math.max(...xs) + Math.min(...xs))) / 2,
      y: height / 2 + 6 - (this.#scale * (Math.max(...ys) + Math.min(...ys))) / 2,
    }
    return context
  }

  #place({ x, y }: Point): { x: number; y: number } {
    return { x: x * this.#scale + this.#offset.x, y: y * this.#scale + this.#offset.y }
  }
}
