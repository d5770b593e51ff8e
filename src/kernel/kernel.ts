/**
 * The kernel: one synchronous step from an event to effects. It never reads a clock, a socket or a disk, so the same
 * kernel runs on libp2p and, with the real router, in virtual time from a seed.
 */
import type { WithRepair } from './repair/state.ts'
import type { WithMembers } from './members/state.ts'
import type { WithBlocks } from './blocks/state.ts'
import type { WithTransactions } from './transactions/state.ts'
import type { WithPeers } from './peers/state.ts'
import { assertNever } from '../lib/assert.ts'
import { asPeerId, type NetAddress, type PeerId } from '../domain/ids.ts'
import type { Now } from '../domain/time.ts'
import { splitIdentity } from '../lib/endpoint.ts'
import type { Effect } from './shared/effect.ts'
import type { Event, JobNumber } from './shared/event.ts'
import { advance, onAdoptionWritten, onChainRead } from './blocks/advance.ts'
import { disconnect } from './peers/disconnect.ts'
import { Machines } from './machines.ts'
import type { KernelConfig, WithShared } from './shared/state.ts'
import type { StructureSize } from './shared/wing.ts'
import { onBlocksMessage } from './blocks/on-blocks-message.ts'
import { onPeerConnected, onPeerDialled, onPeerDisconnected } from './on-peer.ts'
import { onAnchorsRestored } from './peers/keep-anchors.ts'
import { makeRoom, relieveMemory } from './peers/make-room.ts'
import { onBansRestored } from './peers/ban-record.ts'
import { onChainRestored } from './blocks/on-chain-restored.ts'
import { onInvitationMade, onInvitationsRestored, onInvitationWritten } from './peers/on-invite.ts'
import { onPoolRestored } from './transactions/on-pool-restored.ts'
import { onSurveyAsked } from './members/on-observe.ts'
import { tendRepair } from './repair/on-repair.ts'
import { onDialledBack } from './members/on-reach.ts'
import { followMembership, onRecordsMessage } from './members/on-records.ts'
import { onAnswer, onAskFailed } from './route-answer.ts'
import { onRequest } from './route-request.ts'
import { onVerified } from './route-verified.ts'
import { onSelfRestored, onSelfSigned, onTagSet, recordChanged } from './members/own-record.ts'
import { onSubmission, onSubmissionWritten } from './transactions/on-submission.ts'
import { isAtWork, restsUntilMs } from './next-wake.ts'
import { onTransactionsMessage } from './transactions/on-transactions-message.ts'
import { onWake } from './on-wake.ts'
import { judgeUnheard, penalise, shed } from './peers/penalise.ts'
import { onBlockWanted, onDemandSet } from './blocks/on-demand.ts'
import { onSigned, onSlotWritten } from './blocks/propose.ts'
import { onMeshChanged, onPublished } from './transactions/publish.ts'
import { Turn } from './shared/turn.ts'

export class Kernel {
  /** For reading only: what the API shows. */
  readonly machines: Machines

  constructor(config: KernelConfig) {
    this.machines = new Machines(config)
  }

  /** Decides what follows from one event. The effects are to be carried out in their order. */
  step(event: Event, now: Now): readonly Effect[] {
    const turn = new Turn(now)
    dispatch(this.machines, event, turn)
    if (turn.lazyWrites.length > 0) turn.do({ kind: 'write', job: 0, writes: turn.lazyWrites, durable: false })
    return turn.effects
  }

  admitsPeer(peer: PeerId, now: Now): boolean {
    return this.machines.peers.offences.admitsPeer(peer, now.wallMs)
  }

  admitsAddress(ip: string, now: Now): boolean {
    return this.machines.peers.offences.admitsAddress(ip, now.wallMs)
  }

  /** Whether it is to be woken every WAKE_MS. Any event may change that. */
  get isAtWork(): boolean {
    return isAtWork(this.machines.wings)
  }

  /**
   * Where it is not at work: until when it sleeps after a wake at `wokeMs`; monotonic ms. Any event may change that.
   */
  restsUntilMs(wokeMs: number): number {
    return restsUntilMs(this.machines.wings, wokeMs)
  }

