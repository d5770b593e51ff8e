/**
 * Where the nodes of the map stand: a force layout, moved a little each frame, and fitted into the canvas. No drawing
 * here.
 */
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, type Simulation } from 'd3-force'
import type { Model } from './model.ts'

interface Point {
  readonly name: string
  x: number
  y: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** Steps of a layout from the beginning, and of one that gained a link. */
const LAYOUT_TICKS = 160
const GROWN_TICKS = 20
/** How much wider than high, or the other way, one unit may become, so that a network fills the canvas that it has. */
const STRETCH_MAX = 2
/** Room for the points themselves and their names, pixels. */
const MARGIN = 60

export class MapLayout {
  #points: Point[] = []
  #simulation: Simulation<Point, undefined> | null = null
  #ticksLeft = 0
  #shape = -1
  #fitted = ''
  #places: ReadonlyMap<string, Place> = new Map()
  /** Grows when a place changes. */
  version = 0

  /** The points still move. */
  get isSettling(): boolean {
    return this.#ticksLeft > 0
  }

  get places(): ReadonlyMap<string, Place> {
    return this.#places
  }

  /**
   * Follows the network's shape, moves the points until the time (performance.now) is over, and fits them into the
   * canvas.
   */
  update(model: Model, width: number, height: number, untilMs: number): void {
    if (model.shape !== this.#shape) this.#begin(model)
    const moved = this.#ticksLeft > 0
    // A layout of 100 nodes at once would hold up ten frames.
    while (this.#ticksLeft > 0) {
      this.#simulation?.tick()
      this.#ticksLeft--
      if (performance.now() >= untilMs) break
    }
    const fitted = `${width} ${height} ${this.#shape}`
    if (!moved && fitted === this.#fitted) return
    this.#fitted = fitted
    this.#places = this.#fit(width, height)
    this.version++
  }

  /** The nearest point within `reach` of a place, or null. */
  nearest({ x, y }: Place, reach: number): string | null {
    for (const [name, place] of this.#places) if (Math.hypot(place.x - x, place.y - y) <= reach) return name
    return null
  }

  /** The next node from this one in the direction of an arrow key. */
  beside(name: string | null, direction: 'up' | 'down' | 'left' | 'right'): string | null {
    const [first] = this.#places.keys()
    const from = this.#places.get(name ?? '')
    if (from === undefined) return first ?? null
    const [dx, dy] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction] as [number, number]
    let best: { name: string; cost: number } | null = null
    for (const [other, place] of this.#places) {
      const along = (place.x - from.x) * dx + (place.y - from.y) * dy
      if (other === name || along <= 0) continue
      const aside = Math.abs((place.x - from.x) * dy) + Math.abs((place.y - from.y) * dx)
      const cost = along + 2 * aside
      if (best === null || cost < best.cost) best = { name: other, cost }
    }
    return best?.name ?? name
  }

  /** The same network is laid out the same: positions begin on a spiral, and nothing is random. */
  #begin(model: Model): void {
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
    this.#simulation = forceSimulation(this.#points)
      .force('charge', forceManyBody().strength(-180))
      .force(
        'links',
        forceLink(links.filter(({ source, target }) => model.nodes.has(source) && model.nodes.has(target)))
          .id((node) => (node as Point).name)
          .distance(70),
      )
      .force('apart', forceCollide(26))
      .force('centre', forceCenter(0, 0))
      .stop()
    this.#ticksLeft = isGrown ? Math.max(GROWN_TICKS, this.#ticksLeft) : LAYOUT_TICKS
  }

  #fit(width: number, height: number): ReadonlyMap<string, Place> {
    const xs = this.#points.map(({ x }) => x)
    const ys = this.#points.map(({ y }) => y)
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
    const wide = Math.min((width - MARGIN) / Math.max(1, right - left), 3)
    const high = Math.min((height - MARGIN) / Math.max(1, bottom - top), 3)
    const scale = { x: Math.min(wide, STRETCH_MAX * high), y: Math.min(high, STRETCH_MAX * wide) }
    return new Map(
      this.#points.map(({ name, x, y }) => [
        name,
        {
          x: width / 2 + scale.x * (x - (left + right) / 2),
          y: height / 2 + 4 + scale.y * (y - (top + bottom) / 2),
        },
      ]),
    )
  }
}
