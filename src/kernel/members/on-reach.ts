/** Peers that want to know whether they are reached from outside (PROTOCOL.md, reach). */
import type { WithMembers } from './state.ts'
import type { WithPeers } from '../peers/state.ts'
import { encodeReachAnswer, isReachRequest, reachFailureOf, type ReachAnswer } from '../../domain/codec/reach-codec.ts'
import type { DialFailureKind } from '../../domain/dial.ts'
import { asNetAddress, type NetAddress, type PeerId } from '../../domain/ids.ts'
import { endpointOf, multiaddrOf } from '../../lib/endpoint.ts'
import { penalise } from '../peers/penalise.ts'
import type { JobNumber } from '../shared/event.ts'
import type { Turn } from '../shared/turn.ts'

export function onReachRequest(
  machines: WithPeers & WithMembers,
  request: JobNumber,
  from: PeerId,
  bytes: Uint8Array,
  turn: Turn,
): void {
  if (!isReachRequest(bytes)) {
    turn.do({ kind: 'reply', request, frames: null })
    penalise(machines, from, 'invalid', 'malformed-request', turn)
    return
  }
  const address = placeOf(machines, from)
  if (address === null) reply(request, { kind: 'unknown' }, turn)
  else if (!machines.members.dialBacks.begin(request, from, turn.now.monoMs)) reply(request, { kind: 'busy' }, turn)
  else turn.do({ kind: 'dial-back', request, address })
}

/** @param failure null where it was reached */
export function onDialledBack(
  { members: { dialBacks } }: WithMembers,
  request: JobNumber,
  failure: DialFailureKind | null,
  turn: Turn,
): void {
  if (!dialBacks.ended(request)) return
  reply(request, failure === null ? { kind: 'reached' } : { kind: 'unreached', why: reachFailureOf(failure) }, turn)
}

/** Where we see the peer, at the port of its record: of several the one that stands beside what we see. */
function placeOf(machines: WithPeers & WithMembers, peer: PeerId): NetAddress | null {
  const entry = machines.peers.table.get(peer)
  const record = machines.members.membership.records.get(peer)
  if (entry?.greeted !== true || entry.ip === null || record === undefined) return null
  const endpoints = record.addresses.flatMap((address) => {
    const endpoint = endpointOf(address)
    return endpoint?.kind === 'ip' ? [endpoint] : []
  })
  const chosen = endpoints.find(({ ip }) => ip === entry.ip) ?? endpoints[0]
  return chosen === undefined ? null : asNetAddress(`${multiaddrOf(entry.ip, chosen.port)}/p2p/${peer}`)
}

function reply(request: JobNumber, answer: ReachAnswer, turn: Turn): void {
  turn.do({ kind: 'reply', request, frames: [encodeReachAnswer(answer)] })
}
