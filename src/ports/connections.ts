import type { DialFailure } from '../domain/dial.ts'
import type { NetAddress, PeerId } from '../domain/ids.ts'

/**
 * What a peer did too much of: frames or RPCs that say nothing, pings, new streams; or whatever it was, it cost too
 * much while the event loop was late.
 */
export type Overwork = 'empty-frames' | 'empty-rpcs' | 'pings' | 'openings' | 'work'

export type Direction = 'inbound' | 'outbound'

/**
 * Which directions of gossip a connection carries: `in` is what the peer says to us, `out` what we say to it. With less
 * than `both` one of the two hears nothing, though the connection stands.
 */
export type GossipLink = 'both' | 'in' | 'out' | 'none'

/** `deaf`: the peer has ended our stream so often that it is in no mesh, whatever the connection carries. */
export type PeerGossip = GossipLink | 'deaf'

export interface ConnectionsListener {
  /** The first connection with a peer opened. */
  onConnect(peer: PeerId, address: NetAddress, direction: Direction): void
  /** The last connection with a peer closed. */
  onDisconnect(peer: PeerId): void
  /**
   * The peer, or all peers of an IP address (or IPv6 /64), cost too much; its connections are cut already. `ip`: where
   * the peer is or was connected from, as far as that is known.
   */
  onOverwork(
    subject: { readonly kind: 'peer' | 'address'; readonly name: string },
    what: Overwork,
    ip: string | null,
  ): void
  /** What identify said. @param seenAt IP address that the peer says it sees us at; left out where it says none */
  onIdentify(peer: PeerId, agentVersion: string, seenAt?: string): void
  /**
   * Gossip did not come about on a connection, or ended, in the direction that `link` lacks: it is being closed, to be
   * dialled again.
   */
  onMute?(peer: PeerId, link: GossipLink): void
  /** The peer ended our gossip stream for the third time: it is in no mesh until that is forgotten. */
  onDeaf?(peer: PeerId): void
}

export type DialOutcome =
  { readonly kind: 'connected'; readonly peer: PeerId } | { readonly kind: 'failed'; readonly failure: DialFailure }

/** Who a connection may be made with; asked by the connection gater, synchronously. */
export interface Gatekeeper {
  /** An inbound socket before any handshake: by its IP address alone. */
  admitsAddress(ip: string): boolean
  /** After the handshake, both directions: by proven identity. */
  admitsPeer(peer: PeerId): boolean
}

/** Who named an address that is dialled: the operator, or a stranger in a record. */
export type DialledFor = 'operator' | 'stranger'
/** For whom the loop works; what is in it is the adapter's. */
export type WorkToken = object | null

export interface Connections {
  readonly self: PeerId
  addresses(): readonly NetAddress[]
  /**
   * Never rejects. The address may end in `/p2p/<peer>`, which then must match. A name is resolved once, and what it
   * leads to is judged before it is dialled: by who named it, as lib/reach.ts says.
   */
  dial(address: NetAddress, namedBy: DialledFor): Promise<DialOutcome>
  /**
   * Dials a peer anew, though a connection with it stands, and hangs up: whether it is reached at this address, which
   * ends in `/p2p/<peer>` and is a stranger's word. Null where it is; never rejects.
   */
  reach(address: NetAddress): Promise<DialFailure | null>
  /** Closes every connection with the peer; resolves when closed, never rejects. */
  disconnect(peer: PeerId): Promise<void>
  /**
   * What runs from here on, until the loop goes on or this is called again, runs for this peer; null: for the node
   * itself. Returns what was said before, to be said again afterwards.
   */
  workFor(peer: PeerId | null): WorkToken
  resumeWork(token: WorkToken): void
  /** For whom it runs now. */
  currentWork(): WorkToken
  /** Another thread has worked so long for whom the token names, ms. */
  spentElsewhere(token: WorkToken, ms: number): void
  /** Closes all connections with the peer but the one that opened last; never rejects. */
  keepNewest(peer: PeerId): Promise<void>
  /** Round trip to the peer in milliseconds from the last keep-alive, or null. */
  rttMs(peer: PeerId): number | null
  /** What the connections with the peer carry of gossip; `none` where there is no connection. */
  gossipLink(peer: PeerId): PeerGossip
}
