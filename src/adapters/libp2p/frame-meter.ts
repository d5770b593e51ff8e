/**
 * Counts the yamux frames that cost a receiver more than they are worth: pings, each of which is answered; new streams,
 * each of which is negotiated and pays until something is asked on it; and frames that carry nothing, a crumb, or
 * window that nobody asked for. A budget of bytes alone would let too many of them through at once (SECURITY.md A28,
 * A45).
 */
import { TokenBucket } from '../../lib/rate.ts'
import {
  CONTENT_CREDIT_MAX,
  CRUMB_BYTES_MAX,
  FRAME_HEADER_BYTES,
  OPENING_TOLL,
  OPENINGS_BURST,
  OPENINGS_PER_SECOND,
  PINGS_BURST,
  PINGS_PER_SECOND,
} from './limits.ts'

const TYPE_DATA = 0
const TYPE_WINDOW_UPDATE = 1
const TYPE_PING = 2
const FLAG_SYN = 1
/** ACK, FIN and RST: each ends or begins something, which was counted when it was opened. */
const FLAGS_OF_A_STREAM = 14

/** What was too much. */
export type FrameExcess = 'pings' | 'openings' | 'empty-frames'

export class FrameMeter {
  readonly #pings: TokenBucket
  readonly #openings: TokenBucket
  readonly #pay: (count: number, nowMs: number) => boolean
  /** The header that is being read, and how much of it is there. */
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  readonly #view = new DataView(this.#header.buffer)
  #headerBytes = 0
  /** Bytes of the frame's body that are still to come. */
  #bodyBytes = 0
  /** Crumbs that frames with content make up for, and window updates that frames of ours do. */
  #content = 0
  #sent = 0

  /** @param pay takes what says nothing from the peer's account; false when there is too much of it */
  constructor(nowMs: number, pay: (count: number, nowMs: number) => boolean) {
    this.#pings = new TokenBucket({ perSecond: PINGS_PER_SECOND, burst: PINGS_BURST, nowMs })
    this.#openings = new TokenBucket({ perSecond: OPENINGS_PER_SECOND, burst: OPENINGS_BURST, nowMs })
    this.#pay = pay
  }

  /** We sent a frame, which the other side may answer with a window update, as some implementations do each time. */
  sent(): void {
    this.#sent = Math.min(this.#sent + 1, CONTENT_CREDIT_MAX)
  }

  /** Reads the next bytes of the connection; what was too much in them, or null. */
  read(bytes: Uint8Array, nowMs: number): FrameExcess | null {
    for (let at = 0; at < bytes.byteLength;) {
      if (this.#bodyBytes > 0) {
        const skipped = Math.min(this.#bodyBytes, bytes.byteLength - at)
        this.#bodyBytes -= skipped
        at += skipped
        continue
      }
      this.#header[this.#headerBytes++] = bytes[at++] ?? 0
      if (this.#headerBytes < FRAME_HEADER_BYTES) continue
      this.#headerBytes = 0
      const excess = this.#frame(nowMs)
      if (excess !== null) return excess
    }
    return null
  }

  #frame(nowMs: number): FrameExcess | null {
    const type = this.#view.getUint8(1)
    const flags = this.#view.getUint16(2)
    const isSyn = (flags & FLAG_SYN) !== 0
    const length = type === TYPE_DATA ? this.#view.getUint32(8) : 0
    this.#bodyBytes = length
    if (type === TYPE_PING) return isSyn && !this.#pings.take(1, nowMs) ? 'pings' : null
    if (isSyn) {
      // It will be ended, and what we answer may cross with that.
      this.#sent = Math.min(this.#sent + 1, CONTENT_CREDIT_MAX)
      return this.#openings.take(1, nowMs) && this.#pay(OPENING_TOLL, nowMs) ? null : 'openings'
    }
    if (type === TYPE_DATA && length >= CRUMB_BYTES_MAX) {
      this.#content = Math.min(this.#content + 1, CONTENT_CREDIT_MAX)
      return null
    }
    return this.#isMadeUpFor(type, flags, length) || this.#pay(1, nowMs) ? null : 'empty-frames'
  }

  #isMadeUpFor(type: number, flags: number, length: number): boolean {
    if (type === TYPE_WINDOW_UPDATE || (flags & FLAGS_OF_A_STREAM) !== 0) {
      if (this.#sent === 0) return false
      this.#sent--
      return true
    }
    if (length === 0 || this.#content === 0) return false
    this.#content--
    return true
  }
}
