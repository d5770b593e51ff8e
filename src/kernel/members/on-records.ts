/** Records and suspicions: from gossip and from repair into the picture of the network, and what follows from it. */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { encodeObjectsAnswer, readObjectsAnswer } from '../../domain/codec/objects-codec.ts'
import { decodeRecordMessage, RECORD_BYTES_MAX } from '../../domain/codec/record-codec.ts'
import { encodeProbeAnswer, encodeProbeRequest, type ProbeStatus } from '../../domain/codec/probe-codec.ts'
import type { MessageId, PeerId } from '../../domain/ids.ts'
import { itemKey, recordOrder, type ItemKey } from '../../domain/item-key.ts'
import { keyOfPeerId, type NodeRecord, type RecordMessage } from '../../domain/record.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { assertNever } from '../../lib/assert.ts'
import type { MembershipDecision } from '../../membership/membership.ts'
import type { Teller } from '../../membership/records.ts'
import {
  RECORD_VERDICTS,
  SUSPICION_VERDICTS,
  type RecordOutcome,
  type SuspicionOutcome,
} from '../../membership/verdicts.ts'
import type { SignatureCheck } from '../../ports/signature-verifier.ts'
import { JOBS_MAX } from '../../relay/limits.ts'
import type { Asked } from '../shared/asked.ts'
import type { VerdictReason } from '../shared/effect.ts'
import type { RecordJob, RecordsJob } from '../shared/jobs.ts'
import { ask } from '../shared/ask.ts'
import { judge } from '../shared/judge.ts'
import { verify } from '../shared/verify.ts'
import { heardClock } from '../peers/own-clock.ts'
import { isWorthLooking, onOwnRecord } from './on-own-record.ts'
import { accuse, recordChanged } from './own-record.ts'
import { penalise } from '../peers/penalise.ts'
import { SELF, tellerOf } from '../peers/teller.ts'
import type { Turn } from '../shared/turn.ts'

interface Message {
  readonly bytes: Uint8Array
  readonly from: PeerId
  readonly messageId: MessageId
}

/** A message of the records topic. */
export function onRecordsMessage(machines: WithShared & WithPeers & WithMembers, message: Message, turn: Turn): void {
  if (!machines.peers.offences.admitsPeer(message.from, turn.now.wallMs)) {
    judgeRecord(message, 'ignore', 'banned', turn)
    return
  }
  const prefixes = { record: machines.members.recordPrefix, suspicion: machines.members.suspicionPrefix }
  const content = decodeRecordMessage(message.bytes, prefixes, machines.members.readRecord)
  if (content === null) {
    judgeRecord(message, 'reject', 'undecodable', turn)
    penalise(machines, message.from, 'invalid', 'undecodable', turn)
    return
  }
  if (content.kind === 'record') heardClock(machines, content.record, message.from, false, turn.now)
  const refusal =
    content.kind === 'record'
      ? machines.members.membership.precheckRecord(content.record, tellerOf(machines, message.from), turn.now)
      : machines.members.membership.precheckSuspicion(content.suspicion, turn.now)
  const isOwn = content.kind === 'record' && isWorthLooking(machines, content.record, turn.now.monoMs)
  if (refusal !== null && !isOwn) {
    conclude(machines, content.kind, refusal, message, turn)
    return
  }
  if (machines.shared.jobs.size >= JOBS_MAX) {
    judgeRecord(message, 'ignore', 'overloaded', turn)
    return
  }
  verify(machines, { kind: 'record', message, content }, [checkOf(content)], turn)
}

export function onRecordVerified(
  machines: WithShared & WithPeers & WithMembers,
  { message, content }: RecordJob,
  valid: boolean,
  turn: Turn,
): void {
  if (!valid) {
    judgeRecord(message, 'reject', 'invalid-signature', turn)
    penalise(machines, message.from, 'invalid', 'invalid-signature', turn)
    return
  }
  if (content.kind === 'record') heardClock(machines, content.record, message.from, true, turn.now)
  if (content.kind === 'record') onOwnRecord(machines, content.record, turn)
  const { outcome, decisions } =
    content.kind === 'record'
      ? machines.members.membership.onRecord(content.record, 'gossip', tellerOf(machines, message.from), turn.now)
      : machines.members.membership.onSuspicion(content.suspicion, turn.now)
  conclude(machines, content.kind, outcome, message, turn)
  followMembership(machines, decisions, turn, message.from)
}