  /** Fill and bound of all that grows in it. */
  sizes(): StructureSize[] {
    return this.machines.wings.flatMap((wing) => wing.sizes())
  }

  /** Throws where any machine has broken its own rules; for tests. */
  invariants(): void {
    for (const wing of this.machines.wings) wing.invariants?.()
  }
}

function dispatch(machines: Machines, event: Event, turn: Turn): void {
  switch (event.kind) {
    case 'gossip-received':
      machines.members.alarm.received(event.bytes.byteLength)
      if (event.topic === 'transactions') onTransactionsMessage(machines, event, turn)
      else if (event.topic === 'blocks') onBlocksMessage(machines, event, turn)
      else onRecordsMessage(machines, event, turn)
      return
    case 'gossip-shed':
      machines.members.alarm.received(event.bytes.byteLength)
      turn.do({
        kind: 'report-verdict',
        messageId: event.messageId,
        from: event.from,
        verdict: 'ignore',
        why: event.reason,
      })
      return
    case 'malformed-received':
      penalise(machines, event.from, 'invalid', `malformed-${event.what}`, turn)
      return
    case 'overworked':
      shed(machines, event, turn)
      return
    case 'unheard':
      judgeUnheard(machines, event.from, event.messages, event.sinceMs, turn)
      return
    case 'transactions-submitted':
      onSubmission(machines, event.submission, event.items, turn)
      return
    case 'signatures-verified':
      onVerified(machines, event.job, event.firstInvalid, event.keyInvalid, turn)
      return
    case 'read-finished':
      onChainRead(machines, event.job, event.values, turn)
      return
    case 'signed':
      onSignature(machines, event.job, event.signature, turn)
      return
    case 'chain-restored':
      onChainRestored(machines, event.start, event.lastSignedSlot)
      return
    case 'write-finished':
      onWritten(machines, event.job, event.ok, turn)
      return
    case 'published':
      if (event.topic !== 'transactions') return
      onPublished(machines, event.outcome, turn)
      return
    case 'peer-connected':
      onPeerConnected(machines, event.peer, event.address, event.direction, turn)
      if (event.direction === 'inbound') makeRoom(machines, event.peer, turn)
      return
    case 'peer-disconnected':
      machines.peers.strangers.delete(event.peer)
      onPeerDisconnected(machines, event.peer, turn)
      return
    case 'dial-finished':
      onDialFinished(machines, event, turn)
      return
    case 'dialled-back':
      onDialledBack(machines, event.request, event.failure, turn)
      return
    case 'mesh-changed':
      if (event.topic !== 'transactions') return
      onMeshChanged(machines, event.subscribers, event.mesh, turn)
      return
    case 'answer-received':
      onAnswer(machines, event, turn)
      return
    case 'request-failed':
      onAskFailed(machines, event.request, event.reason, turn)
      return
    case 'request-received':
      onRequest(machines, event, turn)
      return
    case 'pool-restored':
      onPoolRestored(machines, event.records, turn)
      return
    case 'bans-restored':
      onBansRestored(machines, event.records, turn)
      return
    case 'anchors-restored':
      onAnchorsRestored(machines, event.records)
      return
    case 'memory-pressed':
      relieveMemory(machines, turn)
      return
    case 'self-restored':
      onSelfRestored(machines, event.lastIncarnation, event.tags, event.addresses, turn)
      return
    case 'tag-set':
      onTagSet(machines, event.key, event.value, turn)
      return
    case 'blocks-on-demand':
      onDemandSet(machines, event.isOn)
      return
    case 'block-wanted':
      onBlockWanted(machines, event, turn)
      return
    case 'network-reset':
      onNetworkReset(machines, turn)
      return
    case 'survey-asked':
      onSurveyAsked(machines, event, turn)
      return
    case 'invitations-restored':
      onInvitationsRestored(machines, event.records, turn)
      return
    case 'invitation-made':
      onInvitationMade(machines, event, turn)
      return
    case 'leaving':
      machines.members.self.isLeaving = true
      recordChanged(machines, 'leave', turn)
      return
    case 'woke':
      onWake(machines, event, turn)
      return
    default:
      assertNever(event)
  }
}

