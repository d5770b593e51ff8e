/**
 * Whether gossip can pass on a connection. The router opens one stream to a peer for each connection, and when that fails or breaks it never
 * opens another as long as the connection stands (gossipsub 17.1.1): both sides look connected, pings are answered, and one hears nothing.
 *
 * Tracked by peer: since when a direction is missing, whether we ever spoke to it, how often it was cut for that. The rules:
 * - a peer to which we do not speak gets another stream at the next look;
 * - a stream that we had and lost, or a direction still missing after the grace, ends the connection: the next dial starts afresh;
 * - the grace doubles with each cut of the same peer, so that what is only slow comes about in the end.
 *
 * Invariant: nothing is kept of a peer that has gone but the count of its cuts, in a bounded map.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { PeerId } from '../../domain/ids.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { GossipLink } from '../../ports/connections.ts'
import { MUTE_CUTS_MEMORY_MS, MUTE_CUTS_PEERS_MAX, MUTE_GRACE_MS, MUTE_GRACE_MS_MAX } from './limits.ts'

const GOSSIP_PROTOCOLS = '/meshsub/'

export interface GossipLinksParts {
  /** Opens a stream to the peer if there is none. */
  readonly speak: (connection: Connection) => void
  /** The connection with a peer is of no use: what it carries of gossip at the end. */
  readonly onMute: (peer: PeerId, link: GossipLink) => void
}

interface Gap {
  readonly sinceMs: number
}

export class GossipLinks {
  readonly #parts: GossipLinksParts
  /** Peers to which we have spoken; bounded by connected peers, as are the gaps. */
  readonly #spoken = new Set<PeerId>()
  readonly #gaps = new Map<PeerId, Gap>()
  readonly #cuts = new ExpiringMap<PeerId, number>({ ttlMs: MUTE_CUTS_MEMORY_MS, capacity: MUTE_CUTS_PEERS_MAX })

  constructor(parts: GossipLinksParts) {
    this.#parts = parts
  }

  /** Call it twice a second or so, with all open connections by peer. */
  check(connections: Iterable<readonly [PeerId, Iterable<Connection>]>, nowMs: number): void {
    for (const [peer, open] of connections) this.#look(peer, [...open], nowMs)
  }

  forget(peer: PeerId): void {
    this.#spoken.delete(peer)
    this.#gaps.delete(peer)
  }

  #look(peer: PeerId, open: readonly Connection[], nowMs: number): void {
    const link = linkOn(open)
    const speaks = link === 'both' || link === 'out'
    const lost = this.#spoken.has(peer) && !speaks
    if (speaks) this.#spoken.add(peer)
    if (link === 'both') {
      this.#gaps.delete(peer)
      return
    }
    const gap = this.#gaps.get(peer) ?? { sinceMs: nowMs }
    this.#gaps.set(peer, gap)
    const cuts = this.#cuts.get(peer, nowMs) ?? 0
    const graceMs = Math.min(MUTE_GRACE_MS_MAX, MUTE_GRACE_MS * 2 ** cuts)
    if (lost || nowMs - gap.sinceMs >= graceMs) {
      this.forget(peer)
      this.#cuts.set(peer, cuts + 1, nowMs)
      this.#parts.onMute(peer, link)
      return
    }
    // At the first look the router's own stream may be on its way.
    const [connection] = open.filter(({ status }) => status === 'open')
    if (!speaks && gap.sinceMs < nowMs && connection !== undefined) this.#parts.speak(connection)
  }
}

/** Which directions of gossip some of the connections with one peer carry. */
export function linkOn(connections: Iterable<Connection>): GossipLink {
  let [out, into] = [false, false]
  for (const { streams } of connections) {
    for (const stream of streams) {
      if (!stream.protocol.startsWith(GOSSIP_PROTOCOLS)) continue
      if (stream.direction === 'outbound' && canSpeak(stream)) out = true
      if (stream.direction === 'inbound' && canHear(stream)) into = true
    }
  }
  if (out && into) return 'both'
  if (out) return 'out'
  return into ? 'in' : 'none'
}

function canSpeak({ status, writeStatus, remoteReadStatus }: Stream): boolean {
  return status === 'open' && writeStatus === 'writable' && remoteReadStatus !== 'closed'
}

/** A stream that the other side has ended, or that we no longer read, brings nothing any more. */
function canHear({ status, readStatus, remoteWriteStatus }: Stream): boolean {
  return status === 'open' && readStatus !== 'closed' && remoteWriteStatus !== 'closed'
}
