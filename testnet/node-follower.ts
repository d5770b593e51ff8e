/**
 * Follows what one node sees, without a gap: its event stream as it happens, and its memory for what came before and
 * for what the stream had to drop. The stream stands before the memory is asked, so that nothing falls between; what
 * both tell is for the reader to know.
 */
import { connect, type Client } from '../src/client/connect.ts'
import type { PropagationRecord } from '../src/domain/propagation.ts'
import { lineOf } from '../src/trace/event-lines.ts'
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import { FILL_MARGIN, FILL_PAGE_OBJECTS, FILL_RETRY_MS, FILL_TRANSACTIONS, FOLLOWED_ANSWER_MS_MAX } from './limits.ts'

type Line = Exclude<RecordingLine, RecordingHead>

/** Topics that any view shows. */
const TOPICS = ['propagation', 'mesh', 'blocks'] as const

export interface FollowerListener {
  /** From the stream. */
  onLine(line: Line): void
  /** From the memory: most of these are known. */
  onRemembered(record: PropagationRecord): void
}

export class NodeFollower {
  readonly client: Client
  readonly #name: string
  readonly #listener: FollowerListener
  readonly #closing = new AbortController()
  #isFilling = false
  #isFillDue = false
  /** Number of the newest object up to which its memory was read, in the run that began then. */
  #filledTo = -1
  #startedAt = 0

  /** @param isFromStart also with all events that the node still has: a recording begins with the network */
  constructor(node: { name: string; apiUrl: string }, isFromStart: boolean, listener: FollowerListener) {
    this.#name = node.name
    this.#listener = listener
    this.client = connect(node.apiUrl, { timeoutMs: FOLLOWED_ANSWER_MS_MAX })
    void this.#follow(isFromStart)
  }

  close(): void {
    this.#closing.abort()
    this.client.close()
  }

  async #follow(isFromStart: boolean): Promise<void> {
    const stream = this.client.events({
      topics: TOPICS,
      ...(isFromStart ? { lastEventId: '0' } : {}),
      signal: this.#closing.signal,
    })
    for await (const item of stream) {
      if (item.kind === 'connected' || item.kind === 'dropped') void this.#fill()
      if (item.kind === 'dropped' && item.reason === 'restarted')
        this.#listener.onLine({ line: 'dropped', t_ns: wallNs(), node: this.#name, n: item.n, reason: item.reason })
      if (item.kind !== 'event') continue
      const line = lineOf(this.#name, item.event, wallNs())
      if (line !== null && !('line' in line && line.line === 'network')) this.#listener.onLine(line)
    }
  }

  /** Reads its memory back to where it was read before. */
  async #fill(): Promise<void> {
    this.#isFillDue = true
    if (this.#isFilling) return
    this.#isFilling = true
    while (this.#isFillDue && !this.#closing.signal.aborted) {
      this.#isFillDue = false
      // A node that is too busy now is asked again: what it saw is not lost meanwhile.
      if (!(await this.#fillOnce()) && (await pause(FILL_RETRY_MS, this.#closing.signal))) this.#isFillDue = true
    }
    this.#isFilling = false
  }

  async #fillOnce(): Promise<boolean> {
    let newest: number | null = null
    let transactions = 0
    for (let before: number | undefined; ;) {
      const page = await this.client.memory({
        ...(before === undefined ? {} : { before }),
        limit: FILL_PAGE_OBJECTS,
      })
      if (!page.ok) return page.kind === 'problem' && page.status === 404
      const { objects, next, startedAt } = page.value
      if (startedAt !== this.#startedAt) {
        this.#startedAt = startedAt
        this.#filledTo = -1
      }
      for (const { records } of objects) {
        if (records.some(({ event, kind }) => kind === 'transaction' && event !== 'REJECT' && event !== 'IGNORE'))
          transactions++
        for (const record of records) this.#listener.onRemembered({ ...record, node: this.#name })
      }
      newest ??= objects[0]?.n ?? -1
      const oldest = objects.at(-1)?.n ?? -1
      if (next === null || oldest <= this.#filledTo - FILL_MARGIN || transactions >= FILL_TRANSACTIONS) break
      before = next
    }
    this.#filledTo = newest ?? -1
    return true
  }
}

/** True when the time is over, false when it was ended. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(!signal.aborted)
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

function wallNs(): string {
  return (BigInt(Date.now()) * 1_000_000n).toString()
}
