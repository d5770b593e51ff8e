/**
 * The map: links, nodes, and the wave of one journey at one time. Canvas, drawn once a frame at most. Links are drawn
 * once and kept as a picture: a wave changes nothing about them, and to draw a few hundred anew for each frame is what
 * makes it stutter. What looks alike is drawn as one path.
 */
import type { Journey, TraceNode } from '../trace/journey.ts'
import { LAYOUT_MS } from './limits.ts'
import { MapLayout, type Place } from './map-layout.ts'
import type { Model, PageNode } from './model.ts'

export interface Colours {
  readonly ink: string
  readonly dim: string
  readonly line: string
  readonly mark: string
  readonly warn: string
  readonly paper: string
  readonly theory: string
}

/** Large enough for two digits: a number inside a point covers neither a link nor another name. */
const NODE_RADIUS = 12
const DENSE_RADIUS = 7
/** More points than this are drawn smaller, and without numbers. */
const DENSE_NODES = 40
/** Longest name that fits into a point. */
const INSIDE_CHARACTERS = 3
/** How far beside a point a pointer may be. */
const POINTER_SLACK = 6
/** A refusal ends this far before its node, comes from that far, and has a cross of this half width. */
const REFUSED_GAP = 9
const REFUSED_WAY = 52
const REFUSED_CROSS = 5
/** Its word stands this far behind the beginning of its line. */
const REFUSED_LABEL = 12
/** Its word's middle is not nearer to the edge of the map: it has half of the word's width. */
const EDGE = 22
/** Ways out from a node that are compared. */
const DIRECTIONS = 16
const DOWN = new Set(['killed', 'stopped', 'failed'])

/** What is drawn alike. */
interface Style {
  readonly fill: string
  readonly stroke: string
  readonly width: number
  readonly isDashed: boolean
}

export class NetworkMap {
  readonly #canvas: HTMLCanvasElement
  readonly #links = document.createElement('canvas')
  readonly #layout = new MapLayout()
  #linksDrawn = ''
  #prefix = ''
  #selected: string | null = null

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  get selected(): string | null {
    return this.#selected
  }

  get isSettling(): boolean {
    return this.#layout.isSettling
  }

  select(name: string | null): void {
    this.#selected = name
  }

  /** The node under a pointer, or null. */
  nodeAt(x: number, y: number): string | null {
    return this.#layout.nearest({ x, y }, NODE_RADIUS + POINTER_SLACK)
  }

  /** The next node in the direction of an arrow key. */
  neighbour(direction: 'up' | 'down' | 'left' | 'right'): string | null {
    return this.#layout.beside(this.#selected, direction)
  }

