/**
 * The Connections port over a libp2p node. When two nodes dial each other at once there are two connections; outside
 * they are one peer, which comes with the first and goes with the last.
 */
import type { Connection, Libp2p, PeerId as Libp2pPeerId } from '@libp2p/interface'
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import type { DialFailure } from '../../domain/dial.ts'
import { asNetAddress, asPeerId, type NetAddress, type PeerId } from '../../domain/ids.ts'
import type {
  Connections,
  ConnectionsListener,
  DialledFor,
  DialOutcome,
  PeerGossip,
  WorkToken,
} from '../../ports/connections.ts'
import { AGENT_BYTES_MAX } from '../../domain/record.ts'
import { ipOf } from '../../lib/address-group.ts'
import { textWithin } from '../../lib/bytes.ts'
import { dialFailureOf } from './dial-failure.ts'
import type { DialPermits, DialTargets } from './dial-targets.ts'
import type { DialTurns } from './dial-turns.ts'
import { linkOn } from './gossip-links.ts'
import { CLOSE_MS, DIAL_ATTEMPTS, DIAL_BACK_MS, DIAL_MS, DIAL_RETRY_MS, FORGET_AFTER_MS } from './limits.ts'

export interface ConnectionsParts {
  readonly node: Libp2p
  readonly listener: ConnectionsListener
  /** Round trip on a connection, ms; rejects when there is no answer. */
  readonly ping: (connection: Connection, signal: AbortSignal) => Promise<number>
  /** The last connection with a peer closed: for the other adapters, before the listener is told. */
  readonly onGone: (peer: PeerId) => void
  /** For whom the event loop works. */
  readonly work: {
    enter(peer: PeerId | null): WorkToken
    resume(token: WorkToken): void
    current(): WorkToken
    spentElsewhere(token: WorkToken, ms: number): void
  }
  /** A connection opened: before anybody is told. */
  readonly onOpening: (connection: Connection) => void
  /** A peer is about to be disconnected. */
  readonly onLeaving: (peer: PeerId) => void
  /** Whether the peer keeps ending what we say to it. */
  readonly isDeaf: (peer: PeerId) => boolean
  /** Where addresses lead. */
  readonly targets: (address: NetAddress, namedBy: DialledFor) => Promise<DialTargets>
  /** What the gater lets pass. */
  readonly permits: DialPermits
  /** When a dial may begin. */
  readonly turns: DialTurns
}

export interface Libp2pConnections extends Connections {
  /** The open connection with a peer, the oldest of several. */
  connectionWith(peer: PeerId): Connection | undefined
  /** Ends every connection with the peer at once: nothing of it counts any more. */
  cut(peer: PeerId): void
  /** All open connections by peer. */
  open(): Iterable<readonly [PeerId, Iterable<Connection>]>
}

/** Wraps a node that has not started yet. */
export function createConnections(parts: ConnectionsParts): Libp2pConnections {
  return new ConnectionsAdapter(parts)
}

