/** The page of the light node: shows what its worker tells, and decides nothing. */
import { ROWS_MAX } from '../limits.ts'
import type { LightItem, LightJoin, LightMessage, LightStart, LightView } from '../view.ts'

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no ${id}`)
  return found
}

function say(id: string, text: string): void {
  const place = element(id)
  if (place.textContent !== text) place.textContent = text
}

/** Texts of peers are written as texts, never as markup. */
function row(...cells: readonly (readonly [text: string, title?: string])[]): HTMLTableRowElement {
  const line = document.createElement('tr')
  for (const [text, title] of cells) {
    const cell = document.createElement('td')
    cell.textContent = text
    if (title !== undefined) cell.title = title
    line.append(cell)
  }
  return line
}

const short = (text: string): string => (text.length > 16 ? `${text.slice(0, 8)}…${text.slice(-6)}` : text)
const time = (ms: number): string => new Date(ms).toLocaleTimeString(undefined, { hour12: false })

function showItems(items: readonly LightItem[]): void {
  const list = element('items')
  for (const { id, atMs, outcome, reason, checkMs, from } of items) {
    const line = row(
      [time(atMs)],
      [short(id), id],
      [reason === null ? outcome : `${outcome}: ${reason}`],
      [checkMs === null ? '' : `${checkMs.toFixed(1)} ms`],
      [from === null ? '' : short(from), from ?? ''],
    )
    line.className = outcome
    line.dataset.id = id
    list.prepend(line)
  }
  while (list.childElementCount > ROWS_MAX) list.lastElementChild?.remove()
}

function show(view: LightView): void {
  const { counts, members, head, coverage } = view
  say('network', view.network)
  say('self', view.self)
  say('connection', view.peers.length === 0 ? 'not connected: it dials again by itself' : 'connected')
  say('seen', String(counts.checked + counts.refused + counts.ignored))
  say('checked', String(counts.checked))
  say('refused', String(counts.refused))
  say('ignored', String(counts.ignored))
  say('signatures', String(view.signatures))
  say('pool', String(view.pool))
  say('head', `${head.height}  ${short(head.hash)}`)
  say('members', `${members.alive} alive of ${members.known} known`)
  say(
    'coverage',
    coverage === null
      ? 'nothing to ask about yet'
      : `${coverage.have} of ${coverage.of} nodes have ${short(coverage.id)}`,
  )
  element('peers').replaceChildren(
    ...view.peers.map(({ peerId, name, agent }) =>
      row([name ?? 'no name yet'], [short(peerId), peerId], [agent ?? '']),
    ),
  )
  element('cuts').replaceChildren(...view.cuts.map(({ atMs, what }) => row([time(atMs)], [what])))
}

async function start(): Promise<void> {
  const answer = await fetch('/light/node.json')
  if (!answer.ok) throw new Error(`the node does not say how to join: ${answer.status}`)
  const given = (await answer.json()) as LightStart
  const worker = new Worker('/light/worker.js', { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<LightMessage>) => {
    if (data.kind === 'view') show(data.view)
    else if (data.kind === 'items') showItems(data.items)
    else say('connection', data.message)
  }
  worker.onerror = (event) => {
    say('connection', `the node in this page failed: ${event.message}`)
  }
  // A page that came over TLS may open no socket without it: whoever ends TLS before the node hands on both.
  const isSecure = location.protocol === 'https:'
  const port = isSecure ? Number(location.port || 443) : given.port
  worker.postMessage({ ...given, host: location.hostname, port, isSecure } satisfies LightJoin)
}

start().catch((error: unknown) => {
  say('connection', error instanceof Error ? error.message : String(error))
})
