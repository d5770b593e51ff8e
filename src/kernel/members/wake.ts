/** What becomes due for the picture of the network because time has passed. */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import type { WithShared } from '../shared/state.ts'
import type { PeerId } from '../../domain/ids.ts'
import type { Event } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'
import { endSurveys } from './on-observe.ts'
import { followMembership } from './on-records.ts'
import { tendRecord } from './own-record.ts'

/** Who lives: pings and what they have shown. */
export function wakeMembers(
  machines: WithShared & WithPeers & WithMembers,
  { loopDelayMs, plannedMs }: Extract<Event, { kind: 'woke' }>,
  turn: Turn,
): void {
  const { membership, observers } = machines.members
  if (loopDelayMs !== undefined) membership.health.loopDelayed(loopDelayMs)
  followMembership(machines, membership.onWake(turn.now, plannedMs), turn)
  endSurveys(machines, turn)
  observers.expire(turn.now.monoMs)
}

/** What we say of ourselves, whom we look for, and what is out of the ordinary. */
export function lookAround(machines: WithShared & WithPeers & WithMembers, turn: Turn): void {
  const { wallMs, monoMs } = turn.now
  const { discovery, alarm } = machines.members
  tendRecord(machines, turn)
  const isRefused = (peer: PeerId): boolean => !machines.peers.offences.admitsPeer(peer, wallMs)
  if (!machines.shared.twin.isSilent(monoMs))
    for (const { address } of discovery.due(monoMs, isRefused)) turn.do({ kind: 'dial', address, namedBy: 'stranger' })
  const change = alarm.due(monoMs)
  if (change === null) return
  const { bytesPerSecond, usual } = change
  turn.note({ kind: 'gossip-alarm', raised: change.kind === 'raised', bytesPerSecond, usual })
}
