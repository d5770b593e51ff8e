/**
 * What a page is fed, as server-sent events: not what happens, but what it does not have yet of what it shows. Nothing
 * waits for a page that does not read, and nothing has to be dropped: when it reads again it is told how things are
 * now. What it shows are the last transactions, each whole; when more happens than it can draw, whole transactions are
 * left out, and come when there is room.
 */
import type { ServerResponse } from 'node:http'
import { PageSelection } from '../src/trace/page-selection.ts'
import { PAGE_BATCH_MS, PAGE_RECORDS_PER_SECOND, PAGE_STALLED_MS, PAGE_WAITING_BYTES_MAX } from './limits.ts'
import type { PagePicture } from './page-source.ts'

/** Halvings of the share that is shown: one in 1,024 of 20,000 transactions a second are twenty. */
const HALVINGS_MAX = 10

export class PageFeed {
  readonly #response: ServerResponse
  readonly #picture: PagePicture
  readonly #timer: NodeJS.Timeout
  readonly #selection = new PageSelection()
  #networkSent = ''
  #version = -1
  #halvings = 0
  #recordsBefore: number
  #secondEndsMs = performance.now() + 1_000
  #fullSinceMs: number | null = null

  constructor(response: ServerResponse, picture: PagePicture) {
    this.#response = response
    this.#picture = picture
    this.#recordsBefore = picture.sightings.version
    this.#timer = setInterval(() => {
      this.#flush()
    }, PAGE_BATCH_MS)
    this.#flush()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#response.end()
  }

  #flush(): void {
    const now = performance.now()
    this.#chooseShare(now)
    if (this.#response.writableLength >= PAGE_WAITING_BYTES_MAX) {
      this.#fullSinceMs ??= now
      if (now - this.#fullSinceMs > PAGE_STALLED_MS) this.#response.destroy()
      return
    }
    this.#fullSinceMs = null
    const network = this.#picture.networkText()
    const { version } = this.#picture.sightings
    if (version === this.#version && network === this.#networkSent) return
    const { sightings, known } = this.#picture
    const batch = this.#selection.next(sightings, known, this.#picture.taken(), 1 / 2 ** this.#halvings)
    // What did not fit comes with the next one.
    this.#version = this.#selection.isComplete ? version : -1
    const head = network === this.#networkSent ? '' : `"network":${network},`
    this.#networkSent = network
    this.#response.write(`data: {${head}${JSON.stringify(batch).slice(1)}\n\n`)
  }

  /**
   * As small a share as a page can draw of what happened in the last second: smaller at once, larger step by step until
   * it is quiet.
   */
  #chooseShare(now: number): void {
    if (now < this.#secondEndsMs) return
    const { version } = this.#picture.sightings
    const records = version - this.#recordsBefore
    this.#recordsBefore = version
    this.#secondEndsMs = now + 1_000
    const before = this.#halvings
    const needed = Math.min(HALVINGS_MAX, Math.max(0, Math.ceil(Math.log2(records / PAGE_RECORDS_PER_SECOND))))
    const isQuiet = records < PAGE_RECORDS_PER_SECOND / 4
    this.#halvings = isQuiet ? 0 : Math.max(needed, before - 1)
    // Another share shows other transactions, also where nothing happens any more.
    if (this.#halvings !== before) this.#version = -1
  }
}
