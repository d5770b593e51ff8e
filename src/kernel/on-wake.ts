/** What is due because time has passed. */
import { rebuilt } from './blocks/accept-block.ts'
import { depart } from './transactions/admit.ts'
import { readAgain } from './blocks/advance.ts'
import type { Event } from './shared/event.ts'
import { catchUp, giveUpParts } from './blocks/chain-requests.ts'
import { keepAnchors } from './peers/keep-anchors.ts'
import type { PeerId } from '../domain/ids.ts'
import type { Machines } from './machines.ts'
import { deleteBan } from './peers/penalise.ts'
import { onCompactBlock } from './blocks/on-blocks-message.ts'
import { followMembership } from './members/on-records.ts'
import { endSurveys } from './members/on-observe.ts'
import { tendRepair } from './repair/on-repair.ts'
import { tendRecord } from './members/own-record.ts'
import { propose } from './blocks/propose.ts'
import { release } from './transactions/publish.ts'
import type { Turn } from './shared/turn.ts'
import { writeDue } from './transactions/unwritten.ts'

type Woke = Extract<Event, { kind: 'woke' }>

/** How long a peer of another network may take to leave by itself before it is cut. */
const STRANGER_GRACE_MS = 2_000

export function onWake(machines: Machines, woke: Woke, turn: Turn): void {
  const { loopDelayMs, plannedMs } = woke
  const { wallMs, monoMs } = turn.now
  for (const id of machines.transactions.pool.expire(wallMs)) depart(machines, id, 'expired', null, turn)
  machines.transactions.seen.expire(monoMs)
  for (const subject of machines.peers.offences.expire(wallMs)) turn.writeLazily(deleteBan(subject))
  writeDue(machines, turn)
  keepAnchors(machines, turn)
  const isSilent = machines.shared.twin.isSilent(monoMs)
  // Whoever stays connected beside the other one takes its neighbours' streams.
  if (isSilent)
    for (const { peer } of machines.peers.table.all())
      turn.do({ kind: 'disconnect', peer, reason: 'another node has this identity' })
  else
    for (const address of machines.peers.redial.due(monoMs))
      turn.do({ kind: 'dial', address, namedBy: machines.peers.redial.namedBy(address) })
  for (const [peer, sinceMs] of machines.peers.strangers) {
    if (monoMs - sinceMs < STRANGER_GRACE_MS) continue
    machines.peers.strangers.delete(peer)
    turn.do({ kind: 'disconnect', peer, reason: 'another network' })
  }
  machines.blocks.orphans.expire(monoMs)
  machines.blocks.invalidBlocks.expire(monoMs)
  machines.transactions.ownIncluded.expire(monoMs)
  for (const { block, from, messageId } of machines.blocks.early.takeDue(wallMs))
    onCompactBlock(machines, block, { from, messageId }, turn)
  for (const found of machines.blocks.compact.wake(monoMs)) rebuilt(machines, found, turn)
  giveUpParts(machines, turn)
  readAgain(machines, turn)
  catchUp(machines, turn)
  if (loopDelayMs !== undefined) machines.members.membership.health.loopDelayed(loopDelayMs)
  followMembership(machines, machines.members.membership.onWake(turn.now, plannedMs), turn)
  endSurveys(machines, turn)
  machines.members.observers.expire(monoMs)
  tendRepair(machines, turn)
  tendRecord(machines, turn)
  const isRefused = (peer: PeerId): boolean => !machines.peers.offences.admitsPeer(peer, wallMs)
  if (!isSilent)
    for (const { address } of machines.members.discovery.due(monoMs, isRefused))
      turn.do({ kind: 'dial', address, namedBy: 'stranger' })
  const alarm = machines.members.alarm.due(monoMs)
  if (alarm !== null) {
    const { bytesPerSecond, usual } = alarm
    turn.note({ kind: 'gossip-alarm', raised: alarm.kind === 'raised', bytesPerSecond, usual })
  }
  propose(machines, turn)
  machines.transactions.batcher.listenersChanged(machines.transactions.audience.subscribers)
  release(machines, turn)
}
