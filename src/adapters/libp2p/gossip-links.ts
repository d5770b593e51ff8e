/**
 * Notices peers to which the router can no longer speak. The router opens one stream to a peer and, when that breaks (a peer that
 * didn't read; one of two connections lost), never opens another as long as a connection stands: both sides look connected, and one
 * hears nothing. Such a peer is disconnected, so that the next dial starts afresh.
 */
import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../../domain/ids.ts'

const GOSSIP_PROTOCOLS = '/meshsub/'

export class GossipLinks {
  /** Peers to which we have spoken; bounded by connected peers. */
  readonly #spoken = new Set<PeerId>()
  readonly #onLost: (peer: PeerId) => void

  constructor(onLost: (peer: PeerId) => void) {
    this.#onLost = onLost
  }

  /** Call it at each heartbeat, with all open connections by peer. */
  check(connections: Iterable<readonly [PeerId, Iterable<Connection>]>): void {
    for (const [peer, open] of connections) {
      if (speaksOn(open)) this.#spoken.add(peer)
      else if (this.#spoken.delete(peer)) this.#onLost(peer)
    }
  }

  forget(peer: PeerId): void {
    this.#spoken.delete(peer)
  }
}

function speaksOn(connections: Iterable<Connection>): boolean {
  for (const { streams } of connections)
    for (const { direction, protocol, status } of streams)
      if (direction === 'outbound' && status === 'open' && protocol.startsWith(GOSSIP_PROTOCOLS)) return true
  return false
}
