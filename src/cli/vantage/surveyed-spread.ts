/**
 * How transactions spread over a network of which one node can be asked: it asks the others for the newest ones, one at
 * a time, and what comes of it stands for all.
 */
import type { Client } from '../../client/connect.ts'
import { failureText } from '../../client/outcome.ts'
import { journeyOf, type Journey } from '../../trace/journey.ts'
import type { SightedObject } from '../../trace/sightings.ts'
import { perNode } from '../../trace/spread.ts'
import { surveyAnswers } from '../trace-network.ts'

/** Transactions whose spread is shown: the last ones that were asked for. */
const SURVEYED_MAX = 20
/** How long after a transaction began it is asked for, ms: by then the last copies are there. */
const AFTER_MS = 1_000
/** How long the others are waited for, ms: one question a second at most. */
const SURVEY_WAIT_MS = 1_000

export class SurveyedSpread {
  readonly #client: Client
  readonly #journeys = new Map<string, Journey>()
  readonly #asked = new Set<string>()
  #isAsking = false
  #trouble = ''

  constructor(client: Client) {
    this.#client = client
  }

  /** Transactions that the figures stand on. */
  get count(): number {
    return this.#journeys.size
  }

  /** Why the others are not asked; empty where they are. */
  get trouble(): string {
    return this.#trouble
  }

  /** Asks for the newest of these that is due and was not asked for; returns at once. */
  next(transactions: readonly Pick<SightedObject, 'id' | 'startNs'>[]): void {
    if (this.#isAsking) return
    const dueNs = BigInt(Date.now() - AFTER_MS) * 1_000_000n
    const next = transactions.find(({ id, startNs }) => startNs !== null && startNs < dueNs && !this.#asked.has(id))
    if (next !== undefined) void this.#ask(next.id)
  }

  /** By peer id: names are what members call themselves, and two may use the same. */
  figures(): ReadonlyMap<string, { readonly copies: number | null; readonly p95Ms: number | null }> {
    return new Map(
      perNode([...this.#journeys.values()]).map(({ name, delivered, copies, p95Ms }) => [
        name,
        { copies: delivered === 0 ? null : copies / delivered, p95Ms },
      ]),
    )
  }

  async #ask(id: string): Promise<void> {
    this.#isAsking = true
    const survey = await this.#client.observations(id, { samples: 3, waitMs: SURVEY_WAIT_MS })
    this.#isAsking = false
    this.#trouble = survey.ok || survey.kind === 'unreachable' ? '' : `no copies and delays: ${failureText(survey)}`
    // Busy or silent for a moment: the next second asks again.
    if (!survey.ok && (survey.kind === 'unreachable' || survey.status === 503 || survey.status === 429)) return
    remember(this.#asked, id)
    if (!survey.ok) return
    const { nodes, answers, clockErrorMs, known } = surveyAnswers({
      ...survey.value,
      nodes: survey.value.nodes.map((node) => ({
        ...node,
        name: node.peerId,
        records: node.records.map((record) => ({ ...record, node: node.peerId })),
      })),
    })
    const records = answers.flatMap((answer) => answer.records)
    this.#journeys.set(id, journeyOf(id, nodes, records, clockErrorMs, known))
    for (const old of [...this.#journeys.keys()].slice(0, -SURVEYED_MAX)) this.#journeys.delete(old)
  }
}

/** Ids that are kept, so that none is asked for twice: as many as a view shows of them. */
const REMEMBERED_MAX = 1_024

function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  for (const old of ids) {
    if (ids.size <= REMEMBERED_MAX) break
    ids.delete(old)
  }
}
