/**
 * yamux behind a guard (SECURITY.md L6, L7, 3.4). By itself the muxer does not hold the memory of one connection within
 * its windows, and reopens the window as fast as data comes. The guard cuts a connection whose unfinished frame exceeds
 * the largest window, or that lets us queue more than it reads, and pauses one that brings more than its budget: the
 * pause reaches TCP, so the sender is slowed, not cut.
 */
import type { MessageStream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import { TokenBucket } from '../../lib/rate.ts'
import { readStatusOf, type ConnectionGuard, type ConnectionGuards } from './connection-guards.ts'
import { FrameMeter } from './frame-meter.ts'
import { FRAME_HEADER_BYTES, UNSENT_BYTES_MAX, WINDOW_BYTES_MAX } from './limits.ts'
import { gatherWrites, openWindowsByHalves, seesWindows } from './muxer-economy.ts'

type YamuxOptions = NonNullable<Parameters<typeof yamux>[0]>

export interface GuardOptions {
  readonly perSecond: number
  readonly burst: number
  /** A clock in milliseconds that doesn't go back. */
  readonly now: () => number
  readonly guards: ConnectionGuards
}

/** The part of yamux's decoder that holds the unfinished frame: private there, checked by `verifyGuard`. */
interface WithDecoder {
  readonly decoder: { readonly buffer: { readonly byteLength: number } }
}

/** What yamux sends goes through here: private there, checked by `verifyGuard`. */
interface WithFrames {
  sendFrame(header: unknown, data?: { readonly byteLength: number }): boolean
}

/** A factory of yamux muxers, each with its guard: what libp2p takes as `streamMuxers`. */
export function guardedYamux(options: YamuxOptions, limits: GuardOptions): () => StreamMuxerFactory {
  return () => {
    const inner = yamux(options)()
    return {
      protocol: inner.protocol,
      createStreamMuxer(connection) {
        const guard = limits.guards.guard(connection)
        // Before the muxer, so that it never sees what is too much.
        const frames = meter(connection, guard, limits.now)
        const muxer = inner.createStreamMuxer(connection)
        guard.muxer = muxer
        countSent(muxer, guard, frames)
        openWindowsByHalves(muxer)
        gatherWrites(connection)
        watch(connection, muxer, guard, limits)
        return muxer
      },
    }
  }
}

function meter(connection: MessageStream, guard: ConnectionGuard, now: () => number): FrameMeter {
  const frames = new FrameMeter(now(), (count, nowMs) => guard.pay(count, nowMs))
  let isOver = false
  connection.addEventListener('message', (event) => {
    guard.enter()
    const excess = isOver ? null : frames.read(event.data.subarray(), now())
    if (excess === null && !isOver) return
    event.stopImmediatePropagation()
    // What comes after it is on its way already.
    isOver = true
    if (excess !== null) guard.excess(excess)
  })
  return frames
}

function countSent(muxer: StreamMuxer, guard: ConnectionGuard, frames: FrameMeter): void {
  const inside = muxer as unknown as WithFrames
  const send = inside.sendFrame.bind(muxer)
  inside.sendFrame = (header, data) => {
    frames.sent()
    if (data !== undefined) guard.served(data.byteLength)
    return send(header, data)
  }
}

/** Bytes of the frame that the muxer hasn't finished reading. */
export function unfinishedBytes(muxer: StreamMuxer): number {
  return (muxer as unknown as WithDecoder).decoder.buffer.byteLength
}

function watch(connection: MessageStream, muxer: StreamMuxer, guard: ConnectionGuard, limits: GuardOptions): void {
  const bucket = new TokenBucket({ perSecond: limits.perSecond, burst: limits.burst, nowMs: limits.now() })
  // Added after the muxer's own listener, so that what is left in the decoder is an unfinished frame.
  connection.addEventListener('message', ({ data }) => {
    if (unfinishedBytes(muxer) > WINDOW_BYTES_MAX + FRAME_HEADER_BYTES) return guard.cut('a frame exceeds every window')
    if (connection.writeBufferLength > UNSENT_BYTES_MAX) return guard.cut('the peer does not read')
    const debtMs = bucket.spend(data.byteLength, limits.now())
    if (debtMs <= 0) return
    guard.hold(debtMs)
  })
}

/**
 * Proves at start that the guard sees what it guards: feeds a muxer half a frame and looks for it. Throws when a
 * release of yamux has renamed the decoder or its buffer.
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
    if (typeof (muxer as unknown as Partial<WithFrames>).sendFrame !== 'function')
      throw new Error('the frames are elsewhere')
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
