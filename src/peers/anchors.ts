/**
 * The peers to go back to after a restart: the best that we dialled. A node that comes back to a network of strangers
 * is easy to surround (A9); one that first dials whom it knew is not.
 */
import { asNetAddress, type NetAddress } from '../domain/ids.ts'
import { ipOf, networkGroup } from '../lib/address-group.ts'
import { endpointOf } from '../lib/endpoint.ts'
import { isOneOwners, mayDial, reachOf } from '../lib/reach.ts'
import { ANCHORS_MAX } from './limits.ts'
import type { ConnectedPeer } from './peer-table.ts'

/**
 * Addresses of the anchors: outbound peers of our network, the most useful first, then the oldest; one of each network.
 */
export function chooseAnchors(peers: Iterable<ConnectedPeer>): NetAddress[] {
  const best = [...peers]
    .filter(({ direction, greeted }) => direction === 'outbound' && greeted)
    .sort((a, b) => b.usefulCount - a.usefulCount || a.sinceMonoMs - b.sinceMonoMs)
    .map(({ address }) => address)
  return oneOfEach(best).slice(0, ANCHORS_MAX)
}

/**
 * Anchors that an earlier run wrote down, as far as they may be dialled now: what a record named then is judged by the
 * rules of today.
 * @param isOpen whether it is an open network
 */
export function believedAnchors(written: readonly string[], isOpen: boolean): NetAddress[] {
  const usable = written.filter(
    (address) => mayDial(reachOf(ipOf(address) ?? ''), 'stranger', isOpen) && endpointOf(address) !== null,
  )
  return oneOfEach(usable.map(asNetAddress)).slice(0, ANCHORS_MAX)
}

/** The first of each network whose addresses are one owner's (SECURITY.md A40). */
function oneOfEach(addresses: readonly NetAddress[]): NetAddress[] {
  const taken = new Set<string>()
  return addresses.filter((address) => {
    const ip = ipOf(address)
    if (ip === null || !isOneOwners(ip)) return true
    const group = networkGroup(ip)
    if (taken.has(group)) return false
    taken.add(group)
    return true
  })
}
