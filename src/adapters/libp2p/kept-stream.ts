/**
 * Streams that stay open for the next request (PROTOCOL.md, Request protocols): one request at a time, each answered by
 * one frame. A new stream costs both sides an agreement on its protocol, a round trip and a write to the peer store,
 * which is ten times what a ping is worth.
 */
import type { ExchangeLimits } from '../../domain/exchange-limits.ts'
import type { Stream } from '@libp2p/interface'
import { TokenBucket } from '../../lib/rate.ts'
import { asError, chunksOf, Deadline, DeadlineError, framesOf, TooLargeError, writeFrame } from './exchange.ts'
import { KEPT_BURST, KEPT_PER_SECOND } from './limits.ts'

/** Answers one request within the deadline that it is given: frames, or null for a request that deserves none. */
export type Handle = (request: Uint8Array, deadline: AbortSignal) => Promise<readonly Uint8Array[] | null>

/**
 * The other side ended the stream, or it could not take the request: nothing is known of an answer, and a new stream
 * may be asked.
 */
export class KeptStreamClosedError extends Error {
  override readonly name = 'KeptStreamClosedError'
}

/** The asker's side. */
export class KeptStream {
  readonly #stream: Stream
  readonly #onEnd: (kept: KeptStream) => void
  #waiting: PromiseWithResolvers<Uint8Array> | null = null
  #isOver = false

  /** @param onEnd called once, when no further request can be made */
  constructor(stream: Stream, limits: ExchangeLimits, onEnd: (kept: KeptStream) => void) {
    this.#stream = stream
    this.#onEnd = onEnd
    void this.#read(limits)
  }

  /** Whether no further request can be made. The reader hears of the other side's close a moment later. */
  get isOver(): boolean {
    return this.#isOver || this.#stream.remoteWriteStatus === 'closed'
  }

  /**
   * One request and its answer. Any failure ends the stream and throws. To be called again only when this has settled.
   */
  async ask(request: Uint8Array, deadline: AbortSignal): Promise<Uint8Array> {
    const waiting = Promise.withResolvers<Uint8Array>()
    waiting.promise.catch(() => {})
    this.#waiting = waiting
    const tooLate = (): void => {
      this.end(new DeadlineError('no answer in time'))
    }
    if (deadline.aborted) tooLate()
    deadline.addEventListener('abort', tooLate, { once: true })
    try {
      if (this.#stream.writeStatus !== 'writable') throw new KeptStreamClosedError('it can take no request')
      await writeFrame(this.#stream, request, deadline)
      return await waiting.promise
    } catch (error) {
      this.end(error)
      throw error
    } finally {
      deadline.removeEventListener('abort', tooLate)
    }
  }

  /** Nothing more is asked on it. */
  end(reason: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    const error = asError(reason)
    this.#stream.abort(error)
    this.#waiting?.reject(error)
    this.#onEnd(this)
  }

  /** Reads as long as there is anything to read: what nobody asked for must not gather. */
  async #read(limits: ExchangeLimits): Promise<void> {
    try {
      for await (const frame of framesOf(chunksOf(this.#stream), limits)) {
        const waiting = this.#waiting
        this.#waiting = null
        if (waiting === null) throw new Error('an answer that nobody asked for')
        waiting.resolve(frame)
      }
      throw new KeptStreamClosedError('the other side has closed it')
    } catch (error) {
      this.end(error)
    }
  }
}

/**
 * The answering side: answers until the asker closes the stream. Whoever opens one says within the deadline what he
 * wants; after that he may take his time. Aborts the stream and throws on any failure.
 * @param handle answers a request with one frame
 */
export async function answerKept(
  stream: Stream,
  limits: ExchangeLimits,
  now: () => number,
  handle: Handle,
): Promise<void> {
  const bucket = new TokenBucket({ perSecond: KEPT_PER_SECOND, burst: KEPT_BURST, nowMs: now() })
  const incoming = framesOf(chunksOf(stream), limits)
  const patience = new Patience(stream, limits)
  try {
    // Between two requests there is no hurry.
    let request = await inTime(limits, () => incoming.next())
    if (request.done === true) throw new Error('a request without a frame')
    for (; request.done !== true; request = await incoming.next()) {
      if (!bucket.take(1, now())) throw new Error('too many requests')
      const { value } = request
      await patience.during(inTime(limits, (signal) => answerOne(stream, limits, () => handle(value, signal), signal)))
    }
    await inTime(limits, (signal) => stream.close({ signal }))
  } catch (thrown) {
    const error = asError(thrown)
    stream.abort(error)
    throw error
  }
}

/**
 * Bounds what comes in while a request is being answered. Nobody reads then, and what arrives would gather for as long
 * as the stream lives: its window is opened by what has come, not by what was read. An honest asker writes when it has
 * the answer.
 */
class Patience {
  readonly #stream: Stream
  #isBusy = false
  #bytes = 0

  constructor(stream: Stream, { frameBytesMax }: ExchangeLimits) {
    this.#stream = stream
    stream.addEventListener('message', ({ data }) => {
      if (!this.#isBusy) return
      this.#bytes += data.byteLength
      if (this.#bytes > frameBytesMax + PREFIX_BYTES_MAX)
        this.#stream.abort(new Error('requests that do not wait for the answer'))
    })
  }

  async during<T>(answer: Promise<T>): Promise<T> {
    this.#bytes = 0
    this.#isBusy = true
    try {
      return await answer
    } finally {
      this.#isBusy = false
    }
  }
}

/** Bytes of the longest length prefix of a frame. */
const PREFIX_BYTES_MAX = 5

async function answerOne(
  stream: Stream,
  { frameBytesMax }: ExchangeLimits,
  handle: () => ReturnType<Handle>,
  deadline: AbortSignal,
): Promise<void> {
  const frames = await handle()
  const [frame] = frames ?? []
  if (frame === undefined || frames?.length !== 1) throw new Error('a request that deserves no answer')
  if (frame.byteLength > frameBytesMax) throw new TooLargeError('the answer exceeds the limits of its protocol')
  await writeFrame(stream, frame, deadline)
}

/** Does something within the time of one request. */
async function inTime<T>({ deadlineMs }: ExchangeLimits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new Deadline(deadlineMs)
  try {
    return await deadline.race(work(deadline.signal))
  } finally {
    deadline.cancel()
  }
}