  /** Draws the network; with a journey, as it stands `atMs` after its start. */
  draw(model: Model, journey: Journey | null, atMs: number, colours: Colours): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    this.#layout.update(model, width, height, performance.now() + LAYOUT_MS)
    const context = fitted(this.#canvas, width, height)
    if (context === null) return
    this.#drawLinks(context, model, width, height, colours)
    if (journey !== null) drawWave(context, journey, atMs, this.#layout.places, colours)
    this.#drawNodes(context, model, journey, atMs, colours)
    if (journey !== null && journey.startNs === null)
      drawRefusals(context, journey, this.#layout.places, { width, height }, colours)
  }

  #drawLinks(context: CanvasRenderingContext2D, model: Model, width: number, height: number, colours: Colours): void {
    const { places } = this.#layout
    const drawn = [
      this.#layout.version,
      model.meshVersion,
      width,
      height,
      globalThis.devicePixelRatio,
      colours.ink,
    ].join(' ')
    if (drawn !== this.#linksDrawn) {
      this.#linksDrawn = drawn
      const picture = fitted(this.#links, width, height)
      if (picture === null) return
      const draw = (kind: LinkKind, colour: string, alpha: number): void => {
        picture.beginPath()
        for (const key of model.links) {
          if (kindOf(model, key) !== kind) continue
          const [a, b] = key.split(' ').map((name) => places.get(name))
          if (a === undefined || b === undefined) continue
          picture.moveTo(a.x, a.y)
          picture.lineTo(b.x, b.y)
        }
        picture.strokeStyle = colour
        picture.globalAlpha = alpha
        picture.stroke()
      }
      picture.lineWidth = 1
      draw('planned', colours.line, 0.8)
      draw('mesh', colours.dim, 0.55)
      // Torn: short pieces, so that a cut is seen at a glance.
      picture.setLineDash([4, 7])
      draw('torn', colours.warn, 0.8)
      picture.setLineDash([])
    }
    if (this.#links.width > 0 && this.#links.height > 0) context.drawImage(this.#links, 0, 0, width, height)
  }

  #drawNodes(
    context: CanvasRenderingContext2D,
    model: Model,
    journey: Journey | null,
    atMs: number,
    colours: Colours,
  ): void {
    const { places } = this.#layout
    const isDense = places.size > DENSE_NODES
    const radius = isDense ? DENSE_RADIUS : NODE_RADIUS
    const sights = new Map(journey?.nodes.map((node) => [node.name, node]))
    const alike = new Map<string, { readonly style: Style; readonly places: Place[] }>()
    for (const [name, place] of places) {
      const node = model.nodes.get(name)
      if (node === undefined) continue
      const style = styleOf(node, sights.get(name), atMs, colours)
      const key = `${style.fill} ${style.stroke} ${style.width} ${style.isDashed}`
      const group = alike.get(key)
      if (group === undefined) alike.set(key, { style, places: [place] })
      else group.places.push(place)
    }
    for (const group of alike.values()) drawAlike(context, group.style, group.places, radius)
    this.#drawSides(context, model, radius, colours)
    const chosen = places.get(this.#selected ?? '')
    if (chosen !== undefined)
      drawAlike(context, { fill: 'transparent', stroke: colours.ink, width: 2, isDashed: false }, [chosen], radius + 5)
    this.#prefix = commonPrefix([...model.nodes.keys()])
    context.textAlign = 'center'
    for (const [name, place] of places) {
      const node = model.nodes.get(name)
      if (node !== undefined) this.#name(context, node, place, isDense, isReached(sights.get(name), atMs), colours)
    }
  }

  /** A ring in the colour of its part around each node of a network that is cut. */
  #drawSides(context: CanvasRenderingContext2D, model: Model, radius: number, colours: Colours): void {
    for (const [side, stroke] of [colours.mark, colours.theory, colours.dim].entries()) {
      const places = [...this.#layout.places].flatMap(([name, place]) =>
        model.nodes.get(name)?.side === side ? [place] : [],
      )
      if (places.length > 0)
        drawAlike(context, { fill: 'transparent', stroke, width: 3, isDashed: false }, places, radius + 3)
    }
  }

  /** The node's number inside its point, or its name above; what has happened to it in words. */
  #name(
    context: CanvasRenderingContext2D,
    { name, state }: PageNode,
    { x, y }: Place,
    isDense: boolean,
    hasIt: boolean,
    colours: Colours,
  ): void {
    const own = name.slice(this.#prefix.length)
    const isInside = !isDense && own.length <= INSIDE_CHARACTERS
    const isChosen = name === this.#selected
    const isDown = DOWN.has(state)
    if (isInside) {
      context.font = '600 11px system-ui, sans-serif'
      context.textBaseline = 'middle'
      context.fillStyle = isDown ? colours.dim : hasIt ? colours.paper : colours.ink
      context.fillText(own, x, y + 0.5)
    }
    const words = [...(isChosen || (!isInside && (!isDense || isDown)) ? [name] : []), ...(isDown ? [state] : [])]
    if (words.length === 0) return
    // A rim in the colour of the paper keeps it readable across links.
    const above = y - (isDense ? DENSE_RADIUS : NODE_RADIUS) - (isChosen ? 11 : 6)
    context.font = '11px system-ui, sans-serif'
    context.textBaseline = 'alphabetic'
    context.lineJoin = 'round'
    context.lineWidth = 3
    context.strokeStyle = colours.paper
    context.strokeText(words.join(' '), x, above)
    context.fillStyle = colours.ink
    context.fillText(words.join(' '), x, above)
  }
}

type LinkKind = 'planned' | 'mesh' | 'torn'

function kindOf(model: Model, key: string): LinkKind {
  const [a, b] = key.split(' ').map((name) => model.nodes.get(name)?.side ?? null)
  if (a !== null && b !== null && a !== b) return 'torn'
  return model.mesh.has(key) ? 'mesh' : 'planned'
}

function isReached(sight: TraceNode | undefined, atMs: number): boolean {
  return sight !== undefined && sight.firstSeenMs !== null && sight.firstSeenMs <= atMs
}

function styleOf({ state }: PageNode, sight: TraceNode | undefined, atMs: number, colours: Colours): Style {
  const isOrigin = sight?.way === 'origin'
  const reached = isOrigin ? colours.theory : colours.mark
  const isDown = DOWN.has(state)
  return {
    fill: isDown ? colours.line : isReached(sight, atMs) ? reached : colours.paper,
    stroke: isDown ? colours.dim : (sight?.refusals.length ?? 0) > 0 ? colours.warn : reached,
    width: isOrigin ? 3 : 1.5,
    isDashed: state === 'paused',
  }
}

function drawAlike(context: CanvasRenderingContext2D, style: Style, places: readonly Place[], radius: number): void {
  context.beginPath()
  for (const { x, y } of places) {
    context.moveTo(x + radius, y)
    context.arc(x, y, radius, 0, 2 * Math.PI)
  }
  context.fillStyle = style.fill
  context.fill()
  context.strokeStyle = style.stroke
  context.lineWidth = style.width
  context.setLineDash(style.isDashed ? [3, 3] : [])
  context.stroke()
  context.setLineDash([])
}

function drawWave(
  context: CanvasRenderingContext2D,
  journey: Journey,
  atMs: number,
  places: ReadonlyMap<string, Place>,
  colours: Colours,
): void {
  const sights = new Map(journey.nodes.map((node) => [node.name, node.firstSeenMs]))
  const heads: Place[] = []
  context.beginPath()
  for (const { name, from, firstSeenMs } of journey.nodes) {
    if (from === null || firstSeenMs === null) continue
    const a = places.get(from)
    const b = places.get(name)
    const leftMs = sights.get(from) ?? 0
    if (a === undefined || b === undefined || atMs < leftMs) continue
    const part = firstSeenMs <= leftMs ? 1 : Math.min(1, (atMs - leftMs) / (firstSeenMs - leftMs))
    const to = { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part }
    context.moveTo(a.x, a.y)
    context.lineTo(to.x, to.y)
    if (part < 1) heads.push(to)
  }
  context.strokeStyle = colours.mark
  context.lineWidth = 2.5
  context.stroke()
  drawAlike(context, { fill: colours.mark, stroke: colours.mark, width: 1, isDashed: false }, heads, 4)
}

/** What nobody took: it comes from outside of the network and ends before the nodes that refused it. */
function drawRefusals(
  context: CanvasRenderingContext2D,
  { nodes }: Journey,
  places: ReadonlyMap<string, Place>,
  { width, height }: { readonly width: number; readonly height: number },
  colours: Colours,
): void {
  context.strokeStyle = colours.warn
  context.fillStyle = colours.warn
  context.lineWidth = 2.5
  context.font = '600 11px system-ui, sans-serif'
  context.textBaseline = 'middle'
  for (const { name, refusals } of nodes) {
    const place = places.get(name)
    if (place === undefined || refusals.length === 0) continue
    const { dx, dy } = freeDirection(place, [...places.values()], { width, height })
    const at = (distance: number): Place => ({ x: place.x + dx * distance, y: place.y + dy * distance })
    const isFromPeer = refusals.some(({ from }) => from !== null)
    const stop = at(NODE_RADIUS + REFUSED_GAP)
    context.beginPath()
    if (isFromPeer) {
      const start = at(NODE_RADIUS + REFUSED_WAY)
      context.moveTo(start.x, start.y)
      context.lineTo(stop.x, stop.y)
    }
    for (const side of [1, -1]) {
      context.moveTo(stop.x - REFUSED_CROSS, stop.y - side * REFUSED_CROSS)
      context.lineTo(stop.x + REFUSED_CROSS, stop.y + side * REFUSED_CROSS)
    }
    context.stroke()
    if (!isFromPeer) continue
    const label = at(NODE_RADIUS + REFUSED_WAY + REFUSED_LABEL)
    context.textAlign = 'center'
    context.lineWidth = 3
    context.strokeStyle = colours.paper
    context.strokeText('forged', label.x, label.y)
    context.fillText('forged', label.x, label.y)
    context.strokeStyle = colours.warn
    context.lineWidth = 2.5
  }
}

/**
 * The way out from a node on which there is room for a word, and of those the one that comes nearest to no other node.
 */
function freeDirection(
  place: Place,
  others: readonly Place[],
  { width, height }: { readonly width: number; readonly height: number },
): { readonly dx: number; readonly dy: number } {
  const end = NODE_RADIUS + REFUSED_WAY + REFUSED_LABEL
  const scored = Array.from({ length: DIRECTIONS }, (_, index) => {
    const [dx, dy] = [Math.cos((2 * Math.PI * index) / DIRECTIONS), Math.sin((2 * Math.PI * index) / DIRECTIONS)]
    const [x, y] = [place.x + dx * end, place.y + dy * end]
    const isInside = x > EDGE && x < width - EDGE && y > EDGE && y < height - EDGE
    const room = Math.min(...others.flatMap((other) => (other === place ? [] : Math.hypot(other.x - x, other.y - y))))
    return { dx, dy, score: isInside ? room : -1 }
  })
  return scored.reduce((best, each) => (each.score > best.score ? each : best))
}

/** The canvas, cleared, as many pixels large as the screen has there. */
function fitted(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = globalThis.devicePixelRatio
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  const context = canvas.getContext('2d')
  if (context === null) return null
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.globalAlpha = 1
  context.clearRect(0, 0, width, height)
  return context
}

/** What all names begin with, up to the first one's last `-`. */
function commonPrefix(names: readonly string[]): string {
  const [first = ''] = names
  const prefix = first.slice(0, first.lastIndexOf('-') + 1)
  return names.every((name) => name.startsWith(prefix)) ? prefix : ''
}
