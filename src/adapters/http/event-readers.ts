/** All readers of the event stream: how many there may be, their heartbeat, and one text for an event however many read it. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ApiEvent, EventTopic } from '../../domain/views.ts'
import type { NodeControl } from '../../ports/control.ts'
import { EventReader } from './event-reader.ts'
import type { EventId } from './event-text.ts'
import { eventId, eventText, runName } from './event-text.ts'
import { EVENT_READERS_MAX } from './limits.ts'

/** What a stream says of itself. */
export const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' }

export class EventReaders {
  readonly #control: NodeControl
  readonly #readers = new Set<EventReader>()
  readonly #heartbeat: NodeJS.Timeout
  #last: { event: ApiEvent; text: string } | null = null

  constructor(control: NodeControl, heartbeatMs: number) {
    this.#control = control
    this.#heartbeat = setInterval(() => {
      for (const reader of this.#readers) reader.heartbeat()
    }, heartbeatMs)
    this.#heartbeat.unref()
  }

  get hasRoom(): boolean {
    return this.#readers.size < EVENT_READERS_MAX
  }

  get count(): number {
    return this.#readers.size
  }

  /** Answers with a stream that ends when either side closes it. */
  open(request: {
    response: ServerResponse
    topics: readonly EventTopic[]
    resume: EventId | null
    headers: OutgoingHttpHeaders
  }): void {
    const { response, topics, resume, headers } = request
    response.socket?.setTimeout(0)
    response.socket?.setNoDelay(true)
    // A reset is a way of leaving.
    response.on('error', () => undefined)
    response.writeHead(200, {
      ...headers,
      ...STREAM_HEADERS,
      connection: 'close',
    })
    response.write(': connected\n\n')
    const run = runName(this.#control.status().startedAt)
    const reader = new EventReader({
      control: this.#control,
      response,
      topics,
      resume,
      run,
      textOf: (event, sequence) => this.#textOf(run, event, sequence),
    })
    this.#readers.add(reader)
    response.on('close', () => {
      reader.close()
      this.#readers.delete(reader)
    })
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const reader of this.#readers) reader.close()
    this.#readers.clear()
  }

  /** An event goes to all its readers one after the other, so that remembering the last text is enough. */
  #textOf(run: string, event: ApiEvent, sequence: number): string {
    if (this.#last?.event !== event) this.#last = { event, text: eventText(eventId(run, sequence), event) }
    return this.#last.text
  }
}
