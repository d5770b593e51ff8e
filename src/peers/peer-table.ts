/**
 * Who is connected, and what each said of itself in its hello.
 *
 * Invariant: an entry exists exactly from the first connection with a peer to the end of the last one.
 */
import type { BlockHash, NetAddress, PeerId } from '../domain/ids.ts'
import { ipOf } from '../lib/address-group.ts'

export interface PeerHead {
  readonly height: number
  readonly hash: BlockHash
}

export interface ConnectedPeer {
  readonly peer: PeerId
  readonly address: NetAddress
  readonly ip: string | null
  readonly direction: 'inbound' | 'outbound'
  readonly sinceMonoMs: number
  /** From its hello; empty and null before. */
  name: string
  head: PeerHead | null
  greeted: boolean
  /** We have asked it for its hello. */
  wasAsked: boolean
  /** Hellos of ours that it did not answer. */
  hellosFailed: number
  /** It has said hello by itself on a connection that stands. */
  hasAsked: boolean
  /** The newest boot that it told on this connection; 0 before it did. */
  incarnation: number
  /** How many new objects it gave us first, and when it last did (monotonic ms). */
  usefulCount: number
  usefulMonoMs: number
}

export class PeerTable {
  readonly #peers = new Map<PeerId, ConnectedPeer>()

  get size(): number {
    return this.#peers.size
  }

  connected(peer: PeerId, address: NetAddress, direction: 'inbound' | 'outbound', monoMs: number): ConnectedPeer {
    const entry: ConnectedPeer = {
      peer,
      address,
      ip: ipOf(address),
      direction,
      sinceMonoMs: monoMs,
      name: '',
      head: null,
      greeted: false,
      wasAsked: false,
      hellosFailed: 0,
      hasAsked: false,
      incarnation: 0,
      usefulCount: 0,
      usefulMonoMs: Number.NEGATIVE_INFINITY,
    }
    this.#peers.set(peer, entry)
    return entry
  }

  disconnected(peer: PeerId): ConnectedPeer | undefined {
    const entry = this.#peers.get(peer)
    this.#peers.delete(peer)
    return entry
  }

  /** The peer was the first to give us something new. */
  useful(peer: PeerId, monoMs: number): void {
    const entry = this.#peers.get(peer)
    if (entry === undefined) return
    entry.usefulCount++
    entry.usefulMonoMs = monoMs
  }

  get(peer: PeerId): ConnectedPeer | undefined {
    return this.#peers.get(peer)
  }

  all(): IterableIterator<ConnectedPeer> {
    return this.#peers.values()
  }
}
