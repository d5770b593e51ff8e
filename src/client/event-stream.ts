/**
 * The event stream of a node as an async iterator. A lost stream is opened again with growing pauses and resumes after
 * the last event that was read, so that nothing is missed that the node still remembers; what is missed is an item of
 * its own.
 */
import type { ApiEvent, EventTopic } from '../domain/views.ts'
import { EventTextReader } from './event-text.ts'
import type { TextEvent } from './event-text.ts'
import { parseJson, problemOf, type Incoming } from './call.ts'
import type { Exchange } from './exchange.ts'
import { RECONNECT_FIRST_MS, RECONNECT_MAX_MS, STREAM_SILENCE_MS } from './limits.ts'
import type { Failure } from './outcome.ts'
import { pause } from './pause.ts'

export type StreamItem =
  | { readonly kind: 'event'; readonly id: string; readonly event: ApiEvent }
  /**
   * Events that this reader will not see. `restarted`: the node runs anew, and how many went with the old run nobody
   * knows.
   */
  | { readonly kind: 'dropped'; readonly n: number; readonly reason: 'slow' | 'restarted' }
  /** The stream stands, for the first time or again. */
  | { readonly kind: 'connected' }
  /** The stream is gone and will be opened again in `retryMs`. */
  | { readonly kind: 'disconnected'; readonly failure: Failure; readonly retryMs: number }

export interface EventStreamOptions {
  /** All topics unless given. */
  readonly topics?: readonly EventTopic[]
  /** Begin after this event; `0` with all that the node remembers. Unless given: with what happens next. */
  readonly lastEventId?: string
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** Whether a lost stream is opened again; true unless given. Without it the iterator ends after `disconnected`. */
  readonly reconnect?: boolean
}

/** Ends when the signal does, or when the node refuses the stream for good (the last item says why); never throws. */
export async function* readEvents(
  exchange: Exchange,
  options: EventStreamOptions = {},
): AsyncGenerator<StreamItem, void, undefined> {
  const { topics, signal, reconnect = true } = options
  const query = topics === undefined ? '' : `?topics=${topics.join(',')}`
  let lastEventId = options.lastEventId
  let pauseMs = RECONNECT_FIRST_MS
  while (signal?.aborted !== true) {
    const opened = await exchange.open(
      {
        method: 'GET',
        path: `/v1/events${query}`,
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      },
      signal,
    )
    let failure: Failure
    if (!opened.ok) failure = opened
    else if (opened.status !== 200) failure = problemOf(opened.status, await opened.incoming.text().catch(() => ''))
    else {
      yield { kind: 'connected' }
      pauseMs = RECONNECT_FIRST_MS
      let broken = 'the stream ended'
      try {
        for await (const item of items(opened.incoming)) {
          if (item.kind === 'event') lastEventId = item.id
          yield item
        }
      } catch (error) {
        broken = error instanceof Error ? error.message : broken
      }
      failure = exchange.unreachable(new Error(broken))
    }
    if (isAborted(signal)) return
    const final = !reconnect || (failure.kind === 'problem' && failure.status < 429)
    yield { kind: 'disconnected', failure, retryMs: final ? 0 : pauseMs }
    if (final) return
    await pause(pauseMs, signal)
    pauseMs = Math.min(2 * pauseMs, RECONNECT_MAX_MS)
  }
}

/** A function, since the compiler takes a property that was false once as false for ever. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true
}

async function* items(incoming: Incoming): AsyncGenerator<StreamItem, void, undefined> {
  const reader = new EventTextReader()
  for await (const piece of incoming.pieces(STREAM_SILENCE_MS))
    for (const event of reader.push(piece)) {
      const item = itemOf(event)
      if (item !== null) yield item
    }
}

/** Null for what this client does not know. */
function itemOf({ id, event, data }: TextEvent): StreamItem | null {
  const value = parseJson(data)
  if (typeof value !== 'object' || value === null) return null
  if (event === 'dropped' && 'n' in value && typeof value.n === 'number')
    return {
      kind: 'dropped',
      n: value.n,
      reason: 'reason' in value && value.reason === 'restarted' ? 'restarted' : 'slow',
    }
  if (id === null || !('topic' in value)) return null
  return { kind: 'event', id, event: value as ApiEvent }
}
