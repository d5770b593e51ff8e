/**
 * From which addresses the played nodes come. Honest rules count by address and by network: sockets, connections a
 * second, P6 of the router's scores, places in a mesh, bans. A run plays hundreds of nodes, so that a peer that keeps
 * those rules would turn against all of them for what a few did. Where the peer is on this machine, each node comes
 * from an address and a /16 of its own.
 */
import type { NetAddress } from '../domain/ids.ts'

/** Networks of 127.0.0.0/8 beside that of 127.0.0.1, where the peer and whatever else the machine runs are. */
const NETWORKS = Array.from({ length: 254 }, (_, index) => index + 1)

/**
 * The addresses that a run may take in turn: 127.1.0.1 to 127.254.0.1 where the peer listens on 127.0.0.0/24. None
 * elsewhere: which address one has there is the machine's matter.
 */
export function sourcesFor(peer: NetAddress): readonly string[] {
  return /^\/ip4\/127\.0\.0\.\d+\//.test(peer) ? NETWORKS.map((network) => `127.${network}.0.1`) : []
}

/** Gives addresses in turn, the one that was given the longest time ago first; undefined where there are none. */
export class Sources {
  readonly #addresses: readonly string[]
  #given = 0

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses
  }

  next(): string | undefined {
    return this.#addresses[this.#given++ % this.#addresses.length]
  }
}
