/**
 * Length-prefixed frames on one stream, within a deadline and a byte budget. it-pipe and it-length-prefixed carry the
 * read side; writing is `send` and waiting for room. Hard-won order: listen before writing, race everything with the
 * deadline (a read after `close()` may hang for ever), and abort what fails, since leaving the loop leaves the stream
 * open.
 */
import type { ExchangeLimits } from '../../domain/exchange-limits.ts'
import type { Stream } from '@libp2p/interface'
import * as lp from 'it-length-prefixed'
import { pipe } from 'it-pipe'
import type { Uint8ArrayList } from 'uint8arraylist'
import { frameLengthDecoder } from './frame-length.ts'

/** The exchange took longer than its limits allow. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** A frame or the whole exceeds the limits. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/**
 * Time that is given. Unlike AbortSignal.timeout it can be cancelled: a timer that fires for nothing wakes a process
 * that sleeps.
 */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DeadlineError(`no end within ${ms} ms`))
    }, ms)
    // Who waits has a connection that keeps the process; a stopped node must not.
    this.#timer.unref()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Settles as `work` does, or rejects when time is up. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const tooLate = (): void => {
        reject(new DeadlineError(`no end within ${this.#ms} ms`))
      }
      if (signal.aborted) tooLate()
      else signal.addEventListener('abort', tooLate, { once: true })
      work.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', tooLate)
      })
    })
  }

  /** It is over; the signal will not fire. */
  cancel(): void {
    clearTimeout(this.#timer)
  }
}

/** Reads frames with `body` until it returns; aborts the stream and throws on any failure, and when the time is up. */
export async function exchange<T>(
  stream: Stream,
  limits: ExchangeLimits,
  deadline: Deadline,
  body: (frames: AsyncGenerator<Uint8Array>) => Promise<T>,
): Promise<T> {
  const incoming = framesOf(within(chunksOf(stream), limits.totalBytesMax), limits)
  const first = incoming.next()
  first.catch(() => {})
  async function* frames(): AsyncGenerator<Uint8Array> {
    for (let result = await first; result.done !== true; result = await incoming.next()) yield result.value
  }
  try {
    return await deadline.race(body(frames()))
  } catch (thrown) {
    const error = asError(thrown)
    stream.abort(error)
    throw error
  }
}

/**
 * What comes in on a stream, to its end, also where that came before the reader: an asker may write its request and
 * close its side in one go, which is here before the stream has a handler.
 */
export async function* chunksOf(stream: Stream): AsyncGenerator<Uint8Array | Uint8ArrayList> {
  if (stream.remoteWriteStatus !== 'closed') {
    yield* stream
    return
  }
  // All that will ever come is here already.
  let left = stream.readBufferLength
  if (left === 0) return
  for await (const chunk of stream) {
    yield chunk
    left -= chunk.byteLength
    if (left <= 0) return
  }
}

/**
 * The frames of a stream, each in memory of its own. Throws TooLargeError where one is announced that exceeds the
 * limits, and FrameLengthError where its length has another form than the one it may have.
 */
export async function* framesOf(
  chunks: AsyncIterable<Uint8Array | Uint8ArrayList>,
  { frameBytesMax }: ExchangeLimits,
): AsyncGenerator<Uint8Array> {
  const options = { maxDataLength: frameBytesMax, lengthDecoder: frameLengthDecoder() }
  const frames = pipe(chunks, (source) => lp.decode(source, options))
  try {
    for await (const frame of frames) yield new Uint8Array(frame.subarray())
  } catch (thrown) {
    const error = asError(thrown)
    throw error.name === 'InvalidDataLengthError' ? new TooLargeError(error.message) : error
  }
}

/** What a stream failed with: a reset may reject with undefined. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('stream reset')
}

/** Writes one frame; resolves when all of it has left for the muxer, so that at most one frame waits in memory. */
export async function writeFrame(stream: Stream, bytes: Uint8Array, deadline: AbortSignal): Promise<void> {
  stream.send(lp.encode.single(bytes))
  await emptied(stream, deadline)
}

/**
 * Waits for `idle`: the stream's own `onDrain()` keeps answering with its first, long resolved promise (libp2p 3.3).
 */
async function emptied(stream: Stream, deadline: AbortSignal): Promise<void> {
  if (stream.writeBufferLength === 0) return
  const events = new AbortController()
  const once = { once: true, signal: events.signal }
  try {
    await new Promise<void>((resolve, reject) => {
      stream.addEventListener('idle', () => resolve(), once)
      stream.addEventListener('close', () => reject(new Error('closed while writing')), once)
      deadline.addEventListener('abort', () => reject(new DeadlineError('no room to write in time')), once)
    })
  } finally {
    events.abort()
  }
}

/**
 * Passes chunks on until they exceed `bytesMax` (and what their length prefixes cost: 5 bytes a frame at most, so 4 KiB
 * in all).
 */
async function* within(
  chunks: AsyncIterable<Uint8Array | Uint8ArrayList>,
  bytesMax: number,
): AsyncGenerator<Uint8Array | Uint8ArrayList> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > bytesMax + PREFIXES_BYTES_MAX) throw new TooLargeError(`more than ${bytesMax} bytes`)
    yield chunk
  }
}

/** Room for length prefixes: 800 frames of the longest prefix. */
const PREFIXES_BYTES_MAX = 4_096
