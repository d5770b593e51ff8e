/**
 * Whether gossip can pass on a connection. The router opens one stream to a peer for each connection, and when that
 * fails or breaks it never opens another as long as the connection stands (gossipsub 17.1.1): both sides look
 * connected, pings are answered, and one hears nothing.
 *
 * Tracked by peer: since when a direction is missing, our stream as it was seen last, how often streams of ours ended,
 * how often it was cut. The rules:
 * - a peer to which we do not speak gets another stream at the next look;
 * - a direction still missing after the grace ends the connection: the next dial starts afresh. The grace doubles with
 *   each such cut of the same peer, so that what is only slow comes about in the end;
 * - a stream that we gave up ourselves, since the peer took nothing of it, ends the connection at once;
 * - a stream that the peer ended is opened again at once. That is how libraries answer an RPC that is larger than they
 *   allow: go-libp2p-pubsub resets the stream, rust-libp2p closes its own half, drops what comes on the other one, and
 *   says nothing more (gossipsub 0.50). So the answering half counts as the stream's end, unless the peer closed it
 *   from the start and before anything large had left, as it may what it does not use;
 * - a peer that has ended DEAF_ENDS of them is deaf until that is forgotten: it is in no mesh, and after
 *   STREAMS_OF_CONNECTION_MAX it is told nothing more. It is heard, and not cut: what it says may be right.
 *
 * The attacker's best move is to end streams on purpose: then he is told nothing, and takes no place in a mesh.
 *
 * Invariant: nothing is kept of a peer that has gone but the counts of its ends and cuts, in bounded maps.
 */
import type { Connection, Stream } from '@libp2p/interface'
import type { PeerId } from '../../domain/ids.ts'
import { ExpiringMap } from '../../lib/expiring-map.ts'
import type { GossipLink } from '../../ports/connections.ts'
import { isGossip } from './gossip-protocol.ts'
import {
  DEAF_ENDS,
  HALF_CLOSED_EARLY_LOOKS,
  MUTE_GRACE_MS,
  MUTE_GRACE_MS_MAX,
  MUTE_LOOK_MS,
  MUTE_MEMORY_MS,
  MUTE_PEERS_MAX,
  STREAMS_OF_CONNECTION_MAX,
} from './limits.ts'

export interface GossipLinksParts {
  /** Whether an RPC has left on our stream that some library takes for too large. */
  readonly sentLarge: (stream: Stream) => boolean
  /** Opens a stream to the peer if there is none. */
  readonly speak: (connection: Connection) => void
  /** The connection with a peer is of no use: what it carries of gossip at the end. */
  readonly onMute: (peer: PeerId, link: GossipLink) => void
  /** The peer keeps ending what we say to it: it is deaf from now on. */
  readonly onDeaf: (peer: PeerId) => void
}

interface Gap {
  readonly sinceMs: number
}

/** Our stream to a peer, as it was seen last. */
interface Voice {
  readonly connection: Connection
  /** Null: it has ended. */
  readonly stream: Stream | null
  /** How many streams of ours this connection has had. */
  readonly count: number
  /** Looks at which it was whole. */
  readonly looks: number
  /** The peer closes the half that it does not use. */
  readonly closesHalf: boolean
}

/** What became of our stream since the last look. `ended`: by the peer; `given-up`: by us. */
type Fate = 'speaks' | 'silent' | 'ended' | 'given-up'

export class GossipLinks {
  readonly #parts: GossipLinksParts
  /** Bounded by connected peers, as are the gaps. */
  readonly #voices = new Map<PeerId, Voice>()
  readonly #gaps = new Map<PeerId, Gap>()
  readonly #cuts = new ExpiringMap<PeerId, number>({ ttlMs: MUTE_MEMORY_MS, capacity: MUTE_PEERS_MAX })
  readonly #ends = new ExpiringMap<PeerId, number>({ ttlMs: MUTE_MEMORY_MS, capacity: MUTE_PEERS_MAX })
  #lookedMs = Number.POSITIVE_INFINITY

  constructor(parts: GossipLinksParts) {
    this.#parts = parts
  }

