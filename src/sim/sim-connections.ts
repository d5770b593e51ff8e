/** The Connections port over simulated hosts. */
import type { DialFailure } from '../domain/dial.ts'
import { asNetAddress, asPeerId, type NetAddress, type PeerId } from '../domain/ids.ts'
import { splitIdentity } from '../lib/endpoint.ts'
import type {
  Connections,
  ConnectionsListener,
  DialledFor,
  DialOutcome,
  Gatekeeper,
  GossipLink,
} from '../ports/connections.ts'
import type { SimConnection } from './connection.ts'
import type { SimHost } from './host.ts'

const AGENT = 'hearsay/simulated'

export class SimConnections implements Connections {
  readonly self: PeerId
  readonly #host: SimHost
  readonly #find: (address: string) => SimHost | undefined
  readonly #onLeaving: (peer: PeerId) => void

  /**
   * @param options.find the host at an address
   * @param options.onLeaving called before a connection is closed by us
   */
  constructor(options: {
    host: SimHost
    find: (address: string) => SimHost | undefined
    listener: ConnectionsListener
    gatekeeper: Gatekeeper
    onLeaving: (peer: PeerId) => void
  }) {
    const { host, listener, gatekeeper } = options
    this.self = asPeerId(host.peerId.toString())
    this.#host = host
    this.#find = options.find
    this.#onLeaving = options.onLeaving
    host.gate = {
      admitsAddress: (ip) => gatekeeper.admitsAddress(ip),
      admitsPeer: (peer) => gatekeeper.admitsPeer(asPeerId(peer.toString())),
    }
    host.onOpen((connection) => {
      listener.onConnect(peerOf(connection), asNetAddress(connection.remoteAddr.toString()), connection.direction)
    })
    host.onIdentify((connection) => listener.onIdentify(peerOf(connection), AGENT))
    host.onClose((connection) => listener.onDisconnect(peerOf(connection)))
  }

  addresses(): readonly NetAddress[] {
    return [asNetAddress(this.#host.address.toString())]
  }

  async dial(address: NetAddress, _namedBy: DialledFor): Promise<DialOutcome> {
    const { place, identity } = splitIdentity(address)
    const target = this.#find(place)
    if (target === undefined)
      return { kind: 'failed', failure: { kind: 'refused', detail: 'nothing has this address' } }
    if (identity !== null && identity !== target.peerId.toString()) {
      return { kind: 'failed', failure: { kind: 'other-peer', detail: 'another peer answers at this address' } }
    }
    try {
      return { kind: 'connected', peer: peerOf(await this.#host.dial(target)) }
    } catch (error) {
      return {
        kind: 'failed',
        failure: { kind: 'other', detail: error instanceof Error ? error.message : String(error) },
      }
    }
  }

  /** A simulated host is reached where it is, or nowhere. */
  async reach(address: NetAddress): Promise<DialFailure | null> {
    const { place } = splitIdentity(address)
    return this.#find(place) === undefined ? { kind: 'refused', detail: 'nothing has this address' } : null
  }

  async disconnect(peer: PeerId): Promise<void> {
    this.#onLeaving(peer)
    this.#host.connectionTo(peer)?.abort()
  }

  /** Work costs nothing in virtual time. */
  workFor(): null {
    return null
  }

  resumeWork(): void {}

  currentWork(): null {
    return null
  }

  spentElsewhere(): void {}

  /** Simulated hosts have one connection with each other at most. */
  async keepNewest(): Promise<void> {
    return
  }

  rttMs(peer: PeerId): number | null {
    return this.#host.connectionTo(peer)?.rtt ?? null
  }

  /** A simulated link carries both directions or nothing. */
  gossipLink(peer: PeerId): GossipLink {
    return this.#host.connectionTo(peer) === undefined ? 'none' : 'both'
  }
}

function peerOf(connection: SimConnection): PeerId {
  return asPeerId(connection.remotePeer.toString())
}
