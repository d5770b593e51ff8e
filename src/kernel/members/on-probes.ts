/** Pings between neighbours, and on behalf of others (PROTOCOL.md, probe). */
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
import { catchUp } from '../blocks/chain-requests.ts'
import type { Machines } from '../machines.ts'
import { followMembership, ownStatus } from './on-records.ts'
import { penalise } from '../peers/penalise.ts'
import type { Turn } from '../shared/turn.ts'

/** Requests for help that may wait for their answers: each peer asks for few. */
const HELPS_WAITING_MAX = 256

type Probe = Extract<Asked, { kind: 'probe' }>

export function onProbeRequest(machines: Machines, request: number, from: PeerId, bytes: Uint8Array, turn: Turn): void {
  const asked = decodeProbeRequest(bytes)
  if (asked === null || (asked.kind === 'help' && machines.members.helps.size >= HELPS_WAITING_MAX)) {
    turn.do({ kind: 'reply', request, frames: null })
    if (asked === null) penalise(machines, from, 'invalid', 'malformed-request', turn)
    return
  }
  if (asked.kind === 'ping') {
    const ack = encodeProbeAnswer({ kind: 'ack', nonce: asked.nonce, status: ownStatus(machines) })
    turn.do({ kind: 'reply', request, frames: [ack] })
    headTold(machines, from, asked.status.head)
    bootTold(machines, from, asked.status.incarnation, turn)
    followMembership(machines, machines.members.membership.onPing(from, asked.isSuspected, turn.now), turn)
    catchUp(machines, turn)
    return
  }
  machines.members.helps.set(request, asked.nonce)
  const target = peerIdOfKey(asked.targetKey)
  followMembership(
    machines,
    machines.members.membership.onHelpAsked(request, from, target, asked.patienceMs, turn.now),
    turn,
  )
}

export function onProbeAnswer(
  machines: Machines,
  asked: Probe,
  frames: readonly Uint8Array[],
  elapsedMs: number,
  turn: Turn,
): void {
  const answer = frames.length === 1 && frames[0] !== undefined ? decodeProbeAnswer(frames[0]) : null
  if (answer === null || answer.nonce !== BigInt(asked.probe)) {
    penalise(machines, asked.peer, 'invalid', 'malformed-answer', turn)
    followMembership(machines, machines.members.membership.onProbeFailed(asked.probe, true, turn.now), turn)
    return
  }
  switch (answer.kind) {
    case 'ack':
      headTold(machines, asked.peer, answer.status.head)
      bootTold(machines, asked.peer, answer.status.incarnation, turn)
      followMembership(machines, machines.members.membership.onAck(asked.probe, elapsedMs, turn.now), turn)
      catchUp(machines, turn)
      return
    case 'nack':
    case 'stranger':
      followMembership(machines, machines.members.membership.onDenied(asked.probe, answer.kind, turn.now), turn)
      return
    default:
      assertNever(answer)
  }
}

/** A neighbour told its head. */
function headTold(machines: Machines, peer: PeerId, head: ProbeStatus['head']): void {
  machines.blocks.chainSync.headTold(peer, head)
  const entry = machines.peers.table.get(peer)
  if (entry !== undefined) entry.head = head
}

/** A neighbour told its boot. Boots only go up: one that goes down is two nodes with one identity. */
function bootTold(machines: Machines, peer: PeerId, incarnation: number, turn: Turn): void {
  const entry = machines.peers.table.get(peer)
  if (entry === undefined) return
  const isTwin = incarnation < entry.incarnation
  entry.incarnation = Math.max(entry.incarnation, incarnation)
  if (isTwin) turn.note({ kind: 'member-twins', peer })
}

export function onProbeFailed(machines: Machines, { probe }: Probe, reason: AskFailure, turn: Turn): void {
  const isFinal = reason === 'unreachable' || reason === 'reset' || reason === 'unsupported'
  followMembership(machines, machines.members.membership.onProbeFailed(probe, isFinal, turn.now), turn)
}
