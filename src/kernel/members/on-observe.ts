/** What nodes saw of an object (PROTOCOL.md, observe): peers' questions, and surveys of our own. */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import {
  decodeObserveAnswer,
  decodeObserveRequest,
  encodeObserveAnswer,
  encodeObserveRequest,
} from '../../domain/codec/observe-codec.ts'
import type { PeerId } from '../../domain/ids.ts'
import { assert } from '../../lib/assert.ts'
import { TokenBucket } from '../../lib/rate.ts'
import {
  OBSERVE_BURST,
  OBSERVE_PER_SECOND,
  OBSERVE_RELAYS_MAX,
  SURVEY_MS_MAX,
  SURVEYS_MAX,
} from '../../membership/limits.ts'
import { surveyMembers } from '../../membership/survey-members.ts'
import { Survey } from '../../membership/survey.ts'
import type { SurveyTrouble } from '../../domain/surveyed.ts'
import type { AskFailure } from '../../ports/requests.ts'
import type { Asked } from '../shared/asked.ts'
import type { Event } from '../shared/event.ts'
import { ask } from '../shared/ask.ts'
import { penalise } from '../peers/penalise.ts'
import type { Turn } from '../shared/turn.ts'

type SurveyQuestion = Extract<Asked, { kind: 'survey' }>
type Relay = Extract<Asked, { kind: 'observe-relay' }>

/** A peer asks us, or somebody behind us. */
export function onObserveRequest(
  machines: WithShared & WithPeers & WithMembers,
  request: number,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
  const asked = decodeObserveRequest(bytes)
  if (asked === null || !machines.shared.config.observes) {
    turn.do({ kind: 'reply', request, frames: null })
    if (asked === null) penalise(machines, from, 'invalid', 'malformed-request', turn)
    return
  }
  if (!mayAsk(machines, from, turn.now.monoMs)) {
    reply(request, { kind: 'busy' }, turn)
    return
  }
  const { way, ids } = asked
  const [next, ...rest] = way
  if (next === undefined || next === machines.shared.config.self) {
    const known = ids.map((id) => machines.members.pool.knows(id, turn.now.monoMs))
    turn.do({ kind: 'serve-observation', request, ids, known })
    return
  }
  if (machines.peers.table.get(next)?.greeted !== true || next === from) {
    reply(request, { kind: 'cut-off' }, turn)
    return
  }
  if (machines.members.observeRelays.size >= OBSERVE_RELAYS_MAX) {
    reply(request, { kind: 'busy' }, turn)
    return
  }
  const question = encodeObserveRequest({ way: rest, ids })
  const job = ask(machines, { kind: 'observe-relay', peer: next, request, ids: ids.length }, question, turn)
  machines.members.observeRelays.add(job)
}

/** The next hop answered, or did not (`frames` null): the asker hears of it. What is no answer is not handed on. */
export function onRelayEnded(
  machines: WithPeers & WithMembers,
  job: number,
  { peer, request, ids }: Relay,
  frames: readonly Uint8Array[] | null,
  turn: Turn,
): void {
  machines.members.observeRelays.delete(job)
  const frame = frames?.length === 1 ? frames[0] : undefined
  if (frame !== undefined && decodeObserveAnswer(frame, ids) !== null) {
    turn.do({ kind: 'reply', request, frames: [frame] })
    return
  }
  if (frames !== null) penalise(machines, peer, 'invalid', 'malformed-answer', turn)
  reply(request, { kind: 'cut-off' }, turn)
}

/** The operator asks everybody. */
export function onSurveyAsked(
  machines: WithShared & WithPeers & WithMembers,
  event: Extract<Event, { kind: 'survey-asked' }>,
  turn: Turn,
): void {
  const { survey: number, ids, samples, waitMs } = event
  if (!machines.shared.config.observes || machines.members.surveys.size >= SURVEYS_MAX) {
    const outcome = { kind: machines.shared.config.observes ? 'busy' : 'off' } as const
    turn.do({ kind: 'answer-survey', survey: number, outcome })
    return
  }
  const survey = new Survey({
    members: surveyMembers(
      machines.members.membership.rows(turn.now),
      neighboursOf(machines),
      machines.shared.config.self,
    ),
    neighbours: neighboursOf(machines).map(({ peer }) => peer),
    samples,
    deadlineMs: turn.now.monoMs + Math.min(waitMs, SURVEY_MS_MAX),
  })
  machines.members.surveys.set(number, { survey, ids })
  follow(machines, number, turn)
}

