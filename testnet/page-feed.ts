/**
 * What a page is fed: lines in batches, as server-sent events. Sampled by transaction when more happens than a page can draw, and bounded: a
 * page that does not read costs one full buffer and then nothing; what it missed it is told.
 */
import type { ServerResponse } from 'node:http'
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import {
  PAGE_BATCH_LINES_MAX,
  PAGE_BATCH_MS,
  PAGE_LINES_PER_SECOND,
  PAGE_STALLED_MS,
  PAGE_WAITING_BYTES_MAX,
} from './limits.ts'

type Line = Exclude<RecordingLine, RecordingHead>

export class PageFeed {
  readonly #response: ServerResponse
  readonly #timer: NodeJS.Timeout
  #waiting: Line[] = []
  readonly #waitingMax: number
  #dropped = 0
  /** Share of the transactions that are shown, and lines of all of them in this second. */
  #share = 1
  #linesInSecond = 0
  #secondEndsMs = performance.now() + 1_000
  #fullSinceMs: number | null = null

  /** Begins with `before`, which is never sampled: it is what the page opens with. */
  constructor(response: ServerResponse, before: readonly Line[]) {
    this.#response = response
    this.#waiting = [...before]
    // What it opens with is kept anyway; beyond that two batches, about 600 KiB.
    this.#waitingMax = before.length + 2 * PAGE_BATCH_LINES_MAX
    this.#timer = setInterval(() => {
      this.#flush()
    }, PAGE_BATCH_MS)
    this.#flush()
  }

  push(line: Line): void {
    this.#linesInSecond++
    if ('event' in line && line.kind !== 'mesh' && positionOf(line.id) >= this.#share) return
    if (this.#waiting.length >= this.#waitingMax) this.#dropped++
    else this.#waiting.push(line)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#waiting = []
    this.#response.end()
  }

  #flush(): void {
    const now = performance.now()
    if (now >= this.#secondEndsMs) {
      this.#share = this.#linesInSecond === 0 ? 1 : Math.min(1, PAGE_LINES_PER_SECOND / this.#linesInSecond)
      this.#linesInSecond = 0
      this.#secondEndsMs = now + 1_000
    }
    if (this.#response.writableLength >= PAGE_WAITING_BYTES_MAX) {
      this.#fullSinceMs ??= now
      if (now - this.#fullSinceMs > PAGE_STALLED_MS) this.#response.destroy()
      return
    }
    this.#fullSinceMs = null
    if (this.#waiting.length === 0 && this.#dropped === 0) return
    const lines = this.#waiting.splice(0, PAGE_BATCH_LINES_MAX)
    const batch = { v: 1, lines, share: Math.round(this.#share * 1_000) / 1_000, dropped: this.#dropped }
    this.#dropped = 0
    this.#response.write(`data: ${JSON.stringify(batch)}\n\n`)
  }
}

/** Where an id lies between 0 and 1: all nodes' records of one transaction are shown, or none. */
function positionOf(id: string): number {
  return Number.parseInt(id.slice(0, 6), 16) / 0x1000000
}
