/** Places and memory for those who come: which inbound peers go is peers/eviction's choice, when is decided here. */
import type { WithPeers } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import type { PeerId } from '../../domain/ids.ts'
import { chooseEviction } from '../../peers/eviction.ts'
import { FREE_PLACES_MAX, MEMORY_SHED_SHARE } from '../../peers/limits.ts'
import { disconnect } from './disconnect.ts'
import type { Turn } from '../shared/turn.ts'

/**
 * After an inbound peer came: another one goes while too few places are free, since the transport refuses when there
 * are none.
 */
export function makeRoom(machines: WithShared & WithPeers, newcomer: PeerId, turn: Turn): void {
  const { connectionsMax } = machines.shared.config
  if (connectionsMax === undefined) return
  const free = Math.min(FREE_PLACES_MAX, Math.ceil(connectionsMax / 10))
  if (machines.peers.table.size > connectionsMax - free) evict(machines, newcomer, 'places', turn)
}

/** Memory is short: a quarter of the inbound peers goes, the least useful first. */
export function relieveMemory(machines: WithPeers, turn: Turn): void {
  const inbound = [...machines.peers.table.all()].filter(({ direction }) => direction === 'inbound').length
  for (let left = Math.ceil(inbound * MEMORY_SHED_SHARE); left > 0; left--) evict(machines, null, 'memory', turn)
}

function evict(machines: WithPeers, spared: PeerId | null, why: 'places' | 'memory', turn: Turn): void {
  const peer = chooseEviction(machines.peers.table.all(), spared, turn.now.monoMs)
  if (peer === null) return
  turn.note({ kind: 'peer-evicted', peer, why })
  turn.note({ kind: 'peer-left', peer })
  disconnect(machines, peer, why === 'places' ? 'its place was needed' : 'memory is short', turn)
  // Out of the table at once, so that the next choice is another one.
  machines.peers.table.disconnected(peer)
}
