/**
 * yamux behind a guard (SECURITY.md L6, L7, 3.4). By itself the muxer does not hold the memory of one connection
 * within its windows, and reopens the window as fast as data comes. The guard cuts a connection whose unfinished frame
 * exceeds the largest window, or that lets us queue more than it reads, and pauses one that brings more than its budget: the pause
 * reaches TCP, so the sender is slowed, not cut.
 */
import type { MessageStream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import { TokenBucket } from '../../lib/rate.ts'
import { FrameMeter } from './frame-meter.ts'
import { FRAME_HEADER_BYTES, UNSENT_BYTES_MAX, WINDOW_BYTES_MAX } from './limits.ts'
import { gatherWrites, openWindowsByHalves, seesWindows } from './muxer-economy.ts'

type YamuxOptions = NonNullable<Parameters<typeof yamux>[0]>

export interface GuardOptions {
  readonly perSecond: number
  readonly burst: number
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
}

/** Whether the connection is paused: on every stream of the library, but not in its interface. */
interface WithReadStatus {
  readonly readStatus: string
}

/** The part of yamux's decoder that holds the unfinished frame: private there, checked by `verifyGuard`. */
interface WithDecoder {
  readonly decoder: { readonly buffer: { readonly byteLength: number } }
}

/** A factory of yamux muxers, each with its guard: what libp2p takes as `streamMuxers`. */
export function guardedYamux(options: YamuxOptions, guard: GuardOptions): () => StreamMuxerFactory {
  return () => {
    const inner = yamux(options)()
    return {
      protocol: inner.protocol,
      createStreamMuxer(connection) {
        // Before the muxer, so that it never sees what is too much.
        meter(connection, guard.now)
        const muxer = inner.createStreamMuxer(connection)
        openWindowsByHalves(muxer)
        gatherWrites(connection)
        watch(connection, muxer, guard)
        return muxer
      },
    }
  }
}

function meter(connection: MessageStream, now: () => number): void {
  const frames = new FrameMeter(now())
  connection.addEventListener('message', (event) => {
    const excess = frames.read(event.data.subarray(), now())
    if (excess === null) return
    event.stopImmediatePropagation()
    connection.abort(
      new Error(excess === 'pings' ? 'the peer floods us with pings' : 'the peer opens too many streams'),
    )
  })
}

/** Bytes of the frame that the muxer hasn't finished reading. */
export function unfinishedBytes(muxer: StreamMuxer): number {
  return (muxer as unknown as WithDecoder).decoder.buffer.byteLength
}

function readStatusOf(connection: MessageStream): string {
  return (connection as unknown as WithReadStatus).readStatus
}

function watch(connection: MessageStream, muxer: StreamMuxer, guard: GuardOptions): void {
  const bucket = new TokenBucket({ perSecond: guard.perSecond, burst: guard.burst, nowMs: guard.now() })
  let resume: NodeJS.Timeout | null = null
  const cut = (reason: string): void => {
    const error = new Error(reason)
    muxer.abort(error)
    connection.abort(error)
  }
  // Added after the muxer's own listener, so that what is left in the decoder is an unfinished frame.
  connection.addEventListener('message', ({ data }) => {
    if (unfinishedBytes(muxer) > WINDOW_BYTES_MAX + FRAME_HEADER_BYTES) return cut('a frame exceeds every window')
    if (connection.writeBufferLength > UNSENT_BYTES_MAX) return cut('the peer does not read')
    const debtMs = bucket.spend(data.byteLength, guard.now())
    if (debtMs <= 0 || resume !== null || readStatusOf(connection) !== 'readable') return
    connection.pause()
    resume = setTimeout(() => {
      resume = null
      if (readStatusOf(connection) === 'paused') connection.resume()
    }, debtMs)
  })
  connection.addEventListener('close', () => {
    if (resume !== null) clearTimeout(resume)
  })
}

/**
 * Proves at start that the guard sees what it guards: feeds a muxer half a frame and looks for it. Throws when a release of yamux
 * has renamed the decoder or its buffer.
 */
export async function verifyGuard(
  create: StreamMuxerFactory['createStreamMuxer'] = (connection) =>
    yamux({ enableKeepAlive: false })().createStreamMuxer(connection),
): Promise<void> {
  const { streamPair } = await import('@libp2p/utils')
  const [connection, other] = await streamPair()
  const muxer = create(connection)
  try {
    // Version 0, a data frame of 100 bytes on stream 1, of which one byte is there.
    const half = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 100, 7)
    ;(muxer as unknown as { onData(data: Uint8Array): void }).onData(half)
    if (unfinishedBytes(muxer) !== half.byteLength) throw new Error('the unfinished frame is elsewhere')
    if (!seesWindows(muxer)) throw new Error('the windows are elsewhere')
    connection.pause()
    if (readStatusOf(connection) !== 'paused') throw new Error('the read status is elsewhere')
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new Error(
      `the guard cannot see into yamux in this release (${what}); install the version of package-lock.json`,
    )
  } finally {
    const done = new Error('the self test is over')
    muxer.abort(done)
    connection.abort(done)
    other.abort(done)
  }
}
