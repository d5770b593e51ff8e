/**
 * The peers to go back to after a restart: the best that we dialled. A node that comes back to a network of strangers is easy to surround
 * (A9); one that first dials whom it knew is not.
 */
import type { NetAddress } from '../domain/ids.ts'
import { ANCHORS_MAX } from './limits.ts'
import type { ConnectedPeer } from './peer-table.ts'

/** Addresses of the anchors: outbound peers of our network, the most useful first, then the oldest. */
export function chooseAnchors(peers: Iterable<ConnectedPeer>): NetAddress[] {
  return [...peers]
    .filter(({ direction, greeted }) => direction === 'outbound' && greeted)
    .sort((a, b) => b.usefulCount - a.usefulCount || a.sinceMonoMs - b.sinceMonoMs)
    .slice(0, ANCHORS_MAX)
    .map(({ address }) => address)
}
