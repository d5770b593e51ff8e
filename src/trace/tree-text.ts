/** A journey as people read it in a terminal, and as graphviz draws it. */
import type { Journey, TraceNode } from './journey.ts'
import type { Absence } from './attendance.ts'
import { reachedOf, thereOf } from './spread.ts'

/** The delivery tree: one line a node under its parent, with times and copies; then who does not have it, and why. */
export function treeText(journey: Journey): string {
  const children = childrenOf(journey)
  const width = Math.max(4, ...journey.nodes.map(({ name }) => name.length + 2 * depthOf(name, children)))
  const lines = [
    `${journey.id}`,
    `${reachedOf(journey)}/${thereOf(journey).length} nodes  copies ${journey.copies}  ${journey.bytes} bytes`,
    '',
    `${'NODE'.padEnd(width)}  ${'SEEN'.padStart(9)}  ${'NETWORK'.padStart(9)}  ${'QUEUE'.padStart(9)}  ${'CHECK'.padStart(9)}  COPIES`,
  ]
  const walk = (node: TraceNode, prefix: string, branch: string): void => {
    const label = `${prefix}${branch}${node.name}`
    const times = [node.firstSeenMs, node.networkMs, node.queueMs, node.checkMs]
    const note = node.way === 'repair' ? '  by repair' : node.way === 'orphan' ? `  from ${node.from ?? 'unknown'}` : ''
    const late = node.absence === null ? '' : `  ${ABSENCES[node.absence]}`
    lines.push(
      `${label.padEnd(width)}  ${times.map((ms) => time(ms).padStart(9)).join('  ')}  ${String(node.copies).padStart(6)}${note}${late}`,
    )
    const below = children.get(node.name) ?? []
    const next = branch === '' ? prefix : `${prefix}${branch === '└ ' ? '  ' : '│ '}`
    below.forEach((child, index) => walk(child, next, index === below.length - 1 ? '└ ' : '├ '))
  }
  for (const root of children.get(null) ?? []) walk(root, '', '')
  for (const node of journey.nodes.filter(({ firstSeenMs }) => firstSeenMs === null))
    lines.push(`${node.name.padEnd(width)}  ${withoutText(node)}`)
  const edges = [...journey.duplicates].sort((a, b) => b.copies - a.copies || (a.from < b.from ? -1 : 1))
  if (edges.length > 0) {
    lines.push(
      '',
      `duplicates: ${edges.reduce((sum, { copies }) => sum + copies, 0)} over ${edges.length} edges${edges.every(({ copies }) => copies === 1) ? ', one each' : ''}`,
    )
    // What is worth a line is an edge that carried it more than once; of the others --json tells.
    const repeated = edges.filter(({ copies }) => copies > 1)
    for (const { from, to, copies } of repeated.slice(0, EDGES_LISTED)) lines.push(`  ${from} → ${to}  ${copies}`)
    if (repeated.length > EDGES_LISTED) lines.push(`  and ${repeated.length - EDGES_LISTED} more: --json`)
  }
  return lines.join('\n')
}

const EDGES_LISTED = 12

/** Why a node that told of no first sight has none, in words. */
function withoutText(node: TraceNode): string {
  if (node.absence !== null) return ABSENCES[node.absence]
  if (node.way === 'held') return 'has it, and does not remember how it came'
  if (node.refusals.length > 0) return refusalText(node)
  return node.way === 'lacks' ? 'does not have it' : 'nothing known of it yet'
}

/** Where a node was when an object was sent, in words. */
const ABSENCES: Readonly<Record<Absence, string>> = {
  later: 'was not there then: it came later',
  down: 'was not there then: it was down',
  restarted: 'was not there then: it was started anew since',
}

/** Graphviz: the tree in full lines with the hop's times, further copies dotted, refusals red. */
export function treeDot(journey: Journey): string {
  const lines = [
    'digraph trace {',
    '  rankdir=LR; node [shape=box, fontname="sans-serif"]; edge [fontname="sans-serif", fontsize=10];',
  ]
  for (const { name, firstSeenMs, refusals, copies, way } of journey.nodes) {
    const colour = firstSeenMs !== null ? 'black' : refusals.length > 0 || way === 'lacks' ? 'red' : 'gray'
    const seen = firstSeenMs === null ? 'not seen' : time(firstSeenMs)
    lines.push(`  ${quote(name)} [label="${bare(name)}\\n${seen}, ${copies} copies", color=${colour}];`)
  }
  for (const { name, from, networkMs, way } of journey.nodes)
    if (from !== null)
      lines.push(
        `  ${quote(from)} -> ${quote(name)} [label=${quote(time(networkMs))}${way === 'repair' ? ', style=dashed' : ''}];`,
      )
  for (const { from, to, copies } of journey.duplicates)
    lines.push(`  ${quote(from)} -> ${quote(to)} [style=dotted, color=gray, label="${copies}"];`)
  return `${lines.join('\n')}\n}`
}

/** Roots under null, children under their parent's name, earliest first. */
export function childrenOf(journey: Journey): ReadonlyMap<string | null, readonly TraceNode[]> {
  const children = new Map<string | null, TraceNode[]>()
  const seen = journey.nodes.filter(({ firstSeenMs }) => firstSeenMs !== null)
  for (const node of [...seen].sort((a, b) => (a.firstSeenMs ?? 0) - (b.firstSeenMs ?? 0))) {
    const under = node.way === 'gossip' || node.way === 'repair' ? node.from : null
    const own = children.get(under)
    if (own === undefined) children.set(under, [node])
    else own.push(node)
  }
  return children
}

function depthOf(name: string, children: ReadonlyMap<string | null, readonly TraceNode[]>): number {
  for (const [parent, own] of children)
    if (own.some((node) => node.name === name)) return parent === null ? 0 : 1 + depthOf(parent, children)
  return 0
}

function refusalText({ refusals }: TraceNode): string {
  return refusals
    .slice(0, 3)
    .map(
      ({ from, reason, offence }) =>
        `${offence ? 'refused' : 'ignored'} ${from === null ? 'from its user' : `from ${from}`}: ${reason}`,
    )
    .join('; ')
}

function time(ms: number | null): string {
  return ms === null ? '–' : `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`
}

/** As a name in quotes: what would end them, or begin an escape, is left out. */
function quote(text: string): string {
  return `"${bare(text)}"`
}

function bare(text: string): string {
  return text.replace(/["\\]/g, '')
}
