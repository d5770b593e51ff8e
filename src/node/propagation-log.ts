/**
 * What this node saw of each object: the propagation records by id, bounded in objects and in records of one object.
 * Copies are counted for all, also when their records no longer fit; and what happened to transactions is counted since
 * the start, whatever was forgotten since: a view that is made of what is remembered can say how much is not in it.
 *
 * Objects are numbered in the order of their first record, so that a reader goes back through them page by page while
 * new ones come.
 */
import type { MessageId } from '../domain/ids.ts'
import type { PropagationEvent, PropagationRecord } from '../domain/propagation.ts'
import type { SeenCounts } from '../domain/views.ts'
import { Oldest } from '../lib/oldest.ts'
import { MESSAGE_OBJECTS_MAX, MESSAGES_MAX, PROPAGATION_OBJECTS_MAX, PROPAGATION_RECORDS_MAX } from './limits.ts'

export interface Sighting {
  /** Its number: objects count from 0 in the order of their first record. */
  readonly n: number
  readonly kind: PropagationRecord['kind']
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
  /** Ids by number modulo their most. */
  readonly #order: string[] = []
  #next = 0
  readonly #counts = { taken: 0, duplicates: 0, rejected: 0, ignored: 0, untraced: 0, forgotten: 0 }

  get size(): number {
    return this.#sightings.size
  }

  /** Adds a record under its id. True where it is the first sight of its object. */
  add(record: PropagationRecord): boolean {
    const sighting = this.#of(record)
    const isFirst = sighting.first === null && isSight(record.event)
    if (isFirst) sighting.first = record
    if (record.kind === 'transaction') this.#count(record.event, isFirst)
    if (record.from !== null && record.event !== 'FORWARD') sighting.copies++
    if (sighting.records.length < PROPAGATION_RECORDS_MAX) sighting.records.push(record)
    return isFirst
  }

  /** A transaction was taken and is not traced: there are more than a trace is good for. */
  untraced(): void {
    this.#counts.untraced++
  }

  /** What happened to transactions since the start. */
  counts(): SeenCounts {
    return { ...this.#counts }
  }

  /**
   * Whole objects from number `before` (exclusive; null: the newest, inclusive) downwards, until there are `limit` of
   * them or `recordsMax` records. `next` is what to go on with; null: there are no older ones.
   */
  before(
    before: number | null,
    limit: number,
    recordsMax: number,
  ): { readonly objects: readonly (readonly [string, Sighting])[]; readonly next: number | null } {
    const oldest = this.#next - this.#sightings.size
    const objects: (readonly [string, Sighting])[] = []
    let records = 0
    let at = Math.min(before ?? this.#next, this.#next)
    while (at > oldest && objects.length < limit && records < recordsMax) {
      at--
      const id = this.#order[at % PROPAGATION_OBJECTS_MAX]
      const sighting = id === undefined ? undefined : this.#sightings.get(id)
      if (id === undefined || sighting === undefined) break
      records += sighting.records.length
      objects.push([id, sighting])
    }
    return { objects, next: at > oldest ? at : null }
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

  #count(event: PropagationEvent, isFirst: boolean): void {
    if (isFirst) this.#counts.taken++
    if (event === 'DUPLICATE') this.#counts.duplicates++
    if (event === 'REJECT') this.#counts.rejected++
    if (event === 'IGNORE') this.#counts.ignored++
  }

  #of({ id, kind }: PropagationRecord): Sighting {
    const existing = this.#sightings.get(id)
    if (existing !== undefined) return existing
    if (this.#sightings.size >= PROPAGATION_OBJECTS_MAX) this.#forgetOldest()
    const sighting: Sighting = { n: this.#next, kind, records: [], copies: 0, first: null }
    this.#order[this.#next % PROPAGATION_OBJECTS_MAX] = id
    this.#next++
    this.#sightings.set(id, sighting)
    return sighting
  }

  #forgetOldest(): void {
    const forgotten = this.#oldestSighting.take()?.[1]
    if (forgotten?.kind === 'transaction' && forgotten.first !== null) this.#counts.forgotten++
  }
}

function isSight(event: PropagationEvent): boolean {
  return event === 'DELIVER' || event === 'PUBLISH' || event === 'RECOVERED'
}
