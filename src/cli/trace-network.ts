/**
 * What all nodes of the network say of one transaction: each of a testnet asked by its own API, and elsewhere all that
 * one node can reach, asked by it on our behalf (PROTOCOL.md, observe), with its clock beside their answers.
 */
import { connect } from '../client/connect.ts'
import { gatherObject, type NodeAnswer } from '../client/gather.ts'
import type { ObservationsView } from '../domain/views.ts'
import { alignedRecords, type NodeClock } from '../trace/clocks.ts'
import type { NetworkNode } from '../trace/journey.ts'
import { Known } from '../trace/knowledge.ts'
import { apiFailure, openApi } from './api.ts'
import type { Context } from './context.ts'
import { findTarget, type Target } from './discovery.ts'

/** How long one node may ask the others, ms, and what its answer may take on top. */
const SURVEY_MS = 3_000
export const SURVEY_ANSWER_MS_MAX = SURVEY_MS + 5_000

export interface NetworkAnswers {
  readonly nodes: readonly NetworkNode[]
  readonly answers: readonly TracedAnswer[]
  /** By how much times of different nodes may be wrong; 0 on one machine. */
  readonly clockErrorMs: number
  /** Who was there when, and what each said of the object. */
  readonly known: Known
  /** Of the survey, where there was one. */
  readonly asked: Pick<ObservationsView, 'asked' | 'answered' | 'unreachable'> | null
}

export interface TracedAnswer extends NodeAnswer {
  /** The nodes over which it was asked. */
  readonly over: readonly string[]
  /** Against the clock of the node that asked; null where it was not compared. */
  readonly clock: NodeClock | null
}

/** @param id the transaction's, or a beginning that is unique on each node */
export async function askNetwork(context: Context, id: string): Promise<NetworkAnswers> {
  const target = findTarget(context)
  const { manifest } = target
  if (manifest === null) return askOver(context, target, id)
  const answers = await gatherObject(id, manifest.nodes)
  const known = knownBy(id, answers)
  for (const { name, states = [] } of manifest.nodes)
    for (const { atMs, state } of states) known.attendance.note(name, BigInt(atMs) * 1_000_000n, state)
  // A testnet is a network of this machine: one clock stamps all records.
  const clock = { offsetMs: 0, errorMs: 0 }
  return {
    nodes: manifest.nodes,
    answers: answers.map((answer) => ({ ...answer, over: [], clock })),
    clockErrorMs: 0,
    known,
    asked: null,
  }
}

/**
 * What nodes without a record said: only their own word makes it one that they lack. @param prefix the id, or its
 * beginning
 */
function knownBy(prefix: string, answers: readonly NodeAnswer[]): Known {
  const known = new Known()
  const id = answers.flatMap(({ records }) => records.map((record) => record.id))[0] ?? prefix
  const nowNs = BigInt(Date.now()) * 1_000_000n
  for (const { name, trouble, hasIt } of answers) if (trouble === null) known.answered(name, id, hasIt, nowNs)
  return known
}

async function askOver(context: Context, target: Target, id: string): Promise<NetworkAnswers> {
  const { name, peerId } = await openApi(context, target).identity()
  const client = connect(target.apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  try {
    const survey = await client.observations(id, { waitMs: SURVEY_MS })
    if (survey.ok) return surveyAnswers(survey.value)
    // It knows nothing of it: that is for the answer below to say.
    if (survey.kind === 'unreachable' || !(survey.status === 404 || survey.problem.code === 'observe-off'))
      throw apiFailure(survey, target, false)
    if (survey.problem.code === 'observe-off')
      context.terminal.note(`only ${name} is asked: ${survey.problem.message} (${survey.problem.hint})`)
  } finally {
    client.close()
  }
  const answers = await gatherObject(id, [{ name, apiUrl: target.apiUrl }])
  return {
    nodes: [{ name, peerId }],
    answers: answers.map((answer) => ({ ...answer, over: [], clock: { offsetMs: 0, errorMs: 0 } })),
    clockErrorMs: 0,
    known: knownBy(id, answers),
    asked: null,
  }
}

function surveyAnswers({ id, nodes, asked, answered, unreachable }: ObservationsView): NetworkAnswers {
  const { records, clockErrorMs } = alignedRecords(nodes)
  const answers = nodes.map(({ name, trouble, known, over, clock }) => ({
    name,
    trouble,
    hasIt: known,
    over,
    clock,
    records: records.filter(({ node }) => node === name),
  }))
  return {
    nodes,
    answers,
    clockErrorMs,
    known: knownBy(id, answers),
    asked: { asked, answered, unreachable },
  }
}

/** What is wrong with a node that a survey did not reach, for people. */
export function troubleText(trouble: string): string {
  return TROUBLES[trouble] ?? trouble
}

const TROUBLES: Readonly<Record<string, string>> = {
  'no-way': 'no node that answered is connected with it',
  'cut-off': 'the node before it on the way has no connection with it',
  busy: 'it answers too many at once',
  'no-answer': 'it did not answer in time',
  'not-served': 'it does not say what it saw',
  late: 'there was no time left to ask it',
  dead: 'it is dead: it answers no probe',
}
