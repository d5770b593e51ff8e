/** What `top` shows, as text: pure, so that it is the same in a terminal, a test and a captured picture. */
import { isThere } from '../trace/attendance.ts'
import { tableText, type Column } from './table-text.ts'

/** State of a node that cannot be asked, and of which nothing else is known. */
export const NO_ANSWER = 'no answer'

export interface TopNode {
  readonly name: string
  readonly state: string
  readonly height: number | null
  readonly peers: number | null
  readonly mesh: number | null
  readonly pool: number | null
  /** Transactions that it took since it started. */
  readonly taken: number | null
  readonly loopMs: number | null
  /** Transactions taken in each of the last seconds, oldest first; null where nobody tells. */
  readonly perSecond: readonly number[] | null
  readonly copies: number | null
  readonly p95Ms: number | null
}

export interface TopView {
  readonly network: string
  readonly nodes: readonly TopNode[]
  readonly selected: number
  /** The cut that stands now. */
  readonly partition: { readonly groups: readonly (readonly string[])[]; readonly healsAt: number | null } | null
  /** Wall clock, ms. */
  readonly nowMs: number
  readonly message: string
  /** What cannot be seen from here; empty where nothing is. */
  readonly unseen: string
  /** Whether nodes can be steered from here. */
  readonly steers: boolean
}

const BARS = '▁▂▃▄▅▆▇█'
const SPARK_CELLS = 20

/** One cell a second, its height the share of the highest; a space where nothing came. */
export function sparkline(values: readonly number[], cells = SPARK_CELLS): string {
  const shown = values.slice(-cells)
  const most = Math.max(1, ...shown)
  return shown
    .map((value) => (value === 0 ? ' ' : (BARS[Math.min(7, Math.ceil((value / most) * 8) - 1)] ?? '█')))
    .join('')
    .padStart(cells)
}

/** The lines of the screen, none longer than `columns`, no more than `rows`. */
export function topLines(view: TopView, columns: number, rows: number): string[] {
  const { network, nodes, selected, message, unseen, steers } = view
  const title = `hearsay top  ${network}  ${upText(nodes)}${cutText(view)}`
  const titles = [
    { title: '  NODE' },
    { title: 'STATE' },
    ...['HEIGHT', 'PEERS', 'MESH', 'POOL', 'TAKEN', 'TX/S', 'COPIES', 'P95', 'LOOP'].map((name) => ({
      title: name,
      align: 'right' as const,
    })),
    { title: 'LAST 20 S' },
  ]
  const cells = nodes.map((node, index) => [
    `${index === selected ? '>' : ' '} ${node.name}`,
    stateText(view, node),
    number(node.height),
    number(node.peers),
    number(node.mesh),
    number(node.pool),
    number(node.taken),
    node.perSecond === null ? '–' : number(node.perSecond.at(-1) ?? 0),
    node.copies === null ? '–' : node.copies.toFixed(1),
    time(node.p95Ms),
    time(node.loopMs),
    sparkline(node.perSecond ?? []),
  ])
  const table = fittingTable(titles, cells, columns)
  const keys = !steers ? KEYS_LOOKING : columns >= lengthOf(KEYS) ? KEYS : KEYS_SHORT
  const notes = wrapped(unseen, columns)
  const room = Math.max(2, rows - 4 - notes.length)
  // The chosen node stays in sight.
  const from = Math.min(Math.max(0, selected - room + 2), Math.max(0, table.length - 1 - (room - 1)))
  const body = [table[0] ?? '', ...table.slice(1 + from, from + room)]
  const shown = body.length - 1
  const elsewhere =
    shown < nodes.length ? `${from + 1} to ${from + shown} of ${nodes.length} nodes: ↑↓ leads to the others` : ''
  return [title, elsewhere, ...body, ...notes, message, keys].map((line) => [...line].slice(0, columns).join(''))
}

const KEYS = '↑↓ node  s send  k kill  r restart  p pause  c cut in halves  h heal  q quit'
const KEYS_SHORT = '↑↓ s send k kill r restart p pause c cut h heal q quit'

const KEYS_LOOKING = '↑↓ node  q quit'

/** A sentence over as many lines as it takes. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return text === '' ? [] : lines
}

/** As many of the columns as fit: half a figure is a wrong one. */
function fittingTable(titles: readonly Column[], cells: readonly (readonly string[])[], columns: number): string[] {
  for (let count = titles.length; ; count--) {
    const lines = tableText(
      titles.slice(0, count),
      cells.map((row) => row.slice(0, count)),
    ).split('\n')
    if (count <= 1 || lines.every((line) => lengthOf(line) <= columns)) return lines
  }
}

function lengthOf(text: string): number {
  return [...text].length
}

/**
 * Up is whose process lives, also one that is paused or answers late; how many of them don't answer as they should is
 * told apart.
 */
function upText(nodes: readonly TopNode[]): string {
  const up = nodes.filter(({ state }) => isUp(state))
  const apart = [...new Set(nodes.map(({ state }) => state))]
    .filter((state) => (isUp(state) ? state !== 'ready' && state !== 'alive' : !isKnownGone(state)))
    .map((state) => `${nodes.filter((node) => node.state === state).length} ${state}`)
  return [`${up.length}/${nodes.length} up`, ...apart].join(', ')
}

/** Of these nobody knows whether they live: they are not up, and not down. */
const NOT_KNOWN: ReadonlySet<string> = new Set([NO_ANSWER, 'unreachable', 'unknown'])
/** What members are called that are there no longer. */
const LEFT: ReadonlySet<string> = new Set(['dead', 'left'])

function isKnownGone(state: string): boolean {
  return !isThere(state) || LEFT.has(state)
}

function isUp(state: string): boolean {
  return !isKnownGone(state) && !NOT_KNOWN.has(state)
}

function cutText({ partition, nowMs }: TopView): string {
  if (partition === null) return ''
  const { healsAt } = partition
  return `  CUT${healsAt === null ? '' : `, heals in ${Math.max(0, Math.ceil((healsAt - nowMs) / 1_000))} s`}`
}

/** The state, and on which side of a cut the node is. */
function stateText({ partition }: TopView, { name, state }: TopNode): string {
  const side = partition?.groups.findIndex((group) => group.includes(name)) ?? -1
  return side === -1 ? state : `${state} ${'ABCDEFGH'[side] ?? '?'}`
}

/** The same in one line, for where there is no terminal. */
export function topLine(view: TopView): string {
  const { nodes, network } = view
  const up = nodes.filter(({ state }) => isUp(state))
  const heights = up.flatMap(({ height }) => height ?? [])
  const total = up.reduce((sum, { perSecond }) => Math.max(sum, perSecond?.at(-1) ?? 0), 0)
  const delays = up.flatMap(({ p95Ms }) => p95Ms ?? [])
  return [
    network,
    upText(nodes),
    `height ${heights.length === 0 ? '–' : Math.max(...heights)}`,
    `${total} tx/s`,
    `p95 ${delays.length === 0 ? '–' : time(Math.max(...delays))}${cutText(view)}`,
  ].join('  ')
}

function number(value: number | null): string {
  return value === null ? '–' : String(value)
}

function time(ms: number | null): string {
  return ms === null ? '–' : ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
