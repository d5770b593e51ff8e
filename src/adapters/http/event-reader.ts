/**
 * One reader of the event stream, at its own pace. Events go to the socket while it takes them. When more than the
 * bound waits there, the reader lags: nothing is kept for it, and once the socket has drained it is served from the
 * node's ring of recent events, from where it stopped. What has left the ring by then is counted and told as `dropped`.
 * So a reader costs at most EVENT_BUFFER_BYTES_MAX whatever it does, and a slow one loses nothing that is still
 * remembered.
 *
 * An event that comes alone is sent at once; those that follow within GATHER_MS go out together, GATHER_BYTES at most.
 * *Rationale*: under load a write, and a process that wakes to read it, for each event cost several times what the
 * event does (P11).
 */
import type { ServerResponse } from 'node:http'
import type { ApiEvent, EventTopic } from '../../domain/views.ts'
import type { EventSubscription, NodeControl } from '../../ports/control.ts'
import type { EventId } from './event-text.ts'
import { droppedText, eventId, eventText } from './event-text.ts'
import { EVENT_BUFFER_BYTES_MAX, GATHER_BYTES, GATHER_MS, IDLE_TIMEOUT_MS, STALLED_HEARTBEATS_MAX } from './limits.ts'

export interface EventReaderOptions {
  readonly control: NodeControl
  readonly response: ServerResponse
  readonly topics: readonly EventTopic[]
  /** After which event to begin; null: with the next one. */
  readonly resume: EventId | null
  readonly run: string
  /** The text of an event; shared, since all readers get the same. */
  readonly textOf: (event: ApiEvent, sequence: number) => string
}

export class EventReader {
  readonly #control: NodeControl
  readonly #response: ServerResponse
  readonly #topics: readonly EventTopic[]
  readonly #run: string
  readonly #textOf: (event: ApiEvent, sequence: number) => string
  readonly #subscription: EventSubscription
  /** The last event that was handed to the socket, or given up. */
  #cursor = 0
  #lagging = false
  #stalledHeartbeats = 0
  #bytesTaken = 0
  /** Texts that go out together when the time is over, and their bytes. */
  #gathered: string[] = []
  #gatheredBytes = 0
  #timer: NodeJS.Timeout | null = null

  constructor(options: EventReaderOptions) {
    this.#control = options.control
    this.#response = options.response
    this.#topics = options.topics
    this.#run = options.run
    this.#textOf = options.textOf
    this.#response.on('drain', () => {
      if (this.#lagging) this.#catchUp()
    })
    if (options.resume !== null) this.#resume(options.resume)
    // In the same turn as catching up, so that no event falls between.
    this.#subscription = this.#control.subscribe(this.#topics, (event, sequence) => {
      this.#onEvent(event, sequence)
    })
  }

  /** It takes less than comes. */
  get lags(): boolean {
    return this.#lagging
  }

  /** Shows that the stream lives, and cuts off a reader that takes nothing. */
  heartbeat(): void {
    this.#flush()
    const { socket, writableLength: waiting } = this.#response
    // What the system took from us, and not what we wrote.
    const taken = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0)
    const stalled = waiting > 0 && taken === this.#bytesTaken
    this.#bytesTaken = taken
    this.#stalledHeartbeats = stalled ? this.#stalledHeartbeats + 1 : 0
    if (this.#stalledHeartbeats >= STALLED_HEARTBEATS_MAX) this.#response.destroy()
    else if (!this.#lagging) this.#response.write(': alive\n\n')
  }

  close(): void {
    this.#subscription.close()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#flush()
    this.#response.end()
  }

  /**
   * Closes it for a newcomer; what it has not taken by now is not waited for, since its connection would hold a place
   * as well.
   */
  letGo(): void {
    const isStuck = this.#response.writableLength > 0
    this.close()
    this.#response.socket?.setTimeout(IDLE_TIMEOUT_MS)
    if (isStuck) this.#response.destroy()
  }

  #resume(resume: EventId): void {
    const sameRun = resume.run === null || resume.run === this.#run
    this.#cursor = sameRun ? resume.sequence : 0
    if (!sameRun) this.#response.write(droppedText({ v: 1, n: 0, reason: 'restarted' }))
    this.#catchUp()
  }

  #onEvent(event: ApiEvent, sequence: number): void {
    if (this.#lagging || sequence <= this.#cursor) return
    if (!this.#send(this.#textOf(event, sequence))) {
      this.#lagging = true
      return
    }
    this.#cursor = sequence
  }

  #catchUp(): void {
    this.#lagging = false
    this.#flush()
    const { events, missed } = this.#control.eventsSince(this.#topics, this.#cursor)
    if (missed > 0) this.#response.write(droppedText({ v: 1, n: missed, reason: 'slow' }))
    for (const [sequence, event] of events) {
      if (!this.#send(eventText(eventId(this.#run, sequence), event))) {
        this.#lagging = true
        // What was told as missed must not be counted again.
        this.#cursor = Math.max(this.#cursor, sequence - 1)
        return
      }
      this.#cursor = sequence
    }
  }

  /** False when the text would exceed the bound; an event that alone exceeds it is given up and told. */
  #send(text: string): boolean {
    const waiting = this.#response.writableLength + this.#gatheredBytes
    const bytes = Buffer.byteLength(text)
    if (bytes > EVENT_BUFFER_BYTES_MAX) {
      this.#flush()
      this.#response.write(droppedText({ v: 1, n: 1, reason: 'slow' }))
      return true
    }
    if (waiting + bytes > EVENT_BUFFER_BYTES_MAX) return false
    this.#gathered.push(text)
    this.#gatheredBytes += bytes
    if (this.#timer === null) {
      this.#flush()
      this.#gather()
    } else if (this.#gatheredBytes >= GATHER_BYTES) this.#flush()
    return true
  }

  /** Holds back what comes from now on, as long as something does. */
  #gather(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#gathered.length === 0) return
      this.#flush()
      this.#gather()
    }, GATHER_MS)
    this.#timer.unref()
  }

  #flush(): void {
    if (this.#gathered.length === 0) return
    const text = this.#gathered.join('')
    this.#gathered = []
    this.#gatheredBytes = 0
    this.#response.write(text)
  }
}
