/** A recording out of what one node and all that it can ask remember of the last transactions. */
import type { Client } from '../../client/connect.ts'
import { failureText } from '../../client/outcome.ts'
import type { ObservedNodeView } from '../../domain/views.ts'
import { isRecord, type Recording } from '../../trace/recording.ts'
import { surveyAnswers, troubleText } from '../trace-network.ts'

type Line = Recording['lines'][number]

/** Transactions that are asked for: each is one question to every node. */
const SURVEYED_MAX = 50
/** How long the nodes are waited for, ms, and how long that may go on in all. */
const SURVEY_WAIT_MS = 1_000
const SURVEYS_MS_MAX = 20_000

export interface Surveyed {
  readonly recording: Recording
  /** Transactions that were asked for; 0: it is what the one node remembers. */
  readonly count: number
  /** Why no more, to follow a sentence; empty where all were. */
  readonly trouble: string
}

/**
 * @param own what the node remembers: of that all stays but the transactions, which are told by the surveys
 * @param ids of its transactions, the newest first
 */
export async function surveyed(
  client: Client,
  own: Recording,
  ids: readonly string[],
  stop: AbortSignal,
): Promise<Surveyed> {
  const names = new Map(own.head.nodes.map(({ peerId, name }) => [peerId, name]))
  const troubles = new Map<string, string>()
  const lines: Line[] = []
  const deadline = performance.now() + SURVEYS_MS_MAX
  let [count, clockErrorMs, trouble] = [0, 0, '']
  for (const id of ids.slice(0, SURVEYED_MAX)) {
    if (stop.aborted || performance.now() > deadline) break
    const survey = await client.observations(id, { samples: 2, waitMs: SURVEY_WAIT_MS })
    if (!survey.ok) {
      trouble = ` (${failureText(survey)})`
      break
    }
    count++
    const nodes = survey.value.nodes.map((node) => named(node, names))
    const { answers, ...told } = surveyAnswers({ ...survey.value, nodes })
    clockErrorMs = Math.max(clockErrorMs, told.clockErrorMs)
    const t_ns = (BigInt(Date.now()) * 1_000_000n).toString()
    for (const { name, trouble: why, hasIt, records } of answers) {
      lines.push(...records)
      if (why === null) lines.push({ line: 'asked', t_ns, node: name, id, known: hasIt })
      else troubles.set(name, troubleText(why))
    }
  }
  if (count === 0) return { recording: own, count, trouble }
  const kept = own.lines.filter((line) => !isRecord(line) && !('line' in line && line.line === 'asked'))
  const now = (BigInt(Date.now()) * 1_000_000n).toString()
  const unasked = [...troubles].map(([node, why]): Line => ({ line: 'unasked', t_ns: now, node, why }))
  const nodes = [...names].map(([peerId, name]) => ({ name, peerId, dials: [] }))
  return {
    recording: { head: { ...own.head, clockErrorMs, nodes }, lines: [...kept, ...unasked, ...lines] },
    count,
    trouble,
  }
}

/** The node, by a name that no other has: names are what members call themselves. */
function named(node: ObservedNodeView, names: Map<string, string>): ObservedNodeView {
  const isTaken = [...names].some(([peerId, name]) => name === node.name && peerId !== node.peerId)
  const name = names.get(node.peerId) ?? (isTaken ? node.peerId : node.name)
  names.set(node.peerId, name)
  return { ...node, name, records: node.records.map((record) => ({ ...record, node: name })) }
}
