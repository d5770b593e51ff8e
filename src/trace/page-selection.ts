/**
 * What a page is to be sent next, by what it was sent before: of the last transactions, each whole, what is new of
 * each; and which of them it shows no longer. A page that reads late is told how things are, not what happened. Pure.
 */
import type { Known } from './knowledge.ts'
import { PAGE_BATCH_RECORDS_MAX, PAGE_REFUSED_MAX, SHOWN_TRANSACTIONS_MAX } from './limits.ts'
import type { PageBatch, PageObject } from './page-batch.ts'
import type { SightedObject, Sightings } from './sightings.ts'

export class PageSelection {
  /** Number of the last change that the page has, by object. */
  readonly #sent = new Map<string, number>()
  #isComplete = false

  /** The last batch brought all that the page lacked. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /**
   * @param taken transactions that the network has taken since it began
   * @param share of the transactions that is shown, 0 to 1
   */
  next(sightings: Sightings, known: Known, taken: number, share: number): Omit<PageBatch, 'network'> {
    const all = sightings.transactions()
    const shown = (share === 1 ? all : all.filter(({ id }) => positionOf(id) < share)).slice(0, SHOWN_TRANSACTIONS_MAX)
    const refused = sightings.refused().slice(0, PAGE_REFUSED_MAX)
    const wanted = new Set([...shown, ...refused].map(({ id }) => id))
    const gone = [...this.#sent.keys()].filter((id) => !wanted.has(id))
    for (const id of gone) this.#sent.delete(id)
    const objects: PageObject[] = []
    let records = 0
    this.#isComplete = true
    // What is refused has few records, and would otherwise wait for a history of thousands.
    for (const object of [...refused, ...shown]) {
      if ((this.#sent.get(object.id) ?? -1) >= object.version) continue
      if (records >= PAGE_BATCH_RECORDS_MAX) {
        this.#isComplete = false
        break
      }
      const part = this.#partOf(object, known)
      records += part.records.length
      objects.push(part)
    }
    return { v: 1, objects, gone, share, older: Math.max(0, taken - shown.length) }
  }

  #partOf({ id, records, numbers, version }: SightedObject, known: Known): PageObject {
    const sent = this.#sent.get(id) ?? -1
    this.#sent.set(id, version)
    const from = numbers.findIndex((number) => number > sent)
    return {
      id,
      records: from === -1 ? [] : records.slice(from),
      answers: [...known.answers(id)].map(([node, answer]) => ({
        node,
        known: answer.known,
        tNs: answer.atNs.toString(),
      })),
    }
  }
}

/** Where an id lies between 0 and 1: whoever chooses chooses the same. */
function positionOf(id: string): number {
  return Number.parseInt(id.slice(0, 6), 16) / 0x1000000
}
