/** What the page knows: nodes, links, the last journeys, refusals, heads. Lines in, state out; bounded. No DOM here. */
import type { ObservedNetworkView } from '../domain/views.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import { journeyOf, type Journey } from '../trace/journey.ts'
import type { RecordingLine } from '../trace/recording.ts'
import { JOURNEY_RECORDS_MAX, JOURNEYS_MAX, REFUSALS_MAX } from './limits.ts'

export interface PageNode {
  readonly name: string
  peerId: string
  state: string
  duplicates: number
  refused: number
  head: { readonly height: number; readonly hash: string } | null
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
  readonly refusals: PageRefusal[] = []
  network: ObservedNetworkView
  dropped = 0
  share = 1
  /** Grows with every line: what stands on the screen is old then. */
  version = 0
  /** Grows when nodes or links change: the layout starts again. */
  shape = 0
  /** Grows when the mesh changes. */
  meshVersion = 0
  readonly #journeys = new Map<string, Kept>()
  readonly #stale = new Set<string>()
  readonly #names = new Map<string, string>()

  constructor(network: ObservedNetworkView) {
    this.network = network
    this.setNetwork(network)
  }

  setNetwork(network: ObservedNetworkView): void {
    this.network = network
    this.version++
    for (const { name, peerId, state } of network.nodes) this.#node(name, peerId, state)
    for (const { name, mesh } of network.nodes)
      for (const peerId of mesh) {
        const other = this.#names.get(peerId)
        if (other !== undefined) this.links.add(pair(name, other))
      }
    this.shape++
  }

  /** Ids of the journeys that began, oldest first. */
  get ids(): string[] {
    return [...this.#journeys].filter(([, { records }]) => records.some(isSight)).map(([id]) => id)
  }

  nameOf(peerId: string): string {
    return this.#names.get(peerId) ?? peerId.slice(-8)
  }

  take(line: RecordingLine): void {
    this.version++
    if ('event' in line) {
      if (line.kind === 'mesh') this.#takeMesh(line)
      else this.#takeRecord(line)
      return
    }
    if (line.line === 'node') this.#node(line.node, line.peerId, line.state)
    else if (line.line === 'head') {
      const node = this.nodes.get(line.node)
      if (node !== undefined) node.head = { height: line.height, hash: line.hash }
    } else if (line.line === 'dropped') this.dropped += line.n
  }

  /** The journey as its records tell it by now; null where it is not remembered. */
  journey(id: string): Journey | null {
    const kept = this.#journeys.get(id)
    if (kept === undefined) return null
    if (kept.journey === null || this.#stale.delete(id)) {
      const all = [...this.nodes.values()].map(({ name, peerId }) => ({ name, peerId }))
      // One node knows of itself alone: its peers' silence says nothing about what they have.
      const network = this.network.source === 'node' ? all.slice(0, 1) : all
      kept.journey = journeyOf(id, network, kept.records)
    }
    return kept.journey
  }

  /** Rebuilds the trees of journeys that have new records, the latest first, until the time (performance.now) is over. */
  rebuild(untilMs: number): void {
    for (const id of [...this.#stale].reverse()) {
      if (performance.now() >= untilMs) return
      this.journey(id)
    }
  }

  /** Transactions whose trees stand, oldest first. */
  journeys(): Journey[] {
    return [...this.#journeys.values()].flatMap(({ journey }) =>
      journey === null || journey.startNs === null || journey.kind !== 'transaction' ? [] : [journey],
    )
  }

  #node(name: string, peerId: string, state: string): void {
    const known = this.nodes.get(name)
    if (peerId !== '') this.#names.set(peerId, name)
    if (known === undefined) {
      this.nodes.set(name, { name, peerId, state, duplicates: 0, refused: 0, head: null })
      this.shape++
    } else {
      known.state = state
      if (peerId !== '') known.peerId = peerId
    }
  }

  #takeMesh({ node, from, event }: PropagationRecord): void {
    const other = from === null ? undefined : this.#names.get(from)
    if (other === undefined) return
    const key = pair(node, other)
    this.meshVersion++
    if (event === 'PRUNE') this.mesh.delete(key)
    else {
      this.mesh.add(key)
      if (!this.links.has(key)) {
        this.links.add(key)
        this.shape++
      }
    }
  }

  #takeRecord(record: PropagationRecord): void {
    const node = this.nodes.get(record.node)
    if (record.event === 'DUPLICATE' && node !== undefined) node.duplicates++
    if (record.event === 'REJECT' || record.event === 'IGNORE') {
      if (node !== undefined && record.event === 'REJECT') node.refused++
      const { t_ns: tNs, from, id, reason } = record
      this.refusals.push({
        tNs,
        node: record.node,
        from: from === null ? null : this.nameOf(from),
        id,
        reason: reason ?? 'unknown',
        offence: record.event === 'REJECT',
      })
      if (this.refusals.length > REFUSALS_MAX) this.refusals.shift()
    }
    let kept = this.#journeys.get(record.id)
    if (kept === undefined) {
      kept = { records: [], journey: null }
      this.#journeys.set(record.id, kept)
      for (const [oldest] of this.#journeys) {
        if (this.#journeys.size <= JOURNEYS_MAX) break
        this.#journeys.delete(oldest)
        this.#stale.delete(oldest)
      }
    }
    if (kept.records.length < JOURNEY_RECORDS_MAX) kept.records.push(record)
    this.#stale.add(record.id)
  }
}

function isSight({ event }: PropagationRecord): boolean {
  return event === 'PUBLISH' || event === 'DELIVER' || event === 'RECOVERED'
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