  /** Call it each MUTE_LOOK_MS, with all open connections by peer. */
  check(connections: Iterable<readonly [PeerId, Iterable<Connection>]>, nowMs: number): void {
    // While this process stood still nobody could open a stream: that time counts against no peer.
    const stoodStillMs = nowMs - this.#lookedMs - MUTE_LOOK_MS
    if (stoodStillMs > MUTE_LOOK_MS)
      for (const [peer, { sinceMs }] of this.#gaps) this.#gaps.set(peer, { sinceMs: sinceMs + stoodStillMs })
    this.#lookedMs = nowMs
    for (const [peer, open] of connections) this.#look(peer, [...open], nowMs)
  }

  /** Whether the peer keeps ending what we say to it. */
  isDeaf(peer: PeerId, nowMs: number): boolean {
    return (this.#ends.get(peer, nowMs) ?? 0) >= DEAF_ENDS
  }

  forget(peer: PeerId): void {
    this.#voices.delete(peer)
    this.#gaps.delete(peer)
  }

  #look(peer: PeerId, all: readonly Connection[], nowMs: number): void {
    const open = all.filter(({ status }) => status === 'open')
    const [connection] = open
    // With its connection a stream ends by nobody's fault.
    if (connection === undefined) return
    const fate = this.#follow(peer, open, nowMs)
    const link = linkOn(open)
    if (fate === 'given-up') return this.#cut(peer, link, nowMs)
    if (link === 'both' || (link === 'in' && this.#hasHadEnough(peer, nowMs))) {
      this.#gaps.delete(peer)
      return
    }
    const gap = this.#gaps.get(peer) ?? { sinceMs: nowMs }
    this.#gaps.set(peer, gap)
    const cuts = this.#cuts.get(peer, nowMs) ?? 0
    const graceMs = Math.min(MUTE_GRACE_MS_MAX, MUTE_GRACE_MS * 2 ** cuts)
    if (nowMs - gap.sinceMs >= graceMs) return this.#cut(peer, link, nowMs)
    // At the first look the router's own stream may be on its way.
    const isDue = fate === 'ended' || (fate === 'silent' && gap.sinceMs < nowMs)
    if (isDue) this.#parts.speak(connection)
  }

  #cut(peer: PeerId, link: GossipLink, nowMs: number): void {
    this.forget(peer)
    this.#cuts.set(peer, (this.#cuts.get(peer, nowMs) ?? 0) + 1, nowMs)
    this.#parts.onMute(peer, link)
  }

  #hasHadEnough(peer: PeerId, nowMs: number): boolean {
    return this.isDeaf(peer, nowMs) && (this.#voices.get(peer)?.count ?? 0) >= STREAMS_OF_CONNECTION_MAX
  }

  #follow(peer: PeerId, open: readonly Connection[], nowMs: number): Fate {
    const last = this.#voices.get(peer)
    const prior = last !== undefined && open.includes(last.connection) ? last : null
    const found = voiceOn(open)
    if (found === null) {
      if (prior === null) this.#voices.delete(peer)
      if (prior === null || prior.stream === null) return 'silent'
      this.#voices.set(peer, { ...prior, stream: null })
      return prior.stream.status === 'aborted' ? 'given-up' : this.#ended(peer, nowMs)
    }
    const isNew = prior === null || prior.stream !== found.stream
    // The router has opened another one by itself, as it does when the peer opens one.
    if (isNew && prior !== null && prior.stream !== null && prior.stream.status !== 'aborted') this.#ended(peer, nowMs)
    const voice: Voice = isNew
      ? { ...found, count: (prior?.count ?? 0) + 1, looks: 0, closesHalf: prior?.closesHalf ?? false }
      : prior
    const isHalf = found.stream.remoteWriteStatus === 'closed'
    const isEarly = voice.looks < HALF_CLOSED_EARLY_LOOKS && !this.#parts.sentLarge(found.stream)
    const closesHalf = voice.closesHalf || (isHalf && isEarly)
    if (isHalf && !closesHalf) {
      found.stream.abort(new Error('the peer has ended it'))
      this.#voices.set(peer, { ...voice, stream: null })
      return this.#ended(peer, nowMs)
    }
    this.#voices.set(peer, { ...voice, looks: voice.looks + 1, closesHalf })
    return 'speaks'
  }

  #ended(peer: PeerId, nowMs: number): 'ended' {
    const ends = (this.#ends.get(peer, nowMs) ?? 0) + 1
    this.#ends.set(peer, ends, nowMs)
    if (ends === DEAF_ENDS) this.#parts.onDeaf(peer)
    return 'ended'
  }
}

/** Our stream to a peer, on whichever connection it is. */
function voiceOn(connections: readonly Connection[]): { connection: Connection; stream: Stream } | null {
  for (const connection of connections) {
    const stream = connection.streams.find((each) => isGossip(each) && each.direction === 'outbound' && canSpeak(each))
    if (stream !== undefined) return { connection, stream }
  }
  return null
}

/** Which directions of gossip some of the connections with one peer carry. */
export function linkOn(connections: Iterable<Connection>): GossipLink {
  let [out, into] = [false, false]
  for (const { streams } of connections) {
    for (const stream of streams) {
      if (!isGossip(stream)) continue
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
