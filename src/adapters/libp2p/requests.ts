/**
 * The Requests port over libp2p streams: one stream a request (or a kept one), one frame out, any number back, within
 * EXCHANGE_LIMITS.
 */
import { EXCHANGE_LIMITS, type ExchangeLimits } from '../../domain/exchange-limits.ts'
import type { Connection, Stream, StreamHandlerOptions } from '@libp2p/interface'
import { asPeerId, type NetworkId, type PeerId } from '../../domain/ids.ts'
import { type Protocol, protocolName } from '../../domain/protocols.ts'
import type { AskFailure, AskOutcome, RequestHandler, Requests } from '../../ports/requests.ts'
import { Deadline, DeadlineError, exchange, TooLargeError, writeFrame } from './exchange.ts'
import { answerKept, KeptStream, KeptStreamClosedError, type Handle } from './kept-stream.ts'
import { KEPT_PROTOCOLS, WAITING_REQUESTS_MAX } from './limits.ts'
import { StreamSlots } from './stream-slots.ts'

export interface Libp2pRequests extends Requests {
  /**
   * Resets all answers that are under way, so that no asker takes the end of its connection for the end of its answer.
   */
  stop(): void
}

/** What is used of a libp2p node. */
export interface RequestHost {
  /** The open connection with a peer, if there is one. */
  connectionWith(peer: PeerId): Connection | undefined
  handle(
    protocol: string,
    handler: (stream: Stream, connection: Connection) => Promise<void>,
    options: StreamHandlerOptions,
  ): Promise<void>
  /** The first request has come on a stream that the peer opened. */
  onAsked?(from: PeerId): void
}

export interface RequestsOptions {
  readonly network: NetworkId
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  readonly limits?: Readonly<Record<Protocol, ExchangeLimits>>
}

/** Makes the port. */
export function createRequests(host: RequestHost, options: RequestsOptions): Libp2pRequests {
  return new RequestsAdapter(host, options)
}

class RequestsAdapter implements Libp2pRequests {
  readonly #host: RequestHost
  readonly #network: NetworkId
  readonly #now: () => number
  readonly #limits: Readonly<Record<Protocol, ExchangeLimits>>
  /** By protocol and peer; an entry lives as long as a request does. */
  readonly #slots = new Map<string, StreamSlots>()
  /** Streams on which we are answering; bounded by streamsMax, protocols and connections. */
  readonly #answering = new Set<Stream>()
  /**
   * How many of them, by protocol and peer, as long as the work for them lasts, and no longer than the deadline. libp2p
   * counts open streams alone: whoever resets his would have as much work done for him as he can open streams.
   */
  readonly #working = new Map<string, number>()
  /** Open streams on which nothing is asked now, by protocol and peer: one each. */
  readonly #kept = new Map<string, KeptStream>()

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
    const deadline = new Deadline(limits.deadlineMs)
    const { signal } = deadline
    if (!(await slots.enter(signal))) {
      deadline.cancel()
      return { kind: 'failed', reason: signal.aborted ? 'deadline' : 'busy' }
    }
    try {
      const { frames, sentMs } = await (KEPT_PROTOCOLS.has(protocol)
        ? this.#askKept(peer, protocol, request, signal)
        : this.#askOn(peer, protocol, request, deadline))
      const nowMs = this.#now()
      return { kind: 'answered', frames, elapsedMs: nowMs - startedMs, exchangeMs: nowMs - sentMs }
    } catch (error) {
      return { kind: 'failed', reason: signal.aborted ? 'deadline' : failureOf(error) }
    } finally {
      deadline.cancel()
      slots.leave()
      if (slots.idle) this.#slots.delete(key)
    }
  }