function conclude(
  machines: WithPeers,
  kind: RecordMessage['kind'],
  outcome: RecordOutcome | SuspicionOutcome,
  message: Message,
  turn: Turn,
): void {
  const verdict =
    kind === 'record' ? RECORD_VERDICTS[outcome as RecordOutcome] : SUSPICION_VERDICTS[outcome as SuspicionOutcome]
  judgeRecord(message, verdict, outcome, turn)
  if (verdict === 'reject') penalise(machines, message.from, 'invalid', outcome, turn)
}

function judgeRecord(message: Message, verdict: Verdict, outcome: VerdictReason, turn: Turn): void {
  judge('records', message, verdict, 1, turn, outcome)
  turn.note({ kind: 'record-judged', outcome, from: message.from })
}

function checkOf(content: RecordMessage): SignatureCheck {
  const signed = content.kind === 'record' ? content.record : content.suspicion
  const publicKey = content.kind === 'record' ? content.record.key : content.suspicion.accuserKey
  return { publicKey, message: signed.signedBytes, signature: signed.signature }
}

// ---- repair

export function keyOfRecord({ key, hash }: NodeRecord): ItemKey {
  return itemKey(recordOrder(key), hash)
}

/** A peer asks for records by their names. */
export function onRecordKeysRequest(
  machines: WithMembers,
  request: number,
  keys: readonly ItemKey[],
  turn: Turn,
): void {
  const objects = keys.map((key) => {
    const peer = machines.members.recordOwners.get(key)
    const record = peer === undefined ? undefined : machines.members.membership.records.get(peer)
    return record !== undefined && keyOfRecord(record) === key ? record.bytes : null
  })
  turn.do({ kind: 'reply', request, frames: [encodeObjectsAnswer(objects)] })
}

export function onRecordsAnswer(
  machines: WithShared & WithPeers & WithMembers,
  asked: Extract<Asked, { kind: 'records' }>,
  frames: readonly Uint8Array[] | null,
  turn: Turn,
): void {
  const { peer, fetch, keys } = asked
  const answer = frames === null ? null : readObjectsAnswer(frames, keys, RECORD_BYTES_MAX)
  if (answer === null) {
    machines.members.set.wanted.failed(fetch)
    if (frames !== null) penalise(machines, peer, 'invalid', 'malformed-answer', turn)
    return
  }
  const records: NodeRecord[] = []
  const teller = tellerOf(machines, peer)
  for (const [key, bytes] of answer.found) {
    const record = machines.members.readRecord(new Uint8Array(bytes), machines.members.recordPrefix)
    if (record === null || keyOfRecord(record) !== key) {
      penalise(machines, peer, 'invalid', 'object-mismatch', turn)
      continue
    }
    machines.members.set.wanted.received(key)
    const isOwn = isWorthLooking(machines, record, turn.now.monoMs)
    if (isOwn || machines.members.membership.precheckRecord(record, teller, turn.now) === null) records.push(record)
    else machines.members.set.wanted.done(key, turn.now.monoMs)
  }
  machines.members.set.wanted.answered(fetch, answer.unanswered)
  if (records.length === 0) return
  const checks = records.map(({ key, signedBytes, signature }) => ({ publicKey: key, message: signedBytes, signature }))
  verify(machines, { kind: 'records', from: peer, records }, checks, turn)
}

export function onRecordsVerified(
  machines: WithShared & WithPeers & WithMembers,
  job: RecordsJob,
  firstInvalid: number,
  turn: Turn,
): void {
  const sound = firstInvalid < 0 ? job.records : job.records.slice(0, firstInvalid)
  for (const record of sound) {
    onOwnRecord(machines, record, turn)
    const { outcome, decisions } = machines.members.membership.onRecord(
      record,
      'repair',
      tellerOf(machines, job.from),
      turn.now,
    )
    if (outcome === 'merged') machines.members.set.wanted.received(keyOfRecord(record))
    else machines.members.set.wanted.done(keyOfRecord(record), turn.now.monoMs)
    followMembership(machines, decisions, turn, job.from)
  }
  for (const record of job.records.slice(sound.length)) machines.members.set.wanted.received(keyOfRecord(record))
  if (firstInvalid >= 0) penalise(machines, job.from, 'invalid', 'invalid-signature', turn)
}

// ---- what follows

/** Carries out what membership decided. @param from who told it, where a record led to it */
export function followMembership(
  machines: WithShared & WithPeers & WithMembers,
  decisions: readonly MembershipDecision[],
  turn: Turn,
  from: PeerId | null = null,
): void {
  for (const decision of decisions) follow(machines, decision, from, turn)
}

