/** The text of server-sent events, and the ids by which a reader resumes. */
import type { ApiEvent } from '../../domain/views.ts'

export interface EventId {
  /** Which run of the node counted; null: whichever is running. */
  readonly run: string | null
  readonly sequence: number
}

/**
 * Why events are missing. `slow`: they left the node's memory before the reader took them. `restarted`: another run of
 * the node made them.
 */
export interface DroppedEvents {
  readonly v: 1
  readonly n: number
  readonly reason: 'slow' | 'restarted'
}

/** The run of a node, from the time of its start: sequence numbers begin anew with each. */
export function runName(startedAtMs: number): string {
  return Math.max(0, Math.floor(startedAtMs)).toString(36)
}

export function eventId(run: string, sequence: number): string {
  return `${run}.${sequence}`
}

/** `<run>.<sequence>` or `<sequence>`. */
export const EVENT_ID = /^(?:([0-9a-z]{1,12})\.)?(0|[1-9][0-9]{0,14})$/

/** Reads `<run>.<sequence>` or `<sequence>`; null where it is neither. */
export function parseEventId(text: string): EventId | null {
  const [, run, sequence] = EVENT_ID.exec(text) ?? []
  return sequence === undefined ? null : { run: run ?? null, sequence: Number(sequence) }
}

/** JSON has no line breaks, so that one `data:` line always does. */
export function eventText(id: string, event: ApiEvent): string {
  return `id: ${id}\nevent: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`
}

/** Without an id: resuming from before it asks for the missing events once more. */
export function droppedText(dropped: DroppedEvents): string {
  return `event: dropped\ndata: ${JSON.stringify(dropped)}\n\n`
}