function onSignature(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks & WithMembers,
  job: JobNumber,
  signature: Uint8Array,
  turn: Turn,
): void {
  const own = onSelfSigned(machines, job, signature, turn)
  if (own === null) onSigned(machines, job, signature, turn)
  else followMembership(machines, own.decisions, turn)
}

function onDialFinished(
  machines: WithShared & WithPeers & WithTransactions & WithMembers,
  { address, peer, failure }: Extract<Event, { kind: 'dial-finished' }>,
  turn: Turn,
): void {
  if (peer !== null) machines.peers.redial.ledTo(address, peer)
  // Who hung up before the dial was confirmed is not connected, and nobody will say again that it is gone.
  if (peer !== null && machines.peers.table.get(peer) !== undefined) {
    machines.peers.redial.succeeded(address, peer, turn.now.monoMs)
    onPeerDialled(machines, peer, turn)
  } else {
    const isBanned = peer !== null && !machines.peers.offences.admitsPeer(peer, turn.now.wallMs)
    const why = failure ?? { kind: isBanned ? 'banned' : 'turned-away', detail: '' }
    machines.peers.redial.failed(address, turn.now.monoMs, why)
    noteFailedDial(machines, address, turn)
  }
  const wanted = splitIdentity(address).identity
  if (peer === null && wanted !== null) machines.members.discovery.dialFailed(asPeerId(wanted), turn.now.monoMs)
  const probe = machines.members.probeDials.get(address)
  if (probe === undefined) return
  machines.members.probeDials.delete(address)
  const { target, stays } = probe
  const { membership } = machines.members
  if (peer === null) followMembership(machines, membership.onDialFailed(target, turn.now), turn)
  // Where it is now may be beside another place of its owner, or one that is on its way: what was dialled meanwhile for
  // its own sake stays.
  else if (stays === 'no' || (stays === 'if-alone' && machines.members.discovery.isTaken(address, target))) {
    followMembership(machines, membership.onDialReached(target, turn.now), turn)
    // It may have come back by itself while it was dialled; then that connection is what the dial found.
    if (machines.peers.table.get(peer)?.direction === 'inbound') return
    disconnect(machines, peer, 'it lives, and is not one that we dial', turn)
  }
}

/**
 * Of addresses that the operator gave, observers hear each failed try; who else is dialled is found by walking, and
 * fails as a matter of course.
 */
function noteFailedDial(machines: WithPeers, address: NetAddress, turn: Turn): void {
  const story = machines.peers.redial.storyAt(address)
  if (story?.isConfigured !== true || story.failure === null) return
  const { failure, failures, dueMs } = story
  const nextMs = dueMs === null ? null : dueMs - turn.now.monoMs
  turn.note({ kind: 'dial-failed', address, failure, failures, nextMs })
}

/** Learnt state is dropped and learnt again: from every peer, at once. */
function onNetworkReset(
  machines: WithShared & WithPeers & WithTransactions & WithRepair & WithMembers,
  turn: Turn,
): void {
  followMembership(machines, machines.members.membership.reset(turn.now), turn)
  // What was dropped is wanted again, whoever has it.
  machines.members.set.wanted.allUndone()
  machines.repair.comparisons.reset('records', turn.now.monoMs)
  recordChanged(machines, 'refute', turn)
  tendRepair(machines, turn)
}

function onWritten(
  machines: WithShared & WithPeers & WithTransactions & WithBlocks & WithMembers,
  number: JobNumber,
  ok: boolean,
  turn: Turn,
): void {
  const write = machines.transactions.writes.get(number)
  if (write !== undefined) {
    machines.transactions.writes.delete(number)
    onSubmissionWritten(machines, write, ok, turn)
    return
  }
  if (onInvitationWritten(machines, number, ok, turn)) return
  switch (onAdoptionWritten(machines, number, ok, turn)) {
    case 'adopted':
      recordChanged(machines, 'head', turn)
      advance(machines, turn)
      return
    case 'failed':
      return
    case 'other':
      if (onSlotWritten(machines, number, ok, turn)) return
  }
  if (!ok) turn.note({ kind: 'store-failed', reason: 'a write failed; see the log of the node' })
}