function follow(
  machines: WithShared & WithPeers & WithMembers,
  decision: MembershipDecision,
  from: PeerId | null,
  turn: Turn,
): void {
  switch (decision.kind) {
    case 'ping': {
      const { probe, peer } = decision
      const isSuspected = machines.members.membership.stateOf(peer) === 'suspect'
      const bytes = encodeProbeRequest({ kind: 'ping', nonce: BigInt(probe), isSuspected, status: ownStatus(machines) })
      askProbe(machines, probe, peer, bytes, turn)
      return
    }
    case 'ask-help': {
      const { probe, helper, target, patienceMs } = decision
      const targetKey = keyOfPeerId(target)
      if (targetKey === null) return
      const bytes = encodeProbeRequest({ kind: 'help', nonce: BigInt(probe), targetKey, patienceMs })
      askProbe(machines, probe, helper, bytes, turn)
      return
    }
    case 'answer-help': {
      const { help, answer } = decision
      const nonce = machines.members.helps.get(help) ?? 0n
      const reply =
        answer === 'ack'
          ? encodeProbeAnswer({ kind: 'ack', nonce, status: ownStatus(machines) })
          : encodeProbeAnswer({ kind: answer, nonce })
      machines.members.helps.delete(help)
      turn.do({ kind: 'reply', request: help, frames: [reply] })
      return
    }
    case 'dial': {
      // A node that keeps to its configured links must not look for another way: on a testnet that would be a hole in a
      // partition.
      const learnt = machines.shared.config.discovers ? machines.members.discovery.addressOf(decision.target) : null
      const known = machines.peers.redial.addressOf(decision.target)
      const address = known ?? learnt
      if (address === null) {
        followMembership(machines, machines.members.membership.onDialFailed(decision.target, turn.now), turn)
        return
      }
      // Redial has its turn when it is due; a dial at once, over and over, is what others count.
      if (known !== null && machines.peers.redial.isBrief(known)) return
      const stays = known !== null ? 'configured' : decision.keeps ? 'if-alone' : 'no'
      machines.members.probeDials.set(address, { target: decision.target, stays })
      turn.do({ kind: 'dial', address, namedBy: known === null ? 'stranger' : machines.peers.redial.namedBy(known) })
      return
    }
    case 'accuse':
      accuse(machines, decision.targetKey, decision.version, turn)
      return
    case 'refute':
      recordChanged(machines, 'refute', turn)
      return
    case 'advertise':
      advertise(machines, decision, from === null ? SELF : tellerOf(machines, from), turn)
      return
    case 'state-changed': {
      const { peer, from, to, source, accusers } = decision
      if (to === null) machines.members.discovery.forget(peer)
      turn.note({ kind: 'member-changed', peer, from, to, source, accusers })
      return
    }
    case 'equivocated':
      turn.note({ kind: 'member-equivocated', peer: decision.peer })
      return
    case 'twins':
      turn.note({ kind: 'member-twins', peer: decision.peer })
      return
    case 'stalled':
      turn.note({ kind: 'node-stalled', ms: decision.ms })
      return
    default:
      assertNever(decision)
  }
}

function advertise(
  machines: WithShared & WithMembers,
  { add, remove }: Extract<MembershipDecision, { kind: 'advertise' }>,
  teller: Teller,
  turn: Turn,
): void {
  if (remove !== null) {
    const key = keyOfRecord(remove)
    machines.members.set.tree.delete(key)
    machines.members.recordOwners.delete(key)
    machines.members.set.wanted.done(key, turn.now.monoMs)
  }
  if (add === null) return
  const key = keyOfRecord(add)
  machines.members.set.tree.insert(recordOrder(add.key), add.hash)
  machines.members.recordOwners.set(key, add.peer)
  machines.members.set.wanted.received(key)
  if (add.peer !== machines.shared.config.self)
    machines.members.discovery.learnt(add.peer, add.addresses, teller.name, turn.now.monoMs)
}

function askProbe(machines: WithShared, probe: number, peer: PeerId, bytes: Uint8Array, turn: Turn): void {
  ask(machines, { kind: 'probe', peer, probe }, bytes, turn, probe)
}

/** What pings and acks carry of this node. */
export function ownStatus({ members: { self }, shared: { announced } }: WithShared & WithMembers): ProbeStatus {
  return { incarnation: self.incarnation, seq: self.seq, head: { height: announced.height, hash: announced.hash } }
}
