/** Where answers and failures of our requests go. */
import { assertNever } from '../lib/assert.ts'
import type { AskFailure } from '../ports/requests.ts'
import type { Event, JobNumber } from './shared/event.ts'
import {
  headTold,
  onBlocksAnswer,
  onBlocksFailed,
  onHeadersAnswer,
  onHeadersFailed,
  onPartsAnswer,
} from './blocks/chain-requests.ts'
import type { Machines } from './machines.ts'
import { onHelloAnswer, onHelloFailed } from './on-peer.ts'
import { onRelayEnded, onSurveyAnswer, onSurveyFailed } from './members/on-observe.ts'
import { onObjectsAnswer, onReconcileAnswer } from './repair/on-repair.ts'
import { onProbeAnswer, onProbeFailed } from './members/on-probes.ts'
import { onRecordsAnswer } from './members/on-records.ts'
import type { Turn } from './shared/turn.ts'

export function onAnswer(machines: Machines, event: Extract<Event, { kind: 'answer-received' }>, turn: Turn): void {
  const { request, frames, elapsedMs, clocks } = event
  const asked = machines.shared.asked.get(request)
  if (asked === undefined) return
  machines.shared.asked.delete(request)
  switch (asked.kind) {
    case 'hello':
      onHelloAnswer(machines, asked.peer, frames, turn)
      return
    case 'headers':
      onHeadersAnswer(machines, asked.peer, frames, turn)
      return
    case 'blocks':
      onBlocksAnswer(machines, asked, frames, turn)
      return
    case 'block-transactions':
      onPartsAnswer(machines, asked, frames, turn)
      return
    case 'reconcile':
      onReconcileAnswer(machines, request, frames, turn)
      return
    case 'transactions':
      onObjectsAnswer(machines, asked, frames, turn)
      return
    case 'records':
      onRecordsAnswer(machines, asked, frames, turn)
      return
    case 'probe':
      headTold(machines, asked.peer, onProbeAnswer(machines, asked, frames, elapsedMs, turn), turn)
      return
    case 'survey':
      onSurveyAnswer(machines, asked, frames, clocks ?? null, turn)
      return
    case 'observe-relay':
      onRelayEnded(machines, request, asked, frames, turn)
      return
    default:
      assertNever(asked)
  }
}

export function onAskFailed(machines: Machines, request: JobNumber, reason: AskFailure, turn: Turn): void {
  const asked = machines.shared.asked.get(request)
  if (asked === undefined) return
  machines.shared.asked.delete(request)
  switch (asked.kind) {
    case 'hello':
      onHelloFailed(machines, asked.peer, reason, turn)
      return
    case 'headers':
      onHeadersFailed(machines, asked.peer, turn)
      return
    case 'blocks':
      onBlocksFailed(machines, asked, turn)
      return
    case 'block-transactions':
      onPartsAnswer(machines, asked, [], turn)
      return
    case 'reconcile':
      onReconcileAnswer(machines, request, null, turn)
      return
    case 'transactions':
      onObjectsAnswer(machines, asked, null, turn)
      return
    case 'records':
      onRecordsAnswer(machines, asked, null, turn)
      return
    case 'probe':
      onProbeFailed(machines, asked, reason, turn)
      return
    case 'survey':
      onSurveyFailed(machines, asked, reason, turn)
      return
    case 'observe-relay':
      onRelayEnded(machines, request, asked, null, turn)
      return
    default:
      assertNever(asked)
  }
}
