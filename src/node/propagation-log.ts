/**
 * What this node saw of each object: the propagation records by id, bounded in objects and in records of one object. Copies are counted for
 * all, also when their records no longer fit.
 */
import type { MessageId } from '../domain/ids.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import { Oldest } from '../lib/oldest.ts'
import { MESSAGE_OBJECTS_MAX, MESSAGES_MAX, PROPAGATION_OBJECTS_MAX, PROPAGATION_RECORDS_MAX } from './limits.ts'

export interface Sighting {
  readonly records: PropagationRecord[]
  /** Times that the object's bytes came in, the first included. */
  copies: number
  first: PropagationRecord | null
}

export class PropagationLog {
  readonly #sightings = new Map<string, Sighting>()
  readonly #oldestSighting = new Oldest(this.#sightings)
  /** Which objects a gossip message held, so that a further copy of the message counts for each. */
  readonly #messages = new Map<MessageId, string[]>()
  readonly #oldestMessage = new Oldest(this.#messages)
  /** Objects of all these messages. */
  #brought = 0

  get size(): number {
    return this.#sightings.size
  }

  /** Adds a record under its id. */
  add(record: PropagationRecord): void {
    const sighting = this.#of(record.id)
    if (record.event === 'DELIVER' || record.event === 'PUBLISH' || record.event === 'RECOVERED')
      sighting.first ??= record
    if (record.from !== null && record.event !== 'FORWARD') sighting.copies++
    if (sighting.records.length < PROPAGATION_RECORDS_MAX) sighting.records.push(record)
  }

  /** Remembers that a message brought an object. */
  brought(message: MessageId, id: string): void {
    const ids = this.#messages.get(message)
    if (ids === undefined) {
      if (this.#messages.size >= MESSAGES_MAX) this.#forgetOldestMessage()
      this.#messages.set(message, [id])
    } else ids.push(id)
    this.#brought++
    while (this.#brought > MESSAGE_OBJECTS_MAX) this.#forgetOldestMessage()
  }

  objectsOf(message: MessageId): readonly string[] {
    return this.#messages.get(message) ?? []
  }

  get(id: string): Sighting | undefined {
    return this.#sightings.get(id)
  }

  idsByPrefix(prefix: string, limit: number): string[] {
    const found: string[] = []
    for (const id of this.#sightings.keys()) if (id.startsWith(prefix) && found.push(id) >= limit) break
    return found
  }

  sizes(): { name: string; size: number; capacity: number; unit: string }[] {
    return [
      { name: 'propagation.objects', size: this.#sightings.size, capacity: PROPAGATION_OBJECTS_MAX, unit: 'objects' },
      { name: 'propagation.messages', size: this.#messages.size, capacity: MESSAGES_MAX, unit: 'messages' },
      { name: 'propagation.brought', size: this.#brought, capacity: MESSAGE_OBJECTS_MAX, unit: 'objects' },
    ]
  }

  #forgetOldestMessage(): void {
    this.#brought -= this.#oldestMessage.take()?.[1].length ?? 0
  }

  #of(id: string): Sighting {
    const existing = this.#sightings.get(id)
    if (existing !== undefined) return existing
    if (this.#sightings.size >= PROPAGATION_OBJECTS_MAX) this.#oldestSighting.take()
    const sighting: Sighting = { records: [], copies: 0, first: null }
    this.#sightings.set(id, sighting)
    return sighting
  }
}
