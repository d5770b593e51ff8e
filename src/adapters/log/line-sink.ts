/**
 * Where log lines go: a descriptor that may be slow, full, or gone. It is best effort: one write at a time, what waits
 * is bounded, what can't be written is counted and forgotten, and the next line is tried again, since a disk gets room
 * and a terminal is let go on.
 */
import { closeSync, write, writeSync } from 'node:fs'

/** Bytes that wait for a slow reader before lines are dropped: a stopped terminal must not fill the memory. */
export const WAITING_BYTES_MAX = 1024 * 1024
/**
 * Bytes of one write: a pipe takes 64 KiB, and a stopped reader must not hold a thread with more than it can take back.
 */
const WRITE_BYTES_MAX = 16 * 1024
/** Pause before a full pipe is tried again, ms. */
const AGAIN_MS = 100

export class LineSink {
  #descriptor: number
  /** Turned away from, while a thread may still write to it. */
  #left: number | null = null
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** What was begun, or could not be begun: it comes before anything else, or a line would be torn. */
  #began: Buffer | null = null
  /** A thread writes, or a full pipe is given time. */
  #isBusy = false
  #lost = 0

  /** @param descriptor open for writing; not closed here */
  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Lines that nobody will read. */
  get lost(): number {
    return this.#lost
  }

  /** Goes on in another file; the one before is closed when no thread writes to it any more. */
  turnTo(descriptor: number): void {
    // Of several that are turned away from, a thread is in the first.
    if (this.#isBusy && this.#left === null) this.#left = this.#descriptor
    else closeSync(this.#descriptor)
    this.#descriptor = descriptor
  }

  /** pino's side of a stream. */
  write(line: string): void {
    const bytes = Buffer.from(line)
    if (this.#waitingBytes + bytes.byteLength > WAITING_BYTES_MAX) {
      this.#lost++
      return
    }
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.byteLength
    this.#next()
  }

  /**
   * Writes what waits, now, as far as the reader takes it without waiting; what a thread is writing already is left to
   * it.
   */
  flush(): void {
    for (let chunk = this.#take(); chunk !== null; chunk = this.#take()) {
      try {
        this.#began = rest(chunk, writeSync(this.#descriptor, chunk))
      } catch {
        return
      }
    }
  }

  #next(): void {
    if (this.#isBusy) return
    const chunk = this.#take()
    if (chunk === null) return
    this.#isBusy = true
    write(this.#descriptor, chunk, (error, written) => {
      if (error !== null && (error.code === 'EAGAIN' || error.code === 'EBUSY')) {
        this.#began = chunk
        setTimeout(() => {
          this.#isBusy = false
          this.#closeLeft()
          this.#next()
        }, AGAIN_MS).unref()
        return
      }
      this.#isBusy = false
      this.#closeLeft()
      if (error === null) this.#began = rest(chunk, written)
      else this.#lost += linesOf(chunk)
      this.#next()
    })
  }

  #closeLeft(): void {
    if (this.#left !== null) closeSync(this.#left)
    this.#left = null
  }

  /** What is to be written next: the rest of what was begun, or lines together. */
  #take(): Buffer | null {
    if (this.#began !== null) {
      const began = this.#began
      this.#began = null
      return began
    }
    if (this.#waiting.length === 0) return null
    const together: Buffer[] = []
    let bytes = 0
    while (
      this.#waiting[0] !== undefined &&
      (together.length === 0 || bytes + this.#waiting[0].byteLength <= WRITE_BYTES_MAX)
    ) {
      const line = this.#waiting.shift()
      if (line === undefined) break
      together.push(line)
      bytes += line.byteLength
    }
    this.#waitingBytes -= bytes
    return together.length === 1 ? (together[0] ?? null) : Buffer.concat(together)
  }
}

/** What is left of a chunk; null when all is written. */
function rest(chunk: Buffer, written: number): Buffer | null {
  return written < chunk.byteLength ? chunk.subarray(written) : null
}

function linesOf(chunk: Buffer): number {
  let lines = 0
  for (const byte of chunk) if (byte === 0x0a) lines++
  return lines
}
