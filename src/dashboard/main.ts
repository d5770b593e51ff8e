/** The page: takes what the source tells, and draws. */
import type { Journey } from '../trace/journey.ts'
import { msText } from '../trace/report-charts.ts'
import { hasIt, reachedOf, thereOf } from '../trace/spread.ts'
import { listNodes, takeKey, wireActions } from './actions.ts'
import { PANELS_EVERY_MS, REBUILD_MS, REPLAY_AFTER_MS, REPLAYS_MAX, WAVE_MS } from './limits.ts'
import { NetworkMap, type Colours } from './map.ts'
import { Model } from './model.ts'
import { byId, Panels } from './panels.ts'
import { fetchNetwork, followSource } from './source.ts'

const STILL = matchMedia('(prefers-reduced-motion: reduce)')

/** What was chosen: a transaction or the latest, and whether its wave plays or stands where the scrubber is. */
interface View {
  chosen: string
  shown: string
  wave: { startedMs: number } | null
  isPaused: boolean
  /** How often the last wave was played again since there was a new one. */
  replays: number
  /** What the map shows now, as a key. */
  drawn: string
}

async function main(): Promise<void> {
  const key = takeKey()
  const model = new Model(await fetchNetwork())
  const map = new NetworkMap(byId('map') as HTMLCanvasElement)
  const view: View = { chosen: '', shown: '', wave: null, isPaused: false, replays: 0, drawn: '' }
  const panels = new Panels((id) => choose(view, id))
  let colours = readColours()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colours = readColours()
    panels.restyle()
  })
  byId('network').textContent = `${model.network.network}, ${model.nodes.size} nodes`
  listNodes(model)
  wireActions(model, key, { onSent: () => choose(view, ''), onForged: (id) => choose(view, id) })
  wireMap(map)
  wireTime(view)
  followSource(model.network, {
    onBatch: (batch) => model.take(batch),
    onReset: () => model.reset(),
    onConnection: (isUp) => {
      byId('connection').textContent = isUp ? 'live' : 'the connection is lost; trying again'
      byId('connection').className = isUp ? 'dim' : 'warn'
    },
  })
  let panelsAtMs = 0
  let panelsVersion = -1
  let isDrawing = false
  const frame = (nowMs: number): void => {
    model.rebuild(performance.now() + REBUILD_MS)
    drawMap(model, map, view, colours, nowMs)
    if (isDrawing) isDrawing = !panels.draw(model, colours)
    else if (nowMs - panelsAtMs > PANELS_EVERY_MS && model.version !== panelsVersion) {
      panelsAtMs = nowMs
      panelsVersion = model.version
      isDrawing = true
      listNodes(model)
      listJourneys(model, view)
      panels.heat.mark(view.shown)
    }
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

function drawMap(model: Model, map: NetworkMap, view: View, colours: Colours, nowMs: number): void {
  // A wave that plays is let finish, however fast the next one comes.
  const isPlaying = view.wave !== null && nowMs - view.wave.startedMs < WAVE_MS
  const latest = view.chosen === '' ? (model.journeys().at(-1)?.id ?? '') : view.chosen
  if (latest !== view.shown && !(isPlaying && view.chosen === '') && model.journey(latest) !== null) {
    view.shown = latest
    // Who wants nothing to move sees where it ended.
    view.wave = { startedMs: STILL.matches ? nowMs - WAVE_MS : nowMs }
    view.replays = 0
  }
  if (mayReplay(view, nowMs)) {
    view.wave = { startedMs: nowMs }
    view.replays++
  }
  const journey = view.shown === '' ? null : model.journey(view.shown)
  const scrubber = byId('scrubber') as HTMLInputElement
  const endMs = endOf(journey)
  if (view.wave !== null && !view.isPaused)
    scrubber.value = String(Math.round(1_000 * Math.min(1, (nowMs - view.wave.startedMs) / WAVE_MS)))
  const atMs = (Number(scrubber.value) / 1_000) * endMs
  const isRefused = journey !== null && journey.startNs === null
  setText('time', isRefused ? '–' : msText(atMs))
  if (scrubber.getAttribute('aria-valuetext') !== msText(atMs)) scrubber.setAttribute('aria-valuetext', msText(atMs))
  setText('coverage', coverageText(journey, atMs))
  setText('cut', cutText(model))
  // A picture that did not change is not drawn: a page that is only open costs nothing.
  const canvas = byId('map')
  const key = [
    model.version,
    view.shown,
    atMs,
    map.selected,
    map.isSettling ? nowMs : '',
    canvas.clientWidth,
    canvas.clientHeight,
    colours.ink,
  ].join(' ')
  if (key === view.drawn) return
  view.drawn = key
  map.draw(model, journey, atMs, colours)
}

/**
 * Nothing new has come for a while and nothing is chosen: the wave plays again. Not for who wants nothing to move, and
 * not for ever.
 */
function mayReplay({ wave, chosen, isPaused, replays }: View, nowMs: number): boolean {
  if (wave === null || chosen !== '' || isPaused || STILL.matches || replays >= REPLAYS_MAX) return false
  return nowMs - wave.startedMs > REPLAY_AFTER_MS
}

/** `18/20 nodes after 31 ms, 4.1 copies` at the scrubber's time. */
function coverageText(journey: Journey | null, atMs: number): string {
  if (journey === null) return 'nothing went through the network yet: send a transaction'
  const refusing = journey.nodes.filter(({ refusals }) => refusals.length > 0)
  // Nobody sent it and nobody has it: it died where it came in.
  if (journey.startNs === null && refusing.length > 0) {
    const { id, nodes } = journey
    return `${id.slice(0, 8)}: 0/${nodes.length} nodes, refused by ${refusing.map(({ name }) => name).join(', ')}: ${refusing[0]?.refusals[0]?.reason ?? ''}`
  }
  const { copies } = journey
  const nodes = thereOf(journey)
  const reached = nodes.filter((node) => hasIt(node) && (node.firstSeenMs ?? 0) <= atMs).length
  const all = reachedOf(journey)
  if (nodes.length === 1) return `${journey.id.slice(0, 8)}: this node has it, ${copies} copies`
  const perNode = all > 1 ? `, ${(copies / (all - 1)).toFixed(1)} copies each` : ''
  return `${journey.id.slice(0, 8)}: ${reached}/${nodes.length} nodes (${Math.round((100 * reached) / nodes.length)} %) after ${msText(atMs)}${perNode}`
}

/** The cut that stands, and how long it will. */
function cutText({ network: { partition } }: Model): string {
  if (partition === null) return ''
  const { groups, healsAt } = partition
  const leftS = healsAt === null ? null : Math.max(0, Math.ceil((healsAt - Date.now()) / 1_000))
  const end = leftS === null ? 'until it is healed' : `heals in ${leftS} s`
  return `The network is cut into ${groups.length} parts, ${end}.`
}

/** Writes only what is new: a text that is written again is laid out again, and read aloud again. */
function setText(id: string, text: string): void {
  const element = byId(id)
  if (element.textContent !== text) element.textContent = text
}

function endOf(journey: Journey | null): number {
  return Math.max(1, ...(journey === null ? [] : thereOf(journey).flatMap(({ firstSeenMs }) => firstSeenMs ?? [])))
}

/** Shows a transaction, or the latest again and again. */
function choose(view: View, id: string): void {
  view.chosen = id
  view.shown = ''
  view.isPaused = false
  setText('play', 'Pause')
  byId('play').setAttribute('aria-pressed', 'true')
}

function wireTime(view: View): void {
  const play = byId('play')
  const set = (isPaused: boolean): void => {
    view.isPaused = isPaused
    play.textContent = isPaused ? 'Play' : 'Pause'
    play.setAttribute('aria-pressed', String(!isPaused))
    if (!isPaused) view.wave = { startedMs: performance.now() }
  }
  play.addEventListener('click', () => set(!view.isPaused))
  byId('scrubber').addEventListener('input', () => set(true))
  const list = byId('journey') as HTMLSelectElement
  list.addEventListener('change', () => choose(view, list.value))
}

function listJourneys(model: Model, view: View): void {
  const list = byId('journey') as HTMLSelectElement
  if (document.activeElement === list) return
  const ids = model.journeys().map(({ id }) => id)
  list.replaceChildren(
    new Option('the latest', '', false, view.chosen === ''),
    ...(view.chosen === '' || ids.slice(-50).includes(view.chosen)
      ? []
      : [new Option(view.chosen.slice(0, 12), view.chosen, false, true)]),
    ...ids
      .slice(-50)
      .reverse()
      .map((id) => new Option(id.slice(0, 12), id, false, id === view.chosen)),
  )
}

function wireMap(map: NetworkMap): void {
  const canvas = byId('map')
  const choose = (name: string | null): void => {
    if (name === null) return
    map.select(name)
    ;(byId('node') as HTMLSelectElement).value = name
    byId('map-help').textContent = `${name} is chosen; Enter goes to its actions, Escape leads back.`
  }
  byId('actions').addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') canvas.focus()
  })
  canvas.addEventListener('click', (event) => choose(map.nodeAt(event.offsetX, event.offsetY)))
  canvas.addEventListener('keydown', (event) => {
    const direction = ARROWS[event.key]
    if (direction !== undefined) {
      event.preventDefault()
      choose(map.neighbour(direction))
    } else if (event.key === 'Enter') {
      // To the list of nodes, where Enter does nothing: on a button the next one would kill the node.
      event.preventDefault()
      byId('node').focus()
    }
  })
}

const ARROWS: Readonly<Record<string, 'up' | 'down' | 'left' | 'right'>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** The theme's colours as the style sheet has them. */
function readColours(): Colours {
  const probe = document.createElement('span')
  document.body.append(probe)
  const of = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colours = {
    ink: of('ink'),
    dim: of('dim'),
    line: of('line'),
    mark: of('mark'),
    warn: of('warn'),
    paper: of('paper'),
    theory: of('theory'),
  }
  probe.remove()
  return colours
}

main().catch((error: unknown) => {
  byId('connection').textContent = error instanceof Error ? error.message : 'the page could not start'
})
