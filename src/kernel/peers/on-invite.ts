/** Invitations: made by the operator, asked for by whoever was given one (PROTOCOL.md, invite). */
import type { WithPeers } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import { decodeInviteRequest, encodeInviteAnswer } from '../../domain/codec/invite-codec.ts'
import { EXCHANGE_LIMITS } from '../../domain/exchange-limits.ts'
import type { PeerId } from '../../domain/ids.ts'
import type { InviteRefusal } from '../../domain/invitation.ts'
import { networkBytes } from '../../domain/params.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { INVITING_MAX } from '../../peers/limits.ts'
import type { Event, JobNumber, StoredRecords } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'
import { deleteSecret, OPEN_KEY, putOpen, putSecret, readInvitation } from './invitation-record.ts'
import { penalise } from './penalise.ts'

type Hosts = WithShared & WithPeers

export function onInvitationsRestored({ peers: { invitations } }: WithPeers, records: StoredRecords, turn: Turn): void {
  for (const [key, value] of records) {
    const read = readInvitation(value)
    if (read === null) turn.writeLazily(deleteSecret(key))
    else if (key === OPEN_KEY) invitations.open(read.untilMs)
    else if (!invitations.add(key, read, turn.now.wallMs)) turn.writeLazily(deleteSecret(key))
  }
}

/** The line leaves when the disk has what it promises: a node that starts again keeps its word. */
export function onInvitationMade(
  machines: Hosts,
  { invitation, secretHash, untilMs }: Extract<Event, { kind: 'invitation-made' }>,
  turn: Turn,
): void {
  const { invitations, inviting } = machines.peers
  if (documentOf(machines).byteLength > EXCHANGE_LIMITS.invite.totalBytesMax - 1) {
    turn.do({ kind: 'answer-invitation', invitation, outcome: 'too-large' })
    return
  }
  const secret = { untilMs, isUsed: false }
  if (inviting.size >= INVITING_MAX || (secretHash !== null && !invitations.add(secretHash, secret, turn.now.wallMs))) {
    turn.do({ kind: 'answer-invitation', invitation, outcome: 'full' })
    return
  }
  const job = machines.shared.nextJob()
  inviting.set(job, { kind: 'made', invitation, hash: secretHash })
  if (secretHash === null) invitations.open(untilMs)
  const write = secretHash === null ? putOpen(invitations.openUntilMs) : putSecret(secretHash, secret)
  turn.do({ kind: 'write', job, writes: [write], durable: true })
}

/** A peer asks for the document. Whoever has not greeted yet may: it can't, before it knows the network. */
export function onInviteRequest(
  machines: Hosts,
  request: JobNumber,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
  const asked = decodeInviteRequest(bytes)
  if (asked === null) {
    turn.do({ kind: 'reply', request, frames: null })
    penalise(machines, from, 'invalid', 'malformed-request', turn)
    return
  }
  const { invitations, inviting } = machines.peers
  if (inviting.size >= INVITING_MAX) {
    refuse(request, 'busy', turn)
    return
  }
  const hash = asked.secret === null ? null : sha256Hex(asked.secret)
  const decision = invitations.asked(from, hash, () => documentOf(machines).byteLength, turn.now)
  switch (decision.kind) {
    case 'refuse':
      refuse(request, decision.why, turn)
      return
    case 'answer':
      answer(machines, request, turn)
      return
    case 'use': {
      const job = machines.shared.nextJob()
      inviting.set(job, { kind: 'used', request })
      turn.do({ kind: 'write', job, writes: [putSecret(decision.hash, decision.secret)], durable: true })
    }
  }
}

/** @returns whether the write was one of an invitation */
export function onInvitationWritten(machines: Hosts, job: JobNumber, ok: boolean, turn: Turn): boolean {
  const { invitations, inviting } = machines.peers
  const waiting = inviting.get(job)
  if (waiting === undefined) return false
  inviting.delete(job)
  if (waiting.kind === 'used') {
    if (ok) answer(machines, waiting.request, turn)
    else refuse(waiting.request, 'unwritten', turn)
    return ok
  }
  if (!ok && waiting.hash !== null) invitations.drop(waiting.hash)
  turn.do({ kind: 'answer-invitation', invitation: waiting.invitation, outcome: ok ? 'made' : 'unwritten' })
  return ok
}

function answer(machines: Hosts, request: JobNumber, turn: Turn): void {
  turn.do({ kind: 'reply', request, frames: encodeInviteAnswer({ kind: 'document', bytes: documentOf(machines) }) })
}

function refuse(request: JobNumber, why: InviteRefusal, turn: Turn): void {
  turn.do({ kind: 'reply', request, frames: encodeInviteAnswer({ kind: 'refused', why }) })
}

/** Made once, for the first who is invited or, after a start, answered: it may have megabytes. */
function documentOf({ peers, shared: { config } }: Hosts): Uint8Array {
  peers.document ??= networkBytes(config.network)
  return peers.document
}