class ConnectionsAdapter implements Libp2pConnections {
  readonly self: PeerId
  readonly #node: Libp2p
  readonly #parts: ConnectionsParts
  /** Bounded by connectionsMax, and by what we dial. */
  readonly #open = new Map<PeerId, Set<Connection>>()
  /** Peers that are being disconnected: those among the open ones whose last connection is about to close. */
  readonly #leaving = new Set<PeerId>()

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.#node = parts.node
    this.self = asPeerId(parts.node.peerId.toString())
    parts.node.addEventListener('connection:open', ({ detail }) => this.#onOpen(detail))
    parts.node.addEventListener('connection:close', ({ detail }) => this.#onClose(detail))
    parts.node.addEventListener('peer:identify', ({ detail }) => {
      const peer = asPeerId(detail.peerId.toString())
      // As much of it as a record may say.
      const seenAt = ipOf(detail.observedAddr?.toString() ?? '') ?? undefined
      if (this.#open.has(peer))
        parts.listener.onIdentify(peer, textWithin(detail.agentVersion ?? '', AGENT_BYTES_MAX), seenAt)
    })
  }

  addresses(): readonly NetAddress[] {
    return this.#node.getMultiaddrs().map((address) => asNetAddress(address.toString()))
  }

  async dial(address: NetAddress, namedBy: DialledFor): Promise<DialOutcome> {
    const endTurn = await this.#parts.turns.take()
    try {
      return await this.#dial(address, namedBy)
    } finally {
      endTurn()
    }
  }

  async #dial(address: NetAddress, namedBy: DialledFor): Promise<DialOutcome> {
    const signal = AbortSignal.timeout(DIAL_MS)
    const found = await Promise.race([this.#parts.targets(address, namedBy), outOfTime(signal)])
    if (found.kind === 'refused') return { kind: 'failed', failure: found.failure }
    const close = this.#parts.permits.open(found.targets)
    try {
      return await this.#dialOneOf(
        found.targets.map((target) => multiaddr(target)),
        signal,
      )
    } finally {
      close()
    }
  }

  async #dialOneOf(targets: Multiaddr[], signal: AbortSignal): Promise<DialOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#confirmed(await this.#node.dial(targets, { signal }), signal)
      } catch (error) {
        const failure = signal.aborted ? TOO_LATE : dialFailureOf(error)
        if (attempt === DIAL_ATTEMPTS || !isTurnedAway(failure) || !(await pause(DIAL_RETRY_MS, signal)))
          return { kind: 'failed', failure }
      }
    }
  }

  async reach(address: NetAddress): Promise<DialFailure | null> {
    const signal = AbortSignal.timeout(DIAL_BACK_MS)
    const found = await Promise.race([this.#parts.targets(address, 'stranger'), outOfTime(signal)])
    if (found.kind === 'refused') return found.failure
    const close = this.#parts.permits.open(found.targets)
    try {
      const targets = found.targets.map((target) => multiaddr(target))
      await end(await this.#node.dial(targets, { signal, force: true }))
      return null
    } catch (error) {
      return signal.aborted ? TOO_LATE : dialFailureOf(error)
    } finally {
      close()
    }
  }

  async disconnect(peer: PeerId): Promise<void> {
    const open = this.#open.get(peer)
    if (open === undefined) return
    this.#leaving.add(peer)
    this.#parts.onLeaving(peer)
    await Promise.all([...open].map((connection) => end(connection)))
  }

  workFor(peer: PeerId | null): WorkToken {
    return this.#parts.work.enter(peer)
  }

  resumeWork(token: WorkToken): void {
    this.#parts.work.resume(token)
  }

  currentWork(): WorkToken {
    return this.#parts.work.current()
  }

  spentElsewhere(token: WorkToken, ms: number): void {
    this.#parts.work.spentElsewhere(token, ms)
  }

  cut(peer: PeerId): void {
    if (!this.#open.has(peer)) return
    this.#leaving.add(peer)
    this.#parts.onLeaving(peer)
    for (const connection of this.#open.get(peer) ?? []) connection.abort(new Error('cut'))
  }

  async keepNewest(peer: PeerId): Promise<void> {
    const older = [...(this.#open.get(peer) ?? [])].slice(0, -1)
    await Promise.all(older.map((connection) => end(connection)))
  }

  rttMs(peer: PeerId): number | null {
    return this.connectionWith(peer)?.rtt ?? null
  }

  gossipLink(peer: PeerId): PeerGossip {
    const open = this.#open.get(peer)
    return open !== undefined && this.#parts.isDeaf(peer) ? 'deaf' : linkOn(open ?? [])
  }

  connectionWith(peer: PeerId): Connection | undefined {
    for (const connection of this.#open.get(peer) ?? []) if (connection.status === 'open') return connection
    return undefined
  }

  open(): Iterable<readonly [PeerId, Iterable<Connection>]> {
    return this.#open
  }

  /**
   * A connection counts when the other side has answered on it: one that refuses us lets the handshake finish and then
   * closes, so that `dial` by itself reports success.
   */
  async #confirmed(connection: Connection, signal: AbortSignal): Promise<DialOutcome> {
    try {
      connection.rtt = await this.#parts.ping(connection, signal)
      return { kind: 'connected', peer: asPeerId(connection.remotePeer.toString()) }
    } catch {
      const failure: DialFailure = signal.aborted
        ? { kind: 'no-answer', detail: `no answer within ${DIAL_MS} ms` }
        : { kind: 'turned-away', detail: 'the other side closed the connection after the handshake' }
      return { kind: 'failed', failure }
    }
  }

  #onOpen(connection: Connection): void {
    const peer = asPeerId(connection.remotePeer.toString())
    const others = this.#open.get(peer)
    this.#parts.onOpening(connection)
    if (others !== undefined) {
      others.add(connection)
      // It would outlive the others, of a peer whose messages no longer count and of whom nobody thinks that it is
      // here.
      if (this.#leaving.has(peer)) void end(connection)
      return
    }
    this.#open.set(peer, new Set([connection]))
    this.#parts.listener.onConnect(peer, asNetAddress(connection.remoteAddr.toString()), connection.direction)
  }

  #onClose(connection: Connection): void {
    const peer = asPeerId(connection.remotePeer.toString())
    const others = this.#open.get(peer)
    if (others?.delete(connection) !== true || others.size > 0) return
    this.#open.delete(peer)
    this.#leaving.delete(peer)
    this.#forgetStored(connection.remotePeer)
    this.#parts.onGone(peer)
    this.#parts.listener.onDisconnect(peer)
  }

  /** libp2p's store of peers has no bound: what should outlive a connection, the node keeps itself. */
  #forgetStored(peer: Libp2pPeerId): void {
    const timer = setTimeout(() => {
      if (!this.#open.has(asPeerId(peer.toString()))) this.#node.peerStore.delete(peer).catch(() => {})
    }, FORGET_AFTER_MS)
    timer.unref()
  }
}

const TOO_LATE: DialFailure = { kind: 'no-answer', detail: `no connection within ${DIAL_MS} ms` }

/** Refuses when `signal` aborts: a resolver may take as long as it likes. */
function outOfTime(signal: AbortSignal): Promise<DialTargets> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'refused', failure: TOO_LATE }), { once: true })
  })
}

/** Ends a connection: gracefully for a moment, then by force. Never rejects. */
async function end(connection: Connection): Promise<void> {
  try {
    await connection.close({ signal: AbortSignal.timeout(CLOSE_MS) })
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('disconnected'))
  }
}

/** Whether the other side reset the socket at once: what it does when too many dial it within a second. */
function isTurnedAway({ detail }: DialFailure): boolean {
  return /ECONNRESET/.test(detail)
}

/** Waits; false when `signal` aborts first. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}
