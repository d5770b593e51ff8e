/**
 * Watches a simulation and measures it: looks when the expectations need it, for agreement and for deaths until both
 * are seen.
 */
import type { ApiEvent } from '../../domain/views.ts'
import type { Fault } from '../../sim/scenario.ts'
import type { Witness, WorldView } from '../../sim/witness.ts'
import { looksOf, type Evidence, type Sample } from '../expect.ts'
import type { Experiment } from '../experiment.ts'
import { FIGURE_NAMES } from '../figures.ts'
import { WATCH_MS } from '../limits.ts'
import { isPunishment, Measure, type Look } from '../measure.ts'

export class Observation implements Witness {
  readonly #experiment: Experiment
  readonly #measure: Measure
  readonly #onProgress: (atMs: number) => void
  readonly #samples: Sample[] = []
  readonly #bytesBefore = new Map<number, number>()
  #view: WorldView | null = null

  constructor(experiment: Experiment, onProgress: (atMs: number) => void) {
    this.#experiment = experiment
    this.#measure = new Measure(experiment.lastFaultMs, experiment.runningAtEnd)
    this.#onProgress = onProgress
  }

  /** What was measured, as things stand now. */
  evidence(): Evidence {
    const look = this.#look(true)
    this.#measure.looked(look)
    return { figures: this.#measure.figures(FIGURE_NAMES, look), samples: this.#samples }
  }

  begin(view: WorldView): void {
    this.#view = view
    for (const { node, bytesReceived } of view.nodes()) this.#bytesBefore.set(node, bytesReceived)
    for (const { atMs, asks, figures } of looksOf(this.#experiment)) {
      view.later(atMs, () => {
        this.#samples.push({ atMs, figures: this.#measure.figures(figures, this.#look(asks)) })
      })
    }
    const { lastFaultMs, endMs } = this.#experiment
    for (let atMs = lastFaultMs + WATCH_MS; atMs < endMs; atMs += WATCH_MS) {
      view.later(atMs, () => {
        if (!this.#measure.hasAgreed) this.#measure.looked(this.#look(false))
      })
    }
    for (let atMs = WATCH_MS; atMs < endMs; atMs += WATCH_MS) {
      view.later(atMs, () => {
        for (const node of this.#measure.unseenDeaths)
          if (view.notSeeingDead(node).length === 0) this.#measure.seenDead(node, atMs)
        if (atMs % 1_000 === 0) this.#onProgress(atMs)
      })
    }
  }

  published(id: string, node: number, nowMs: number, isForged: boolean): void {
    if (isForged) this.#measure.forged(id, false, nowMs)
    else this.#measure.handedIn(id, node, nowMs)
  }

  unserved(): void {
    this.#measure.unserved()
  }

  answered(_node: number, result: Parameters<Witness['answered']>[1]): void {
    if (result.id === null) return
    this.#measure.answered(result.id, result.kind === 'accepted' || result.kind === 'known' ? null : result.code)
  }

  had(id: string, node: number, nowMs: number): void {
    this.#measure.had(id, node, nowMs)
  }

  refused(id: string): void {
    this.#measure.arrived(id)
  }

  copied(id: string): void {
    this.#measure.copied(id)
  }

  event(node: number, { topic, event, data }: ApiEvent): void {
    if (topic !== 'peers' || event !== 'disconnecting' || this.#view === null) return
    const { peerId, reason } = data as { readonly peerId: string; readonly reason: string }
    const peer = this.#view.indexOf(peerId)
    if (isPunishment(reason) && peer >= 0 && peer < this.#experiment.network.nodes)
      this.#measure.cutOff(node, peer, this.#view.nowMs())
  }

  inflicted(fault: Fault): void {
    const nowMs = this.#view?.nowMs() ?? 0
    if (fault.kind === 'kill' || fault.kind === 'power-cut') this.#measure.died(fault.node, nowMs)
    if (fault.kind === 'restart') this.#measure.returned(fault.node)
  }

  #look(asks: boolean): Look {
    const view = this.#view
    if (view === null) return { atMs: 0, nodes: [], holdings: null }
    return {
      atMs: Math.round(view.nowMs()),
      nodes: view.nodes().map((node) => ({
        ...node,
        bytesReceived: node.bytesReceived - (this.#bytesBefore.get(node.node) ?? 0),
      })),
      holdings: asks ? view.holdings() : null,
    }
  }
}
