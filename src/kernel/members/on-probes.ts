/** Pings between neighbours, and on behalf of others (PROTOCOL.md, probe). */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import {
  decodeProbeAnswer,
  decodeProbeRequest,
  encodeProbeAnswer,
  type ProbeStatus,
} from '../../domain/codec/probe-codec.ts'
import type { PeerId } from '../../domain/ids.ts'
import { peerIdOfKey } from '../../domain/record.ts'
import { assertNever } from '../../lib/assert.ts'
import type { AskFailure } from '../../ports/requests.ts'
import type { Asked } from '../shared/asked.ts'
import { followMembership, ownStatus } from './on-records.ts'
import { penalise } from '../peers/penalise.ts'
import type { Turn } from '../shared/turn.ts'

/** Requests for help that may wait for their answers: each peer asks for few. */
const HELPS_WAITING_MAX = 256

type ToldHead = ProbeStatus['head']
type Probe = Extract<Asked, { kind: 'probe' }>

/** @returns the head that the peer told with its ping, for whoever follows the chain */
export function onProbeRequest(
  machines: WithShared & WithPeers & WithMembers,
  request: number,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): ToldHead | null {
  const asked = decodeProbeRequest(bytes)
  if (asked === null || (asked.kind === 'help' && machines.members.helps.size >= HELPS_WAITING_MAX)) {
    turn.do({ kind: 'reply', request, frames: null })
    if (asked === null) penalise(machines, from, 'invalid', 'malformed-request', turn)
    return null
  }
  const { membership } = machines.members
  if (asked.kind === 'ping') {
    const ack = encodeProbeAnswer({ kind: 'ack', nonce: asked.nonce, status: ownStatus(machines) })
    turn.do({ kind: 'reply', request, frames: [ack] })
    statusTold(machines, from, asked.status, turn)
    followMembership(machines, membership.onPing(from, asked.isSuspected, turn.now), turn)
    return asked.status.head
  }
  machines.members.helps.set(request, asked.nonce)
  const target = peerIdOfKey(asked.targetKey)
  followMembership(machines, membership.onHelpAsked(request, from, target, asked.patienceMs, turn.now), turn)
  return null
}

/** @returns the head that the peer told with its ack, for whoever follows the chain */
export function onProbeAnswer(
  machines: WithShared & WithPeers & WithMembers,
  asked: Probe,
  frames: readonly Uint8Array[],
  elapsedMs: number,
  turn: Turn,
): ToldHead | null {
  const { membership } = machines.members
  const answer = frames.length === 1 && frames[0] !== undefined ? decodeProbeAnswer(frames[0]) : null
  if (answer === null || answer.nonce !== BigInt(asked.probe)) {
    penalise(machines, asked.peer, 'invalid', 'malformed-answer', turn)
    followMembership(machines, membership.onProbeFailed(asked.probe, true, turn.now), turn)
    return null
  }
  switch (answer.kind) {
    case 'ack':
      statusTold(machines, asked.peer, answer.status, turn)
      followMembership(machines, membership.onAck(asked.probe, elapsedMs, turn.now), turn)
      return answer.status.head
    case 'nack':
    case 'stranger':
      followMembership(machines, membership.onDenied(asked.probe, answer.kind, turn.now), turn)
      return null
    default:
      return assertNever(answer)
  }
}

/** A neighbour told its head and its boot. Boots only go up: one that goes down is two nodes with one identity. */
function statusTold(machines: WithPeers, peer: PeerId, { head, incarnation }: ProbeStatus, turn: Turn): void {
  const entry = machines.peers.table.get(peer)
  if (entry === undefined) return
  entry.head = head
  const isTwin = incarnation < entry.incarnation
  entry.incarnation = Math.max(entry.incarnation, incarnation)
  if (isTwin) turn.note({ kind: 'member-twins', peer })
}

export function onProbeFailed(
  machines: WithShared & WithPeers & WithMembers,
  { probe }: Probe,
  reason: AskFailure,
  turn: Turn,
): void {
  const isFinal = reason === 'unreachable' || reason === 'reset' || reason === 'unsupported'
  followMembership(machines, machines.members.membership.onProbeFailed(probe, isFinal, turn.now), turn)
}
