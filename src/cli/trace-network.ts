/** What the nodes of a network say of one transaction, whoever asked them. */
import type { NodeAnswer } from '../client/gather.ts'
import type { ObservationsView } from '../domain/views.ts'
import { alignedRecords, type NodeClock } from '../trace/clocks.ts'
import type { NetworkNode } from '../trace/journey.ts'
import { Known } from '../trace/knowledge.ts'

/** How long one node may ask the others, ms, and what its answer may take on top. */
export const SURVEY_MS = 3_000
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

/**
 * What nodes without a record said: only their own word makes it one that they lack. @param prefix the id, or its
 * beginning
 */
export function knownBy(prefix: string, answers: readonly NodeAnswer[]): Known {
  const known = new Known()
  const id = answers.flatMap(({ records }) => records.map((record) => record.id))[0] ?? prefix
  const nowNs = BigInt(Date.now()) * 1_000_000n
  for (const { name, trouble, hasIt } of answers) if (trouble === null) known.answered(name, id, hasIt, nowNs)
  return known
}

/** A survey's answers, their times moved to the clock of the node that asked. */
export function surveyAnswers({ id, nodes, asked, answered, unreachable }: ObservationsView): NetworkAnswers {
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
