/**
 * Counts the yamux frames that cost a receiver more than their 12 bytes: pings, each of which is answered, and new streams, each of which is
 * negotiated. A budget of bytes alone would let too many of them through at once (SECURITY.md A28).
 */
import { TokenBucket } from '../../lib/rate.ts'
import { FRAME_HEADER_BYTES, OPENINGS_BURST, OPENINGS_PER_SECOND, PINGS_BURST, PINGS_PER_SECOND } from './limits.ts'

const TYPE_DATA = 0
const TYPE_PING = 2
const FLAG_SYN = 1

export class FrameMeter {
  readonly #pings: TokenBucket
  readonly #openings: TokenBucket
  /** The header that is being read, and how much of it is there. */
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  #headerBytes = 0
  /** Bytes of the frame's body that are still to come. */
  #bodyBytes = 0

  constructor(nowMs: number) {
    this.#pings = new TokenBucket({ perSecond: PINGS_PER_SECOND, burst: PINGS_BURST, nowMs })
    this.#openings = new TokenBucket({ perSecond: OPENINGS_PER_SECOND, burst: OPENINGS_BURST, nowMs })
  }

  /** Reads the next bytes of the connection; what was too much in them, or null. */
  read(bytes: Uint8Array, nowMs: number): 'pings' | 'openings' | null {
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

  #frame(nowMs: number): 'pings' | 'openings' | null {
    const view = new DataView(this.#header.buffer)
    const type = view.getUint8(1)
    const isSyn = (view.getUint16(2) & FLAG_SYN) !== 0
    if (type === TYPE_DATA) this.#bodyBytes = view.getUint32(8)
    if (type === TYPE_PING) return isSyn && !this.#pings.take(1, nowMs) ? 'pings' : null
    return isSyn && !this.#openings.take(1, nowMs) ? 'openings' : null
  }
}
