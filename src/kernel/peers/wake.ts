/** What becomes due between us and our peers because time has passed. */
import type { WithPeers } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import type { Turn } from '../shared/turn.ts'
import { HELLO_DUE_MS } from '../../peers/limits.ts'
import { disconnect } from './disconnect.ts'
import { keepAnchors } from './keep-anchors.ts'
import { deleteBan } from './ban-record.ts'
import { deleteSecret } from './invitation-record.ts'

/** How long a peer of another network may take to leave by itself before it is cut. */
const STRANGER_GRACE_MS = 2_000

export function wakePeers(machines: WithShared & WithPeers, turn: Turn): void {
  const { wallMs, monoMs } = turn.now
  const { table, offences, redial, strangers, partings, invitations } = machines.peers
  for (const subject of offences.expire(wallMs)) turn.writeLazily(deleteBan(subject))
  for (const hash of invitations.expire(wallMs)) turn.writeLazily(deleteSecret(hash))
  keepAnchors(machines, turn)
  // Whoever stays connected beside the other one takes its neighbours' streams.
  if (machines.shared.twin.isSilent(monoMs))
    for (const { peer } of table.all()) disconnect(machines, peer, 'another node has this identity', turn)
  else for (const address of redial.due(monoMs)) turn.do({ kind: 'dial', address, namedBy: redial.namedBy(address) })
  for (const { peer, direction, greeted, sinceMonoMs } of table.all())
    if (direction === 'inbound' && !greeted && monoMs - sinceMonoMs >= HELLO_DUE_MS && !partings.has(peer))
      disconnect(machines, peer, 'it does not say hello', turn)
  for (const [peer, sinceMs] of strangers) {
    if (monoMs - sinceMs < STRANGER_GRACE_MS) continue
    strangers.delete(peer)
    disconnect(machines, peer, 'another network', turn)
  }
}
