/** One end of a simulated connection: carries streams over a channel of the network, in order. */
import {
  ConnectionClosedError,
  UnsupportedProtocolError,
  type Connection,
  type Logger,
  type MessageStreamDirection,
  type PeerId,
  type Stream,
  type StreamHandler,
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { isGossip } from '../adapters/libp2p/gossip-protocol.ts'
import { assert } from '../lib/assert.ts'
import type { Channel, Network } from './network.ts'
import { SimStream, type FrameCarrier } from './stream.ts'

/** Bytes that choosing a protocol costs each way besides its name: multistream-select's header and length prefixes. */
const NEGOTIATION_BYTES = 24

/** Bytes of TCP's end of a connection. */
const CLOSE_BYTES = 40

/** Streams that one connection carries at once, each way: libp2p's own guard is per protocol and lower. */
const STREAMS_MAX = 4_096

/** What a connection needs of the host that it belongs to. */
export interface ConnectionHost {
  handlerOf(protocol: string): StreamHandler | undefined
  closed(connection: SimConnection): void
}

export class SimConnection implements FrameCarrier {
  readonly id: string
  readonly remotePeer: PeerId
  readonly remoteAddr: Multiaddr
  readonly remoteIndex: number
  readonly direction: MessageStreamDirection
  readonly timeline = { open: Date.now() }
  readonly direct = true
  /** Round trip, ms. */
  readonly rtt: number
  readonly log: Logger
  status: 'open' | 'closed' = 'open'
  readonly #host: ConnectionHost
  readonly #network: Network
  readonly #out: Channel
  readonly #streams = new Set<SimStream>()
  readonly #pending = new Set<(error: Error) => void>()
  #far: SimConnection | null = null
  #streamsOpened = 0

  constructor(options: {
    id: string
    host: ConnectionHost
    network: Network
    out: Channel
    remotePeer: PeerId
    remoteAddr: Multiaddr
    direction: MessageStreamDirection
    log: Logger
  }) {
    this.id = options.id
    this.#host = options.host
    this.#network = options.network
    this.#out = options.out
    this.remoteIndex = options.out.to.index
    this.remotePeer = options.remotePeer
    this.remoteAddr = options.remoteAddr
    this.direction = options.direction
    this.log = options.log
    this.rtt = 2 * options.network.latencyMs(options.out.from.index, options.out.to.index)
  }

  /** Makes two ends one connection. */
  static join(a: SimConnection, b: SimConnection): void {
    a.#far = b
    b.#far = a
  }

  get streams(): Stream[] {
    return [...this.#streams]
  }

  /** As libp2p's own type, of which nothing beyond these fields is read by what we run here. */
  get asConnection(): Connection {
    return this as unknown as Connection
  }

  /** The other end. */
  get far(): SimConnection {
    assert(this.#far !== null, 'a connection has two ends')
    return this.#far
  }

  /** Whether the far side handles a protocol: what identify tells. */
  farHandles(protocol: string): boolean {
    return this.far.#host.handlerOf(protocol) !== undefined
  }

  /** Opens a stream of the first of these protocols that the far side handles. Takes a round trip. */
  async newStream(protocols: string | string[], options: { signal?: AbortSignal } = {}): Promise<Stream> {
    const offered = typeof protocols === 'string' ? [protocols] : protocols
    const { far } = this
    if (this.status !== 'open') throw new ConnectionClosedError('the connection is closed')
    if (this.#streams.size >= STREAMS_MAX) throw new Error('too many streams on one connection')
    const { promise, resolve, reject } = Promise.withResolvers<Stream>()
    this.#pending.add(reject)
    const onAbort = (): void =>
      reject(options.signal?.reason instanceof Error ? options.signal.reason : new Error('aborted'))
    options.signal?.addEventListener('abort', onAbort)
    const request = NEGOTIATION_BYTES + (offered[0]?.length ?? 0)
    this.#send(request, () => {
      const protocol = offered.find((name) => far.#host.handlerOf(name) !== undefined)
      if (protocol === undefined) {
        far.#send(NEGOTIATION_BYTES, () =>
          reject(new UnsupportedProtocolError(`the peer supports none of ${offered.join(', ')}`)),
        )
        return
      }
      const near = this.#createStream(protocol, 'outbound')
      const accepted = far.#createStream(protocol, 'inbound')
      SimStream.join(near, accepted)
      far.#send(NEGOTIATION_BYTES + protocol.length, () => resolve(near))
      far.#accept(accepted)
    })
    try {
      return await promise
    } finally {
      this.#pending.delete(reject)
      options.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Closes this end now and the other one when it hears of it. */
  async close(): Promise<void> {
    this.abort()
  }

  abort(): void {
    if (this.status !== 'open') return
    const { far } = this
    this.#send(CLOSE_BYTES, () => far.terminate())
    this.terminate()
  }

  /** This end is gone: its streams end, its host is told, and nothing more arrives here. */
  terminate(): void {
    if (this.status === 'closed') return
    this.status = 'closed'
    this.#network.closeChannel(this.far.#out)
    for (const reject of this.#pending) reject(new ConnectionClosedError('the connection was closed'))
    this.#pending.clear()
    for (const stream of [...this.#streams]) stream.onTransportClosed()
    this.#streams.clear()
    this.#host.closed(this)
  }

  carry(bytes: number, deliver: () => void, options: { lossy: boolean }): void {
    if (this.status !== 'open') return
    if (options.lossy && this.#network.loses(this.#out.from)) return
    this.#send(bytes, deliver)
  }

  released(stream: SimStream): void {
    this.#streams.delete(stream)
  }

  #send(bytes: number, deliver: () => void): void {
    if (!this.#out.closed) this.#network.send(this.#out, bytes, deliver)
  }

  #createStream(protocol: string, direction: 'inbound' | 'outbound'): SimStream {
    const stream = new SimStream({
      carrier: this,
      id: `${this.id}/${this.#streamsOpened++}`,
      protocol,
      direction,
      log: this.log,
      // The only frames that may be lost whole.
      lossy: isGossip({ protocol }),
    })
    this.#streams.add(stream)
    return stream
  }

  #accept(stream: SimStream): void {
    const handler = this.#host.handlerOf(stream.protocol)
    assert(handler !== undefined, 'the protocol was just chosen')
    Promise.resolve(handler(stream, this.asConnection)).catch((error: unknown) => {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    })
  }
}
