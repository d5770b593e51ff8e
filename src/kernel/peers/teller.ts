/**
 * Who answers for what we are told of strangers: a neighbour that we dialled for itself, all that dialled us from one
 * network (IPv4 /16, IPv6 /32) together. On development networks the nodes of one machine share loopback and are told
 * apart.
 */
import type { WithPeers } from './state.ts'
import type { WithShared } from '../shared/state.ts'
import type { PeerId } from '../../domain/ids.ts'
import { isSharedLoopback, networkGroup } from '../../lib/address-group.ts'
import type { Teller } from '../../membership/records.ts'

/** Ourselves. */
export const SELF: Teller = { name: 'self', isChosen: true }

/** Who has left before what it said was judged. */
const GONE: Teller = { name: 'gone', isChosen: false }

export function tellerOf(
  { peers: { table: peers }, shared: { isOpen } }: WithShared & WithPeers,
  peer: PeerId,
): Teller {
  const entry = peers.get(peer)
  if (entry === undefined) return GONE
  const { ip, direction } = entry
  const isApart = ip !== null && !isOpen && isSharedLoopback(ip)
  if (direction === 'outbound' || isApart) return { name: peer, isChosen: direction === 'outbound' }
  return { name: ip === null ? 'nowhere' : networkGroup(ip), isChosen: false }
}
