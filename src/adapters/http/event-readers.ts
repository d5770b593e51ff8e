/**
 * All readers of the event stream: how many there may be, their heartbeat, and one text for an event however many read
 * it.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ApiEvent, EventTopic } from '../../domain/views.ts'
import type { NodeControl } from '../../ports/control.ts'
import { EventReader } from './event-reader.ts'
import type { EventId } from './event-text.ts'
import { eventId, eventText, runName } from './event-text.ts'
import { EVENT_READERS_MAX, OPERATOR_READERS_MAX } from './limits.ts'

/** The client that shows that it knows the node's token. */
export const OPERATOR = 'operator'

/** What a stream says of itself. */
export const STREAM_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' }

export class EventReaders {
  readonly #control: NodeControl
  /** With the client that each is of, in the order of their coming. */
  readonly #readers = new Map<EventReader, string>()
  readonly #heartbeat: NodeJS.Timeout
  #last: { event: ApiEvent; text: string } | null = null

  constructor(control: NodeControl, heartbeatMs: number) {
    this.#control = control
    this.#heartbeat = setInterval(() => {
      for (const reader of this.#readers.keys()) reader.heartbeat()
    }, heartbeatMs)
    this.#heartbeat.unref()
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
    /** Whose it is (`clientOf`), or OPERATOR. */
    client: string
  }): void {
    const { response, topics, resume, headers, client } = request
    this.#makeRoom(client === OPERATOR)
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
    this.#readers.set(reader, client)
    response.on('close', () => {
      reader.close()
      this.#readers.delete(reader)
    })
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const reader of this.#readers.keys()) reader.close()
    this.#readers.clear()
  }

  /**
   * Lets go of a reader when there is no room for the newcomer: of the client with most of them, one that lags, or else
   * the oldest. It may come back with Last-Event-ID and loses nothing that the node remembers; whoever holds many
   * places open loses one (SECURITY.md A48).
   */
  #makeRoom(isOperator: boolean): void {
    const same = [...this.#readers].filter(([, client]) => (client === OPERATOR) === isOperator)
    if (same.length < (isOperator ? OPERATOR_READERS_MAX : EVENT_READERS_MAX)) return
    const shares = new Map<string, EventReader[]>()
    for (const [reader, client] of same) shares.set(client, [...(shares.get(client) ?? []), reader])
    const [largest = []] = [...shares.values()].sort((a, b) => b.length - a.length)
    const goes = largest.find(({ lags }) => lags) ?? largest[0]
    if (goes === undefined) return
    this.#readers.delete(goes)
    goes.letGo()
  }

  /** An event goes to all its readers one after the other, so that remembering the last text is enough. */
  #textOf(run: string, event: ApiEvent, sequence: number): string {
    if (this.#last?.event !== event) this.#last = { event, text: eventText(eventId(run, sequence), event) }
    return this.#last.text
  }
}
