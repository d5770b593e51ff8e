/** This node's own record: what it says of itself, when it says it, and the signatures that it needs. */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import { encodeRecord, encodeRecordBody, encodeRecordMessage, decodeRecord } from '../../domain/codec/record-codec.ts'
import { decodeSuspicion, encodeSuspicion, encodeSuspicionBody } from '../../domain/codec/suspicion-codec.ts'
import { asNetAddress, type NetAddress } from '../../domain/ids.ts'
import {
  ADDRESSES_MAX,
  keyOfPeerId,
  NEIGHBOURS_MAX,
  neighbourMark,
  type RecordDraft,
  type RecordVersion,
} from '../../domain/record.ts'
import { assert } from '../../lib/assert.ts'
import { ipOf } from '../../lib/address-group.ts'
import { concatBytes, utf8 } from '../../lib/bytes.ts'
import { endpointOf, splitIdentity } from '../../lib/endpoint.ts'
import { mayDial, reachOf } from '../../lib/reach.ts'
import type { MembershipDecision } from '../../membership/membership.ts'
import type { Change } from '../../membership/pace.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Self } from './self.ts'
import { SELF } from '../peers/teller.ts'
import type { Turn } from '../shared/turn.ts'

/** Publishes a new record when one is due. */
export function tendRecord(machines: WithShared & WithPeers & WithMembers, turn: Turn): void {
  const {
    members: { self, pace, membership },
    shared: { twin },
  } = machines
  if (self.incarnation === 0 || !pace.isDue(turn.now.monoMs) || twin.isSilent(turn.now.monoMs)) return
  if ([...self.signing.values()].some(({ kind }) => kind === 'record')) return
  pace.published(turn.now.monoMs, membership.records.size)
  self.seq++
  const body = encodeRecordBody(draft(machines, turn))
  sign(machines, 'record', body, turn)
}

/** Something changed that others should hear of: the next record comes sooner. */
export function recordChanged(machines: WithShared & WithPeers & WithMembers, change: Change, turn: Turn): void {
  const { pace, membership } = machines.members
  pace.changed(change, turn.now.monoMs, membership.records.size)
  tendRecord(machines, turn)
}

/** We could not reach a node: say so, signed. */
export function accuse(
  machines: WithShared & WithMembers,
  targetKey: Uint8Array,
  version: RecordVersion,
  turn: Turn,
): void {
  const body = encodeSuspicionBody({
    ...version,
    targetKey,
    accuserKey: machines.members.self.key,
    timeMs: turn.now.wallMs,
  })
  sign(machines, 'suspicion', body, turn)
}

/** A signature with the node's key is there. Null where it was none of these. */
export function onSelfSigned(
  machines: WithMembers,
  job: JobNumber,
  signature: Uint8Array,
  turn: Turn,
): { readonly decisions: readonly MembershipDecision[] } | null {
  const task = machines.members.self.signing.get(job)
  if (task === undefined) return null
  machines.members.self.signing.delete(job)
  if (task.kind === 'suspicion') {
    const bytes = encodeSuspicion(task.body, signature)
    assert(decodeSuspicion(bytes, machines.members.suspicionPrefix) !== null, 'what was made here can be read')
    publish(encodeRecordMessage('suspicion', bytes), turn)
    return { decisions: [] }
  }
  const record = decodeRecord(encodeRecord(task.body, signature), machines.members.recordPrefix)
  assert(record !== null, 'what was made here can be read')
  const { decisions } = machines.members.membership.onRecord(record, 'own', SELF, turn.now)
  publish(encodeRecordMessage('record', record.bytes), turn)
  return { decisions }
}

/** What survives a restart: the boot counter only grows, and tags stay until they are changed. */
export function onSelfRestored(
  machines: WithShared & WithPeers & WithMembers,
  lastIncarnation: number,
  tags: Self['tags'],
  addresses: readonly NetAddress[],
  turn: Turn,
): void {
  const { self } = machines.members
  self.incarnation = Math.max(turn.now.wallMs, lastIncarnation + 1)
  self.startedAtMs = turn.now.wallMs
  self.tags = tags
  // Whose they are, the record says itself; and nobody elsewhere has a use for those of this machine and its private
  // network; nor for those of WebSockets, since nodes find one another over TCP.
  self.addresses = addresses
    .filter((address) => endpointOf(address) !== null)
    .filter((address) => mayDial(reachOf(ipOf(address) ?? ''), 'stranger', machines.shared.isOpen))
    .map((address) => asNetAddress(splitIdentity(address).place))
  turn.writeLazily({ kind: 'put', space: 'records', key: INCARNATION_KEY, value: utf8(String(self.incarnation)) })
  tendRecord(machines, turn)
}

export const INCARNATION_KEY = 'incarnation'
export const TAGS_KEY = 'tags'

/** The operator changed a tag; null takes it away. */
export function onTagSet(
  machines: WithShared & WithPeers & WithMembers,
  key: string,
  value: string | null,
  turn: Turn,
): void {
  const { self } = machines.members
  const others = self.tags.filter(([other]) => other !== key)
  const tags = value === null ? others : [...others, [key, value] as const]
  self.tags = tags.toSorted(([a], [b]) => (a < b ? -1 : 1))
  turn.writeLazily({ kind: 'put', space: 'records', key: TAGS_KEY, value: utf8(JSON.stringify(self.tags)) })
  recordChanged(machines, 'tags', turn)
}

function draft(machines: WithShared & WithPeers & WithMembers, turn: Turn): RecordDraft {
  const { config, announced } = machines.shared
  const { self, pool } = machines.members
  const marks = new Set<string>()
  for (const { peer, greeted } of machines.peers.table.all()) {
    const key = greeted ? keyOfPeerId(peer) : null
    if (key !== null) marks.add(neighbourMark(key))
  }
  return {
    key: self.key,
    incarnation: self.incarnation,
    seq: self.seq,
    startedAtMs: self.startedAtMs,
    publishedAtMs: turn.now.wallMs,
    name: config.name,
    agentVersion: config.agentVersion,
    head: { height: announced.height, hash: announced.hash },
    settledHeight: announced.settledHeight,
    mempoolCount: pool.count(),
    addresses: self.addresses.slice(0, ADDRESSES_MAX),
    tags: self.tags,
    neighbours: [...marks].sort().slice(0, NEIGHBOURS_MAX),
    isLeaving: self.isLeaving,
  }
}

function sign(machines: WithShared & WithMembers, kind: 'record' | 'suspicion', body: Uint8Array, turn: Turn): void {
  const job = machines.shared.nextJob()
  machines.members.self.signing.set(job, { kind, body })
  const prefix = kind === 'record' ? machines.members.recordPrefix : machines.members.suspicionPrefix
  turn.do({ kind: 'sign', job, by: 'identity', message: concatBytes(prefix, body) })
}

function publish(bytes: Uint8Array, turn: Turn): void {
  turn.do({ kind: 'publish', topic: 'records', bytes, flood: false })
}
