/** The Requests port over libp2p streams: one stream a request, one frame out, any number back, within EXCHANGE_LIMITS. */
import type { Connection, Stream, StreamHandlerOptions } from '@libp2p/interface'
import { asPeerId, type NetworkId, type PeerId } from '../../domain/ids.ts'
import { type Protocol, protocolName } from '../../domain/protocols.ts'
import type { AskFailure, AskOutcome, ExchangeLimits, RequestHandler, Requests } from '../../ports/requests.ts'
import { DeadlineError, exchange, TooLargeError, writeFrame } from './exchange.ts'
import { EXCHANGE_LIMITS, WAITING_REQUESTS_MAX } from './limits.ts'
import { StreamSlots } from './stream-slots.ts'

/** What is used of a libp2p node. */
export interface RequestHost {
  /** The open connection with a peer, if there is one. */
  connectionWith(peer: PeerId): Connection | undefined
  handle(
    protocol: string,
    handler: (stream: Stream, connection: Connection) => Promise<void>,
    options: StreamHandlerOptions,
  ): Promise<void>
}

export interface RequestsOptions {
  readonly network: NetworkId
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  readonly limits?: Readonly<Record<Protocol, ExchangeLimits>>
}

/** Makes the port. */
export function createRequests(host: RequestHost, options: RequestsOptions): Requests {
  return new RequestsAdapter(host, options)
}

class RequestsAdapter implements Requests {
  readonly #host: RequestHost
  readonly #network: NetworkId
  readonly #now: () => number
  readonly #limits: Readonly<Record<Protocol, ExchangeLimits>>
  /** By protocol and peer; an entry lives as long as a request does. */
  readonly #slots = new Map<string, StreamSlots>()

  constructor(host: RequestHost, options: RequestsOptions) {
    this.#host = host
    this.#network = options.network
    this.#now = options.now
    this.#limits = options.limits ?? EXCHANGE_LIMITS
  }

  async ask(peer: PeerId, protocol: Protocol, request: Uint8Array): Promise<AskOutcome> {
    const startedMs = this.#now()
    const limits = this.#limits[protocol]
    if (this.#host.connectionWith(peer) === undefined) return { kind: 'failed', reason: 'unreachable' }
    if (request.byteLength > limits.frameBytesMax) return { kind: 'failed', reason: 'too-large' }
    const key = `${protocol} ${peer}`
    const slots = this.#slotsOf(key, limits)
    const signal = AbortSignal.timeout(limits.deadlineMs)
    if (!(await slots.enter(signal))) return { kind: 'failed', reason: signal.aborted ? 'deadline' : 'busy' }
    try {
      const frames = await this.#askOn(peer, protocol, request, signal)
      return { kind: 'answered', frames, elapsedMs: this.#now() - startedMs }
    } catch (error) {
      return { kind: 'failed', reason: signal.aborted ? 'deadline' : failureOf(error) }
    } finally {
      slots.leave()
      if (slots.idle) this.#slots.delete(key)
    }
  }

  async serve(protocol: Protocol, handler: RequestHandler): Promise<void> {
    const limits = this.#limits[protocol]
    await this.#host.handle(
      protocolName(this.#network, protocol),
      async (stream, connection) => {
        try {
          await answer(stream, asPeerId(connection.remotePeer.toString()), limits, handler)
        } catch {
          // The stream is aborted, which is all the asker is told; what the request was worth is the handler's to count.
        }
      },
      { maxInboundStreams: limits.streamsMax, maxOutboundStreams: limits.streamsMax },
    )
  }

  async #askOn(
    peer: PeerId,
    protocol: Protocol,
    request: Uint8Array,
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> {
    const connection = this.#host.connectionWith(peer)
    if (connection === undefined) throw new UnreachableError('not connected')
    const limits = this.#limits[protocol]
    const stream = await connection.newStream([protocolName(this.#network, protocol)], {
      signal,
      maxOutboundStreams: limits.streamsMax,
    })
    return exchange(stream, limits, async (incoming, inTime) => {
      await writeFrame(stream, request, inTime)
      await stream.close({ signal: inTime })
      const frames: Uint8Array[] = []
      for await (const frame of incoming) frames.push(frame)
      return frames
    })
  }

  #slotsOf(key: string, limits: ExchangeLimits): StreamSlots {
    let slots = this.#slots.get(key)
    if (slots === undefined) {
      slots = new StreamSlots({ slotsMax: limits.streamsMax, waitingMax: WAITING_REQUESTS_MAX })
      this.#slots.set(key, slots)
    }
    return slots
  }
}

class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

async function answer(stream: Stream, from: PeerId, limits: ExchangeLimits, handler: RequestHandler): Promise<void> {
  await exchange(stream, limits, async (incoming, signal) => {
    const request = await incoming[Symbol.asyncIterator]().next()
    if (request.done === true) throw new Error('a request without a frame')
    const frames = await handler(from, request.value)
    if (frames === null) throw new Error('a request that deserves no answer')
    for (const frame of frames) await writeFrame(stream, frame, signal)
    await stream.close({ signal })
  })
}

function failureOf(error: unknown): AskFailure {
  if (error instanceof DeadlineError) return 'deadline'
  if (error instanceof TooLargeError) return 'too-large'
  if (!(error instanceof Error)) return 'reset'
  switch (error.name) {
    case 'UnsupportedProtocolError':
      return 'unsupported'
    case 'UnreachableError':
    case 'ConnectionClosedError':
    case 'MuxerClosedError':
      return 'unreachable'
    case 'TooManyOutboundProtocolStreamsError':
      return 'busy'
    default:
      return 'reset'
  }
}
