/** Parting from a peer: the one place where the kernel ends a connection. */
import type { PeerId } from '../../domain/ids.ts'
import type { Turn } from '../shared/turn.ts'
import type { WithPeers } from './state.ts'

/** That it goes is our doing from here on, and no sign of anything. */
export function disconnect(machines: WithPeers, peer: PeerId, reason: string, turn: Turn): void {
  const { table, partings } = machines.peers
  if (table.get(peer) !== undefined) partings.add(peer)
  turn.do({ kind: 'disconnect', peer, reason })
}
