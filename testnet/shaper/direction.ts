/**
 * One direction of one connection over a shaped link: bytes go in at one socket and come out at the other, in the same
 * order, each no earlier than the shape allows. What is in flight is bounded; past the bound the sending socket is not
 * read, so that its sender feels the link as it would feel a full one. The end of the stream travels in line behind the
 * last byte (half-close is kept).
 */
import type { Socket } from 'node:net'
import type { Prng } from '../../src/lib/prng.ts'
import {
  FLIGHT_BYTES_MAX,
  FLIGHT_PIECES_MAX,
  PIECE_BYTES_MAX,
  RETRANSMISSIONS_MAX,
  RETRANSMIT_MS_MIN,
} from '../limits.ts'
import type { LinkShape } from './shape.ts'

interface Piece {
  /** Null: the end of the stream. */
  readonly bytes: Uint8Array | null
  readonly dueMs: number
}

export interface DirectionOptions {
  readonly from: Socket
  readonly to: Socket
  /** Read for every piece, so that a change holds from the next byte on. */
  readonly shape: () => LinkShape
  /** While true nothing comes out. */
  readonly isStalled: () => boolean
  readonly random: Prng
  readonly onBytes: (count: number) => void
}

export class ShapedDirection {
  readonly #options: DirectionOptions
  /** Pieces from `#head` on are in flight, in order of `dueMs`. */
  #flight: Piece[] = []
  #head = 0
  #bytes = 0
  /** When the last piece is due: none behind it comes out earlier. */
  #lastDueMs = 0
  /** When the last bit of the last piece has entered a link of the given bandwidth. */
  #sentUntilMs = 0
  #timer: NodeJS.Timeout | null = null
  #isBlocked = false

  constructor(options: DirectionOptions) {
    this.#options = options
    options.from.on('data', (chunk: Buffer) => {
      this.#take(chunk)
    })
    options.from.on('end', () => {
      this.#enqueue(null)
      this.pump()
    })
    options.to.on('drain', () => {
      this.#isBlocked = false
      this.pump()
    })
    options.to.on('close', () => {
      this.#stop()
    })
  }

  get bytesInFlight(): number {
    return this.#bytes
  }

  /** Lets out what is due; to be called when a stall ends. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    while (!this.#isBlocked && !this.#options.isStalled()) {
      const piece = this.#flight[this.#head]
      if (piece === undefined) break
      const waitMs = piece.dueMs - performance.now()
      if (waitMs > 0) {
        // A timer may fire up to 1 ms early; the loop then arms it again.
        this.#timer = setTimeout(() => {
          this.pump()
        }, Math.ceil(waitMs))
        break
      }
      this.#head++
      this.#deliver(piece)
    }
    this.#compact()
    if (!this.#isFull()) this.#options.from.resume()
  }

  #take(chunk: Buffer): void {
    this.#options.onBytes(chunk.byteLength)
    const size = this.#options.shape().bytesPerSecond === null ? chunk.byteLength : PIECE_BYTES_MAX
    for (let at = 0; at < chunk.byteLength; at += size) this.#enqueue(chunk.subarray(at, at + size))
    if (this.#isFull()) this.#options.from.pause()
    this.pump()
  }

  #enqueue(bytes: Uint8Array | null): void {
    const { delayMs, jitterMs, bytesPerSecond, lossRate = 0 } = this.#options.shape()
    const now = performance.now()
    const length = bytes?.byteLength ?? 0
    const serialiseMs = bytesPerSecond === null ? 0 : (length / bytesPerSecond) * 1_000
    this.#sentUntilMs = Math.max(now, this.#sentUntilMs) + serialiseMs
    const spreadMs = jitterMs === 0 ? 0 : jitterMs * (2 * this.#options.random.next() - 1)
    const lateMs = lossRate === 0 ? 0 : this.#retransmissionMs(delayMs, lossRate)
    const dueMs = Math.max(this.#lastDueMs, this.#sentUntilMs + delayMs + spreadMs + lateMs)
    this.#lastDueMs = dueMs
    this.#bytes += length
    this.#flight.push({ bytes, dueMs })
  }

  /** How late a piece is that may be lost, each time it is sent; as in virtual time (src/sim/network.ts). */
  #retransmissionMs(delayMs: number, lossRate: number): number {
    let lateMs = 0
    let timeoutMs = Math.max(RETRANSMIT_MS_MIN, 3 * delayMs)
    for (let lost = 0; lost < RETRANSMISSIONS_MAX && this.#options.random.next() < lossRate; lost++) {
      lateMs += timeoutMs
      timeoutMs *= 2
    }
    return lateMs
  }

  #deliver({ bytes }: Piece): void {
    const { to } = this.#options
    if (bytes === null) {
      to.end()
      return
    }
    this.#bytes -= bytes.byteLength
    if (to.writable && !to.write(bytes)) this.#isBlocked = true
  }

  #isFull(): boolean {
    return this.#bytes >= FLIGHT_BYTES_MAX || this.#flight.length - this.#head >= FLIGHT_PIECES_MAX
  }

  #compact(): void {
    if (this.#head < 1_024 && this.#head < this.#flight.length) return
    this.#flight = this.#flight.slice(this.#head)
    this.#head = 0
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#flight = []
    this.#head = 0
    this.#bytes = 0
    this.#isBlocked = true
  }
}
