/**
 * What nodes remember, as a recording: whole objects only. A node that remembers less far back than others would make
 * older objects look as if it lacked them, so everything that was sent before what all of them remember is left out and
 * counted. Pure: asking is the reader's business.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { RememberedObject, SeenCounts, StatusView } from '../domain/views.ts'
import { journeysOf, type NetworkNode } from './journey.ts'
import { knowledgeOf } from './knowledge.ts'
import { ON_ITS_WAY_MS } from './limits.ts'
import { isRecord, type RecordingHead, type RecordingLine } from './recording.ts'

type Line = Exclude<RecordingLine, RecordingHead>

export interface RememberingNode {
  readonly name: string
  /** Null where it told everything. */
  readonly trouble: string | null
  readonly status: Pick<StatusView, 'head'> | null
  /** Peer ids. */
  readonly mesh: readonly string[] | null
  /** Wall clock when it was asked, ms. */
  readonly at: number
  readonly seen: SeenCounts | null
  readonly objects: readonly RememberedObject[]
  /** Nothing that came to it before this is among the objects; null: there was nothing. */
  readonly edgeNs: bigint | null
}

/** Questions of one node at most: what is older than the last so many is told by what it remembers alone. */
const QUESTIONS_MAX = 2_000

/** @param nameOf names of peer ids */
export function memoryLines(nodes: readonly RememberingNode[], nameOf: (peerId: string) => string): Line[] {
  const cutNs = cutOf(nodes)
  const starts = startsOf(nodes)
  const lines: Line[] = []
  for (const { name, trouble, status, mesh, at, seen, objects } of nodes) {
    const t_ns = (BigInt(at) * 1_000_000n).toString()
    let taken = 0
    for (const { id, records } of objects) {
      const startNs = starts.get(id)
      if (cutNs !== null && startNs !== undefined && startNs < cutNs) continue
      if (records.some((record) => record.kind === 'transaction' && isSight(record))) taken++
      for (const record of records) lines.push({ ...record, node: name })
    }
    if (mesh !== null) lines.push({ line: 'mesh', t_ns, node: name, peers: mesh.map(nameOf) })
    if (status !== null) lines.push({ line: 'head', t_ns, node: name, ...status.head })
    if (trouble !== null) lines.push({ line: 'unasked', t_ns, node: name, why: trouble })
    else if (seen !== null)
      lines.push({
        line: 'told',
        t_ns,
        node: name,
        older: Math.max(0, seen.taken - taken),
        untraced: seen.untraced,
      })
  }
  return lines
}

/** What is to be asked of whom: the transactions that a node told nothing of, though it was there. */
export function openQuestions(
  network: readonly NetworkNode[],
  lines: readonly Line[],
): ReadonlyMap<string, readonly string[]> {
  const asked = new Set(lines.flatMap((line) => ('line' in line && line.line === 'told' ? [line.node] : [])))
  const questions = new Map<string, string[]>()
  const journeys = journeysOf(
    network,
    lines.filter((line) => isRecord(line)),
    0,
    knowledgeOf(lines),
  )
  for (const { id, kind, startNs, nodes } of journeys.reverse()) {
    if (kind !== 'transaction' || startNs === null) continue
    for (const { name, way } of nodes) {
      if ((way !== 'pending' && way !== 'lacks') || !asked.has(name)) continue
      const ids = questions.get(name) ?? []
      questions.set(name, ids)
      if (ids.length < QUESTIONS_MAX) ids.push(id)
    }
  }
  return questions
}

/** The answers: records that had not come or were not remembered, and whether it has it at all. */
export function answerLines(node: string, atMs: number, objects: readonly RememberedObject[]): Line[] {
  const t_ns = (BigInt(atMs) * 1_000_000n).toString()
  return objects.flatMap(({ id, known, records }): Line[] => [
    ...records.map((record) => ({ ...record, node })),
    { line: 'asked', t_ns, node, id, known },
  ])
}

/** What was sent before this may have come to a node before what it remembers. */
function cutOf(nodes: readonly RememberingNode[]): bigint | null {
  const edges = nodes.flatMap(({ edgeNs }) => edgeNs ?? [])
  return edges.length === 0 ? null : edges.reduce((a, b) => (a > b ? a : b)) + BigInt(ON_ITS_WAY_MS) * 1_000_000n
}

/** The first sight of each object by any of the nodes. */
function startsOf(nodes: readonly RememberingNode[]): ReadonlyMap<string, bigint> {
  const starts = new Map<string, bigint>()
  for (const { objects } of nodes)
    for (const { id, records } of objects)
      for (const record of records) {
        if (!isSight(record)) continue
        const ns = BigInt(record.t_ns)
        const known = starts.get(id)
        if (known === undefined || ns < known) starts.set(id, ns)
      }
  return starts
}

function isSight({ event }: PropagationRecord): boolean {
  return event === 'PUBLISH' || event === 'DELIVER' || event === 'RECOVERED'
}
