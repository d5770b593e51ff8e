/**
 * What the page knows: the network as its nodes describe themselves, and the last objects, each whole. Batches in,
 * state out; bounded by who sends. No DOM here.
 */
import type { PropagationRecord } from '../domain/propagation.ts'
import type { ObservedNetworkNode, ObservedNetworkView, SeenCounts } from '../domain/views.ts'
import { journeyOf, type Journey } from '../trace/journey.ts'
import { Known } from '../trace/knowledge.ts'
import type { PageBatch } from '../trace/page-batch.ts'
import { REFUSALS_MAX } from './limits.ts'

export interface PageNode {
  readonly name: string
  readonly peerId: string
  /** What its program calls itself; empty where nobody has said. */
  readonly agent: string
  readonly state: string
  readonly head: { readonly height: number; readonly hash: string } | null
  readonly settledHeight: number | null
  readonly seen: SeenCounts | null
  /** Which part of a cut network it is in; null where none is cut. */
  readonly side: number | null
}

export interface PageRefusal {
  readonly tNs: string
  readonly node: string
  readonly from: string | null
  readonly id: string
  readonly reason: string
  readonly offence: boolean
}

interface Kept {
  readonly records: PropagationRecord[]
  journey: Journey | null
}

export class Model {
  readonly nodes = new Map<string, PageNode>()
  /** `from to` of names, of planned links and of the mesh. */
  readonly links = new Set<string>()
  readonly mesh = new Set<string>()
  network: ObservedNetworkView
  /** Share of the transactions that is shown. */
  share = 1
  /** Transactions that were taken and are not shown. */
  older = 0
  /** Grows with every batch: what stands on the screen is old then. */
  version = 0
  /** Grows when nodes or links change: the layout starts again. */
  shape = 0
  /** Grows when the mesh or the cut changes. */
  meshVersion = 0
  readonly #objects = new Map<string, Kept>()
  readonly #stale = new Set<string>()
  readonly #names = new Map<string, string>()
  #known = new Known()
  #refusals: { readonly version: number; readonly list: readonly PageRefusal[] } | null = null
  #journeys: { readonly version: number; readonly list: readonly Journey[] } | null = null

  constructor(network: ObservedNetworkView) {
    this.network = network
    this.#setNetwork(network)
  }

  /** Refusals that the shown objects met, the oldest first. */
  get refusals(): readonly PageRefusal[] {
    if (this.#refusals?.version !== this.version) this.#refusals = { version: this.version, list: this.#allRefusals() }
    return this.#refusals.list
  }

  nameOf(peerId: string): string {
    return this.#names.get(peerId) ?? peerId.slice(-8)
  }

  take(batch: PageBatch): void {
    this.version++
    this.share = batch.share
    this.older = batch.older
    for (const id of batch.gone) {
      this.#objects.delete(id)
      this.#stale.delete(id)
      this.#known.forget(id)
    }
    for (const { id, records, answers } of batch.objects) {
      const kept = this.#objects.get(id) ?? { records: [], journey: null }
      for (const record of records) kept.records.push(record)
      for (const { node, known, tNs } of answers) this.#known.answered(node, id, known, BigInt(tNs))
      this.#objects.set(id, kept)
      this.#stale.add(id)
    }
    if (batch.network !== undefined) this.#setNetwork(batch.network)
  }

  /** Everything is told anew: the stream was lost and stands again. */
  reset(): void {
    this.version++
    this.#objects.clear()
    this.#stale.clear()
    this.#known = new Known()
    this.#noteStates()
  }

  /** The journey as its records tell it by now; null where it is not shown. */
  journey(id: string): Journey | null {
    const kept = this.#objects.get(id)
    if (kept === undefined) return null
    if (kept.journey === null || this.#stale.delete(id)) {
      const all = [...this.nodes.values()].map(({ name, peerId }) => ({ name, peerId }))
      // One node knows of itself alone: its peers' silence says nothing about what they have.
      const network = this.network.source === 'node' ? all.slice(0, 1) : all
      this.#journeys = null
      kept.journey = journeyOf(id, network, kept.records, 0, this.#known)
    }
    return kept.journey
  }

  /**
   * Rebuilds the trees of journeys that have new records, the latest first, until the time (performance.now) is over.
   */
  rebuild(untilMs: number): void {
    for (const id of [...this.#stale].reverse()) {
      if (performance.now() >= untilMs) return
      this.journey(id)
    }
  }

  /** Transactions whose trees stand, in the order in which they were sent. */
  journeys(): readonly Journey[] {
    if (this.#journeys?.version !== this.version) {
      const list = [...this.#objects.values()].flatMap(({ journey }) =>
        journey === null || journey.startNs === null || journey.kind !== 'transaction' ? [] : [journey],
      )
      list.sort((a, b) => ((a.startNs ?? 0n) < (b.startNs ?? 0n) ? -1 : 1))
      this.#journeys = { version: this.version, list }
    }
    return this.#journeys.list
  }

  #setNetwork(network: ObservedNetworkView): void {
    const before = this.network
    const sides = new Map(
      network.partition?.groups.flatMap((group, side) => group.map((name) => [name, side] as const)),
    )
    this.network = network
    if (statesOf(before) !== statesOf(network) || this.nodes.size === 0) {
      // Who was there when decides about each of them.
      for (const id of this.#objects.keys()) this.#stale.add(id)
      this.#noteStates()
    }
    for (const { name, peerId } of network.nodes) if (peerId !== '') this.#names.set(peerId, name)
    if (network.nodes.some(({ name }) => !this.nodes.has(name)) || this.nodes.size !== network.nodes.length)
      this.shape++
    this.nodes.clear()
    for (const { name, peerId, agent = '', state, head, settledHeight, seen } of network.nodes)
      this.nodes.set(name, { name, peerId, agent, state, head, settledHeight, seen, side: sides.get(name) ?? null })
    this.#setMesh(network.nodes)
    this.meshVersion++
  }

  #noteStates(): void {
    for (const { name, states } of this.network.nodes)
      for (const { atMs, state } of states) this.#known.attendance.note(name, BigInt(atMs) * 1_000_000n, state)
  }

  #setMesh(nodes: readonly ObservedNetworkNode[]): void {
    this.mesh.clear()
    for (const { name, mesh, dials } of nodes) {
      for (const [peers, isMesh] of [
        [mesh, true],
        [dials, false],
      ] as const)
        for (const peerId of peers) {
          const other = this.#names.get(peerId)
          if (other === undefined) continue
          const key = pair(name, other)
          if (isMesh) this.mesh.add(key)
          if (!this.links.has(key)) {
            this.links.add(key)
            this.shape++
          }
        }
    }
  }

  #allRefusals(): PageRefusal[] {
    const refusals: PageRefusal[] = []
    for (const { records } of this.#objects.values())
      for (const { t_ns: tNs, node, from, id, event, reason } of records)
        if (event === 'REJECT' || event === 'IGNORE')
          refusals.push({
            ...{ tNs, node, id },
            from: from === null ? null : this.nameOf(from),
            reason: reason ?? 'unknown',
            offence: event === 'REJECT',
          })
    return refusals.sort((a, b) => (BigInt(a.tNs) < BigInt(b.tNs) ? -1 : 1)).slice(-REFUSALS_MAX)
  }
}

/** What is known of who was there when, as a text to compare. */
function statesOf({ nodes }: ObservedNetworkView): string {
  return nodes.map(({ name, states }) => `${name} ${states.length} ${states.at(-1)?.atMs ?? 0}`).join('|')
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