export function onSurveyAnswer(
  machines: WithShared & WithPeers & WithMembers,
  { peer, survey: number, ask, ids }: SurveyQuestion,
  frames: readonly Uint8Array[],
  clocks: { readonly askedNs: bigint; readonly answeredNs: bigint } | null,
  turn: Turn,
): void {
  const frame = frames.length === 1 ? frames[0] : undefined
  const answer = frame === undefined ? null : decodeObserveAnswer(frame, ids)
  if (answer === null) penalise(machines, peer, 'invalid', 'malformed-answer', turn)
  const survey = machines.members.surveys.get(number)?.survey
  if (survey === undefined) return
  if (answer?.kind === 'seen') survey.answered(ask, answer, clocks)
  else survey.failed(ask, answer?.kind ?? 'no-answer')
  follow(machines, number, turn)
}

export function onSurveyFailed(
  machines: WithShared & WithMembers,
  asked: SurveyQuestion,
  reason: AskFailure,
  turn: Turn,
): void {
  const survey = machines.members.surveys.get(asked.survey)?.survey
  if (survey === undefined) return
  survey.failed(asked.ask, TROUBLES[reason])
  follow(machines, asked.survey, turn)
}

const TROUBLES: Readonly<Record<AskFailure, SurveyTrouble>> = {
  unreachable: 'no-answer',
  unsupported: 'not-served',
  deadline: 'no-answer',
  'too-large': 'no-answer',
  // A node that has it switched off resets what it is asked.
  reset: 'not-served',
  busy: 'busy',
}

/** Surveys whose time is over end with what they have. */
export function endSurveys(machines: WithMembers, turn: Turn): void {
  for (const [number, { survey }] of machines.members.surveys)
    if (survey.deadlineMs <= turn.now.monoMs) finish(machines, number, survey, turn)
}

function follow(machines: WithShared & WithMembers, number: number, turn: Turn): void {
  const open = machines.members.surveys.get(number)
  if (open === undefined) return
  const { survey, ids } = open
  for (const { ask: place, way, isTimesOnly } of survey.takeAsks()) {
    const [peer, ...rest] = way
    assert(peer !== undefined, 'a way has an end')
    const wanted = isTimesOnly ? [] : ids
    const bytes = encodeObserveRequest({ way: rest, ids: wanted })
    ask(machines, { kind: 'survey', peer, survey: number, ask: place, ids: wanted.length }, bytes, turn)
  }
  if (survey.isDone) finish(machines, number, survey, turn)
}

function finish(machines: WithMembers, number: number, survey: Survey, turn: Turn): void {
  machines.members.surveys.delete(number)
  turn.do({ kind: 'answer-survey', survey: number, outcome: { kind: 'surveyed', rows: survey.rows() } })
}

function neighboursOf({ peers: { table: peers } }: WithPeers): { readonly peer: PeerId; readonly name: string }[] {
  return [...peers.all()].filter(({ greeted }) => greeted)
}

function mayAsk({ members: { observers } }: WithMembers, peer: PeerId, nowMs: number): boolean {
  let bucket = observers.get(peer, nowMs)
  if (bucket === undefined) {
    bucket = new TokenBucket({ perSecond: OBSERVE_PER_SECOND, burst: OBSERVE_BURST, nowMs })
    observers.set(peer, bucket, nowMs)
  }
  return bucket.take(1, nowMs)
}

function reply(request: number, answer: Parameters<typeof encodeObserveAnswer>[0], turn: Turn): void {
  turn.do({ kind: 'reply', request, frames: [encodeObserveAnswer(answer)] })
}
