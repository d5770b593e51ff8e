/**
 * What the supervisor observes of its network: nothing, unless somebody asked for a recording or has the page open.
 * Lines go to the file; pages are drawn from what the watch knows.
 */
import type { ObservedNetworkView } from '../src/domain/views.ts'
import { VERSION } from '../src/node/version.ts'
import type { RecordingHead } from '../src/trace/recording.ts'
import type { PartitionStatus } from './control.ts'
import { NETWORK_TEXT_MS, RECORDED_TRANSACTIONS_MAX } from './limits.ts'
import type { Manifest } from '../src/home/manifest.ts'
import { NetworkWatch } from './network-watch.ts'
import { takenOf, type PagePicture } from './page-source.ts'
import { RecordFile } from './record-file.ts'

export interface ObservationOptions {
  /** Of the recording; null: none. */
  readonly path: string | null
  readonly onFailure: (reason: string) => void
  /** The cut that stands now. */
  readonly partition: () => PartitionStatus | null
}

export class Observation {
  readonly #options: ObservationOptions
  #manifest: Manifest | null = null
  #watch: NetworkWatch | null = null
  #file: RecordFile | null = null
  #pages = 0
  #text: { readonly atMs: number; readonly text: string } | null = null

  constructor(options: ObservationOptions) {
    this.#options = options
  }

  get manifest(): Manifest | null {
    return this.#manifest
  }

  /** The network is another one now: a node came, went, or listens elsewhere. */
  update(manifest: Manifest): void {
    const { path, onFailure } = this.#options
    this.#manifest = manifest
    this.#text = null
    // The head names every node with its key: it can be written once all have said theirs.
    const isKnown = manifest.nodes.length > 0 && manifest.nodes.every(({ peerId }) => peerId !== '')
    if (path !== null && this.#file === null && isKnown) {
      this.#file = new RecordFile(path, headOf(manifest, VERSION), onFailure)
      this.#start()
    }
    this.#watch?.update(manifest)
  }

  /** Watches for as long as a page is open; null before there is a network. */
  open(): { readonly picture: PagePicture; close(): void } | null {
    this.#start()
    const watch = this.#watch
    if (watch === null) return null
    this.#pages++
    return {
      picture: {
        sightings: watch.sightings,
        known: watch.known,
        networkText: () => this.#networkText(),
        taken: () => takenOf(this.network()),
      },
      close: () => {
        this.#pages--
        if (this.#pages === 0 && this.#file === null) this.#stop()
      },
    }
  }

  network(): ObservedNetworkView {
    const partition = this.#options.partition()
    return {
      v: 1,
      source: 'testnet',
      network: this.#manifest?.network ?? '',
      meshDegree: this.#manifest?.degree ?? null,
      partition: partition === null ? null : { groups: partition.groups, healsAt: partition.healsAt },
      nodes: this.#watch?.nodes() ?? plannedNodes(this.#manifest?.nodes ?? []),
    }
  }

  async close(): Promise<void> {
    this.#stop()
    await this.#file?.close()
  }

  /** Every page is sent the same text: it is made once, and not for each of their ticks. */
  #networkText(): string {
    const atMs = performance.now()
    const before = this.#text
    if (before !== null && atMs - before.atMs < NETWORK_TEXT_MS) return before.text
    const text = JSON.stringify(this.network())
    this.#text = { atMs, text }
    return text
  }

  #start(): void {
    if (this.#watch !== null || this.#manifest === null) return
    const file = this.#file
    this.#watch = new NetworkWatch(
      file === null
        ? {}
        : {
            onLine: (line) => file.write(line),
            isFromStart: true,
            transactionsMax: RECORDED_TRANSACTIONS_MAX,
          },
    )
    this.#watch.update(this.#manifest)
  }

  #stop(): void {
    this.#watch?.close()
    this.#watch = null
    this.#text = null
  }
}

/** The first line of a recording of this network. */
export function headOf(manifest: Manifest, version: string): RecordingHead {
  const { network, networkId, seed, topology, degree, link, createdAt, nodes } = manifest
  return {
    v: 1,
    line: 'network',
    network,
    networkId,
    seed,
    topology,
    degree,
    link,
    createdAt,
    version,
    // All nodes are processes of this machine.
    clockErrorMs: 0,
    nodes: nodes.map(({ name, peerId, dials }) => ({ name, peerId, dials })),
  }
}

/** The nodes before anybody has asked them. */
function plannedNodes(nodes: Manifest['nodes']): ObservedNetworkView['nodes'] {
  const peerIds = new Map(nodes.map(({ name, peerId }) => [name, peerId]))
  return nodes.map(({ name, peerId, state, states = [], dials }) => ({
    ...{ name, peerId, state, states },
    mesh: [],
    dials: dials.flatMap((dialled) => peerIds.get(dialled) ?? []),
    ...{ head: null, settledHeight: null, peers: null, pool: null, seen: null },
  }))
}
