/** Reads server-sent events out of text that arrives in pieces (HTML standard, 9.2.6, as far as our server uses it). */
import { EVENT_CHARACTERS_MAX } from './limits.ts'

export interface TextEvent {
  /** Null where the event carries none. */
  readonly id: string | null
  readonly event: string
  readonly data: string
}

export class EventTextReader {
  #rest = ''
  readonly #decoder = new TextDecoder()

  /** The events that are complete with this piece. @throws Error when an event is longer than any of ours */
  push(piece: Uint8Array): TextEvent[] {
    this.#rest += this.#decoder.decode(piece, { stream: true })
    const events: TextEvent[] = []
    for (let end = this.#rest.indexOf('\n\n'); end !== -1; end = this.#rest.indexOf('\n\n')) {
      const event = parseBlock(this.#rest.slice(0, end))
      if (event !== null) events.push(event)
      this.#rest = this.#rest.slice(end + 2)
    }
    if (this.#rest.length > EVENT_CHARACTERS_MAX) throw new Error('an event is longer than any event may be')
    return events
  }
}

/** Null for a comment. */
function parseBlock(block: string): TextEvent | null {
  let id: string | null = null
  let event = 'message'
  let data: string | null = null
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data = data === null ? value : `${data}\n${value}`
  }
  return data === null ? null : { id, event, data }
}
