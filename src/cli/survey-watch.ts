/**
 * Follows one transaction over a network of which one node's API can be reached: that node asks the others, again and
 * again, until enough have it. Slower and coarser than event streams, and all that a network elsewhere offers.
 */
import { connect, type Client } from '../client/connect.ts'
import type { ObservationsView } from '../domain/views.ts'
import { apiFailure } from './api.ts'
import { alignedRecords } from '../trace/clocks.ts'
import { coverageOf, type CoverageFigures } from './coverage.ts'
import type { Watch, WatchEnd } from './coverage-watch.ts'
import { SURVEY_ANSWER_MS_MAX, troubleText } from './trace-network.ts'
import { waitFor } from './waiting.ts'

/** Pause between two questions, ms: each is one request to every node. */
const ASK_EVERY_MS = 400
/**
 * How long the nodes are waited for, ms: while a rumour spreads the next question matters more than the last straggler.
 */
const SURVEY_WAIT_MS = 1_000

export class SurveyWatch implements Watch {
  readonly #id: string
  readonly #client: Client
  readonly #stop: AbortSignal
  readonly #closing = new AbortController()
  readonly #origin: string
  #last: ObservationsView | null = null
  #hasOrigin = false

  constructor(options: {
    readonly id: string
    readonly apiUrl: string
    /** The node that is asked. */
    readonly name: string
    readonly stop: AbortSignal
  }) {
    this.#id = options.id
    this.#origin = options.name
    this.#stop = options.stop
    this.#client = connect(options.apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
    options.stop.addEventListener('abort', () => this.#closing.abort(), { once: true })
  }

  listening(): Promise<void> {
    return Promise.resolve()
  }

  mark(): void {
    this.#hasOrigin = true
  }

  figures(): CoverageFigures {
    const nodes = this.#last?.nodes ?? []
    if (nodes.length === 0)
      return coverageOf(this.#id, [{ name: this.#origin, trouble: null, hasIt: this.#hasOrigin }], [])
    return coverageOf(
      this.#id,
      nodes.map(({ name, trouble, known }, index) => ({
        name,
        trouble: trouble === null ? null : troubleText(trouble),
        hasIt: known || (index === 0 && this.#hasOrigin),
      })),
      alignedRecords(nodes).records.map((record) => ({ node: record.node, record })),
    )
  }

  /** By how much times of different nodes may be wrong, ms. */
  clockErrorMs(): number {
    return this.#last === null ? 0 : alignedRecords(this.#last.nodes).clockErrorMs
  }

  async until(
    share: number,
    timeoutMs: number,
    _isOld: boolean,
    onChange: (figures: CoverageFigures) => void,
  ): Promise<WatchEnd> {
    const deadline = performance.now() + timeoutMs
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst && !(await waitFor(ASK_EVERY_MS, this.#closing.signal))) return 'stopped'
      await this.#ask(1)
      const figures = this.figures()
      onChange(figures)
      if (this.#stop.aborted) return 'stopped'
      if (this.#last !== null && figures.reached >= Math.ceil(share * figures.nodes - 1e-9)) break
      if (performance.now() >= deadline) return 'late'
    }
    // Once more, for the last copies, and with the clocks compared better.
    await this.#ask(3)
    onChange(this.figures())
    return 'reached'
  }

  close(): void {
    this.#closing.abort()
    this.#client.close()
  }

  async #ask(samples: number): Promise<void> {
    const survey = await this.#client.observations(this.#id, { samples, waitMs: SURVEY_WAIT_MS })
    if (survey.ok) this.#last = survey.value
    // Busy or silent for a moment is no reason to give up; a refusal is.
    else if (survey.kind === 'problem' && survey.status !== 503 && survey.status !== 429)
      throw apiFailure(survey, { apiUrl: this.#client.url, source: 'the node that is asked', manifest: null }, false)
  }
}
