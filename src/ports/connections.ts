import type { NetAddress, PeerId } from '../domain/ids.ts'

export type Direction = 'inbound' | 'outbound'

export interface ConnectionsListener {
  /** The first connection with a peer opened. */
  onConnect(peer: PeerId, address: NetAddress, direction: Direction): void
  /** The last connection with a peer closed. */
  onDisconnect(peer: PeerId): void
  /** What identify said. */
  onIdentify(peer: PeerId, agentVersion: string): void
}

export type DialOutcome =
  { readonly kind: 'connected'; readonly peer: PeerId } | { readonly kind: 'failed'; readonly reason: string }

/** Who a connection may be made with; asked by the connection gater, synchronously. */
export interface Gatekeeper {
  /** An inbound socket before any handshake: by its IP address alone. */
  admitsAddress(ip: string): boolean
  /** After the handshake, both directions: by proven identity. */
  admitsPeer(peer: PeerId): boolean
}

export interface Connections {
  readonly self: PeerId
  addresses(): readonly NetAddress[]
  /** Never rejects. The address may end in `/p2p/<peer>`, which then must match. */
  dial(address: NetAddress): Promise<DialOutcome>
  /** Closes every connection with the peer; resolves when closed, never rejects. */
  disconnect(peer: PeerId): Promise<void>
  /** Round trip to the peer in milliseconds from the last keep-alive, or null. */
  rttMs(peer: PeerId): number | null
}