  async serve(protocol: Protocol, handler: RequestHandler): Promise<void> {
    const limits = this.#limits[protocol]
    await this.#host.handle(
      protocolName(this.#network, protocol),
      async (stream, connection) => {
        const from = asPeerId(connection.remotePeer.toString())
        const key = `${protocol} ${from}`
        // Twice, since work ends a moment after the stream of an asker who ran out of patience, and he asks again at
        // once.
        if ((this.#working.get(key) ?? 0) >= 2 * limits.streamsMax) {
          stream.abort(new Error('too many requests at once'))
          return
        }
        this.#answering.add(stream)
        try {
          let isFirst = true
          const handle: Handle = (request, deadline) => {
            if (isFirst) this.#host.onAsked?.(from)
            isFirst = false
            return this.#work(key, () => handler(from, request), deadline)
          }
          await (KEPT_PROTOCOLS.has(protocol)
            ? answerKept(stream, limits, this.#now, handle)
            : answer(stream, limits, handle))
        } catch {
          // The stream is aborted, which is all the asker is told; what the request was worth is the handler's to
          // count.
        } finally {
          this.#answering.delete(stream)
        }
      },
      { maxInboundStreams: limits.streamsMax, maxOutboundStreams: limits.streamsMax },
    )
  }

  stop(): void {
    for (const stream of this.#answering) stream.abort(new Error('the node stops'))
  }

  async #askOn(peer: PeerId, protocol: Protocol, request: Uint8Array, deadline: Deadline): Promise<Answered> {
    const { signal } = deadline
    const stream = await this.#open(peer, protocol, signal)
    return exchange(stream, this.#limits[protocol], deadline, async (incoming) => {
      const sentMs = this.#now()
      await writeFrame(stream, request, signal)
      await stream.close({ signal })
      const frames: Uint8Array[] = []
      for await (const frame of incoming) frames.push(frame)
      // A connection that ends in good order ends its streams like a finished answer.
      if (frames.length === 0) throw new Error('no answer')
      return { frames, sentMs }
    })
  }

  /** On the stream that is open, or on a new one, which stays open if nothing failed. */
  async #askKept(peer: PeerId, protocol: Protocol, request: Uint8Array, signal: AbortSignal): Promise<Answered> {
    const key = `${protocol} ${peer}`
    const held = this.#kept.get(key)
    this.#kept.delete(key)
    if (held?.isOver === false) {
      try {
        return await this.#askOnKept(key, held, request, signal)
      } catch (error) {
        // It has ended while nobody looked, of age or because the other side keeps none: that is no answer to what is
        // asked now.
        if (signal.aborted || !(error instanceof KeptStreamClosedError)) throw error
      }
    }
    const stream = await this.#open(peer, protocol, signal)
    const kept = new KeptStream(stream, this.#limits[protocol], (ended) => {
      if (this.#kept.get(key) === ended) this.#kept.delete(key)
    })
    return this.#askOnKept(key, kept, request, signal)
  }

  async #askOnKept(key: string, kept: KeptStream, request: Uint8Array, signal: AbortSignal): Promise<Answered> {
    const sentMs = this.#now()
    const frame = await kept.ask(request, signal)
    if (kept.isOver || this.#kept.has(key)) kept.end(new Error('one is enough'))
    else this.#kept.set(key, kept)
    return { frames: [frame], sentMs }
  }

  async #open(peer: PeerId, protocol: Protocol, signal: AbortSignal): Promise<Stream> {
    const connection = this.#host.connectionWith(peer)
    if (connection === undefined) throw new UnreachableError('not connected')
    const { streamsMax } = this.#limits[protocol]
    return connection.newStream([protocolName(this.#network, protocol)], { signal, maxOutboundStreams: streamsMax })
  }

  /** Does what a request asks for, counted from its begin to its end, or until its time is over. */
  async #work<T>(key: string, handle: () => Promise<T>, deadline: AbortSignal): Promise<T> {
    this.#working.set(key, (this.#working.get(key) ?? 0) + 1)
    let isOver = false
    const end = (): void => {
      if (isOver) return
      isOver = true
      const left = (this.#working.get(key) ?? 0) - 1
      if (left > 0) this.#working.set(key, left)
      else this.#working.delete(key)
    }
    deadline.addEventListener('abort', end, { once: true })
    return handle().finally(end)
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

interface Answered {
  readonly frames: readonly Uint8Array[]
  /** When the request left. */
  readonly sentMs: number
}

class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** Answers the one request of a stream. */
async function answer(stream: Stream, limits: ExchangeLimits, handle: Handle): Promise<void> {
  const deadline = new Deadline(limits.deadlineMs)
  const { signal } = deadline
  try {
    await exchange(stream, limits, deadline, async (incoming) => {
      const request = await incoming.next()
      if (request.done === true) throw new Error('a request without a frame')
      const frames = await handle(request.value, signal)
      if (frames === null) throw new Error('a request that deserves no answer')
      if (frames.length === 0 || !isWithin(frames, limits))
        throw new Error('the answer is empty or exceeds the limits of its protocol')
      for (const frame of frames) await writeFrame(stream, frame, signal)
      await stream.close({ signal })
      // An asker that doesn't end its side would keep the stream, and with it one of its few slots, for ever.
      const last = await incoming.next()
      if (last.done !== true) throw new Error('more than one frame in a request')
    })
  } finally {
    deadline.cancel()
  }
}

function isWithin(frames: readonly Uint8Array[], limits: ExchangeLimits): boolean {
  let bytes = 0
  for (const frame of frames) {
    if (frame.byteLength > limits.frameBytesMax) return false
    bytes += frame.byteLength
  }
  return bytes <= limits.totalBytesMax
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
