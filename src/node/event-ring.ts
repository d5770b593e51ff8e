/**
 * The event stream inside a node: numbered, the last ones kept, so that a reader who lost its connection loses nothing
 * short of the bound.
 */
import type { ApiEvent, EventTopic } from '../domain/views.ts'
import { EVENT_RING_MAX } from './limits.ts'

type Reader = {
  readonly topics: ReadonlySet<EventTopic>
  readonly onEvent: (event: ApiEvent, sequence: number) => void
}

export class EventRing {
  readonly #ring: ApiEvent[] = []
  readonly #readers = new Set<Reader>()
  /** Number of the next event; events count from 1. */
  #next = 1

  get size(): number {
    return this.#ring.length
  }

  emit(event: ApiEvent): void {
    const sequence = this.#next++
    this.#ring[sequence % EVENT_RING_MAX] = event
    for (const reader of this.#readers) if (reader.topics.has(event.topic)) reader.onEvent(event, sequence)
  }

  /** Calls back for each event of the topics, from now on. */
  subscribe(topics: readonly EventTopic[], onEvent: (event: ApiEvent, sequence: number) => void): { close(): void } {
    const reader: Reader = { topics: new Set(topics), onEvent }
    this.#readers.add(reader)
    return { close: () => this.#readers.delete(reader) }
  }

  /** Events of the topics after `sequence` that are still kept; `missed`: how many of all topics are gone. */
  since(
    topics: readonly EventTopic[],
    sequence: number,
  ): { readonly events: readonly (readonly [number, ApiEvent])[]; readonly missed: number } {
    const first = Math.max(1, this.#next - EVENT_RING_MAX)
    const events: (readonly [number, ApiEvent])[] = []
    for (let at = Math.max(first, sequence + 1); at < this.#next; at++) {
      const event = this.#ring[at % EVENT_RING_MAX]
      if (event !== undefined && topics.includes(event.topic)) events.push([at, event])
    }
    return { events, missed: Math.max(0, first - sequence - 1) }
  }
}
