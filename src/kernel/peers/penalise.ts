/** What an offence costs a peer: the one place where bans are made, written and carried out. */
import type { WithPeers } from './state.ts'
import { asPeerId, type PeerId } from '../../domain/ids.ts'
import type { Offence } from '../../domain/reject.ts'
import { UNHEARD_MS } from '../../peers/limits.ts'
import type { Ban } from '../../peers/offences.ts'
import { addressGroup } from '../../lib/address-group.ts'
import { putBan } from './ban-record.ts'
import { disconnect } from './disconnect.ts'
import type { Event } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

export function penalise(machines: WithPeers, peer: PeerId, offence: Offence, code: string, turn: Turn): void {
  // What an old ledger refuses, peers rightly hand on.
  if (offence === 'unpaid' && machines.peers.isLedgerBehind()) return
  const ip = machines.peers.table.get(peer)?.ip ?? null
  const outcome = machines.peers.offences.count(peer, ip, offence, code, turn.now.monoMs, turn.now.wallMs)
  turn.note({ kind: 'offence-counted', peer, offence, code, count: outcome.count })
  if (outcome.kind === 'counted') return
  if (outcome.kind === 'disconnect') {
    disconnect(machines, peer, `more than ${outcome.count - 1} unpaid objects within 10 s`, turn)
    return
  }
  keepOut(machines, peer, outcome.bans, code, turn)
}

/**
 * Work that gave nothing while others waited for it, or more of what says nothing than anybody has to say: the
 * connection is cut, and the ban keeps it from coming back for more. Shorter than that of a forger: load is
 * circumstantial evidence.
 */
export function shed(
  machines: WithPeers,
  { subject, what, ip }: Pick<Extract<Event, { kind: 'overworked' }>, 'subject' | 'what' | 'ip'>,
  turn: Turn,
): void {
  const peer = subject.kind === 'peer' ? asPeerId(subject.name) : null
  const bans =
    peer === null
      ? machines.peers.offences.banAddress(subject.name, `overwork-${what}`, turn.now.wallMs)
      : machines.peers.offences.shed(peer, ip, `overwork-${what}`, turn.now.wallMs)
  keepOut(machines, peer, bans, `overwork-${what}`, turn)
}

/** Writes bans down and carries them out, on the peer and on others whose address they take. */
function keepOut(machines: WithPeers, peer: PeerId | null, bans: readonly Ban[], code: string, turn: Turn): void {
  for (const ban of bans) {
    turn.note({ kind: 'subject-banned', subject: ban.subject, untilMs: ban.untilWallMs, reason: ban.reason })
    turn.writeLazily(putBan(ban))
  }
  if (peer !== null) disconnect(machines, peer, `banned: ${code}`, turn)
  for (const other of machines.peers.table.all()) {
    if (
      other.peer !== peer &&
      other.direction === 'inbound' &&
      other.ip !== null &&
      !machines.peers.offences.admitsAddress(other.ip, turn.now.wallMs)
    ) {
      disconnect(machines, other.peer, `address ${addressGroup(other.ip)} is banned`, turn)
    }
  }
}

/**
 * What the router drops for a peer's score is seen by nobody. Of a peer that has forged, each such message counts like
 * those that brought it there: whoever forges slowly would otherwise stop counting after six. Of one that has not, none
 * counts, but its place is for somebody who is heard.
 */
export function judgeUnheard(machines: WithPeers, peer: PeerId, messages: number, sinceMs: number, turn: Turn): void {
  if (machines.peers.table.get(peer) === undefined) return
  if (machines.peers.offences.invalidCount(peer, turn.now.monoMs) === 0) {
    if (sinceMs >= UNHEARD_MS) disconnect(machines, peer, `not heard for its score for ${UNHEARD_MS / 1_000} s`, turn)
    return
  }
  for (let count = 0; count < messages && machines.peers.offences.admitsPeer(peer, turn.now.wallMs); count++)
    penalise(machines, peer, 'invalid', 'unheard', turn)
}
