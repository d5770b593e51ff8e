/**
 * The kernel: one synchronous step from an event to effects. It never reads a clock, a socket or a disk, so the same kernel runs on
 * libp2p and, with the real router, in virtual time from a seed.
 */
import { assertNever } from '../lib/assert.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Now } from '../domain/time.ts'
import type { Effect } from './effect.ts'
import type { Event, JobNumber } from './event.ts'
import { createMachines, type KernelConfig, type Machines } from './machines.ts'
import { onHelloAnswer, onHelloRequest, onPeerConnected, onPeerDisconnected } from './on-peer.ts'
import { onAnchorsRestored } from './keep-anchors.ts'
import { makeRoom, relieveMemory } from './make-room.ts'
import { onBansRestored, onPoolRestored } from './on-restore.ts'
import { onSubmission, onSubmissionVerified, onSubmissionWritten } from './on-submission.ts'
import { onMessageVerified, onTransactionsMessage } from './on-transactions-message.ts'
import { onWake } from './on-wake.ts'
import { penalise } from './penalise.ts'
import { release } from './publish.ts'
import { Turn } from './turn.ts'

export class Kernel {
  /** For reading only: what the API shows. */
  readonly machines: Machines

  constructor(config: KernelConfig) {
    this.machines = createMachines(config)
  }

  /** Decides what follows from one event. The effects are to be carried out in their order. */
  step(event: Event, now: Now): readonly Effect[] {
    const turn = new Turn(now)
    dispatch(this.machines, event, turn)
    if (turn.lazyWrites.length > 0) turn.do({ kind: 'write', job: 0, writes: turn.lazyWrites, durable: false })
    return turn.effects
  }

  admitsPeer(peer: PeerId, now: Now): boolean {
    return this.machines.offences.admitsPeer(peer, now.wallMs)
  }

  admitsAddress(ip: string, now: Now): boolean {
    return this.machines.offences.admitsAddress(ip, now.wallMs)
  }

  /** Throws where any machine has broken its own rules; for tests. */
  invariants(): void {
    const { pool, seen, batcher, offences } = this.machines
    for (const machine of [pool, seen, batcher, offences]) machine.invariants()
  }
}

function dispatch(machines: Machines, event: Event, turn: Turn): void {
  switch (event.kind) {
    case 'gossip-received':
      if (event.topic === 'transactions') onTransactionsMessage(machines, event, turn)
      else
        turn.do({
          kind: 'report-verdict',
          messageId: event.messageId,
          from: event.from,
          verdict: 'ignore',
          why: 'unserved',
        })
      return
    case 'gossip-shed':
      turn.note({ kind: 'message-shed', topic: event.topic, from: event.from, reason: event.reason })
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
    case 'transactions-submitted':
      onSubmission(machines, event.submission, event.items, turn)
      return
    case 'signatures-verified':
      onVerified(machines, event.job, event.firstInvalid, event.keyInvalid, turn)
      return
    case 'write-finished':
      onWritten(machines, event.job, event.ok, turn)
      return
    case 'published':
      machines.batcher.left(event.outcome.kind !== 'published' || event.outcome.recipients > 0)
      release(machines, turn)
      return
    case 'peer-connected':
      onPeerConnected(machines, event.peer, event.address, event.direction, turn)
      if (event.direction === 'inbound') makeRoom(machines, event.peer, turn)
      return
    case 'peer-disconnected':
      machines.strangers.delete(event.peer)
      onPeerDisconnected(machines, event.peer, turn)
      return
    case 'dial-finished':
      if (event.peer === null) machines.redial.failed(event.address, turn.now.monoMs)
      else machines.redial.succeeded(event.address, event.peer)
      return
    case 'mesh-changed':
      if (event.topic !== 'transactions') return
      machines.audience.subscribers = event.subscribers
      machines.audience.mesh = event.mesh
      machines.batcher.listenersChanged(event.subscribers)
      release(machines, turn)
      return
    case 'answer-received':
      onAnswer(machines, event.request, event.frames, turn)
      return
    case 'request-failed':
      machines.asked.delete(event.request)
      return
    case 'request-received':
      if (event.protocol === 'hello') onHelloRequest(machines, event.request, event.from, event.bytes, turn)
      else turn.do({ kind: 'reply', request: event.request, frames: null })
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
    case 'woke':
      onWake(machines, turn)
      return
    default:
      assertNever(event)
  }
}

function onVerified(
  machines: Machines,
  number: JobNumber,
  firstInvalid: number,
  keyInvalid: boolean,
  turn: Turn,
): void {
  const job = machines.jobs.get(number)
  if (job === undefined) return
  machines.jobs.delete(number)
  if (job.kind === 'gossip') {
    for (const transaction of job.unverified) machines.inFlight.delete(transaction.hash)
    onMessageVerified(machines, job, firstInvalid, keyInvalid, turn)
  } else {
    for (const { transaction } of job.fresh) machines.inFlight.delete(transaction.hash)
    onSubmissionVerified(machines, job, firstInvalid, keyInvalid, turn)
  }
  for (const message of job.deferred) onTransactionsMessage(machines, message, turn)
}

function onWritten(machines: Machines, number: JobNumber, ok: boolean, turn: Turn): void {
  const write = machines.writes.get(number)
  if (write === undefined) {
    if (!ok) turn.note({ kind: 'store-failed', reason: 'a write failed; see the log of the node' })
    return
  }
  machines.writes.delete(number)
  onSubmissionWritten(machines, write, ok, turn)
}

function onAnswer(machines: Machines, request: JobNumber, frames: readonly Uint8Array[], turn: Turn): void {
  const asked = machines.asked.get(request)
  if (asked === undefined) return
  machines.asked.delete(request)
  onHelloAnswer(machines, asked.peer, frames, turn)
}
