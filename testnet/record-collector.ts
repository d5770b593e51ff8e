/**
 * Follows the event streams of all nodes of a network and hands on what they tell as lines of a recording. Whoever wants lines starts one;
 * a network that nobody observes costs its nodes nothing.
 */
import { connect, type Client } from '../src/client/connect.ts'
import { lineOf } from '../src/trace/event-lines.ts'
import type { RecordingHead, RecordingLine } from '../src/trace/recording.ts'
import type { Manifest, ManifestNode } from '../src/home/manifest.ts'

/** Topics that any view shows. */
const TOPICS = ['propagation', 'mesh', 'blocks'] as const

interface Followed {
  readonly apiUrl: string
  readonly client: Client
  readonly closing: AbortController
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

export class RecordCollector {
  readonly #onLine: (line: Exclude<RecordingLine, RecordingHead>) => void
  readonly #followed = new Map<string, Followed>()
  readonly #states = new Map<string, string>()
  #isClosed = false

  constructor(onLine: (line: Exclude<RecordingLine, RecordingHead>) => void) {
    this.#onLine = onLine
  }

  /** Follows the nodes that are new or listen elsewhere now, and tells of states that changed. */
  update(manifest: Pick<Manifest, 'nodes'>): void {
    if (this.#isClosed) return
    for (const node of manifest.nodes) {
      const state = `${node.peerId} ${node.state}`
      if (node.peerId !== '' && this.#states.get(node.name) !== state) {
        this.#states.set(node.name, state)
        const { name, peerId, state: now } = node
        this.#onLine({ line: 'node', t_ns: wallNs(), node: name, peerId, state: now })
      }
      const before = this.#followed.get(node.name)
      if (node.apiUrl === '' || before?.apiUrl === node.apiUrl) continue
      before?.closing.abort()
      before?.client.close()
      void this.#follow(node)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const { closing, client } of this.#followed.values()) {
      closing.abort()
      client.close()
    }
  }

  async #follow({ name, apiUrl }: ManifestNode): Promise<void> {
    const followed: Followed = { apiUrl, client: connect(apiUrl), closing: new AbortController() }
    this.#followed.set(name, followed)
    // From the node's first event that it remembers: what happened before somebody looked is part of the picture.
    const stream = followed.client.events({ topics: TOPICS, lastEventId: '0', signal: followed.closing.signal })
    for await (const item of stream) {
      if (item.kind === 'dropped')
        this.#onLine({ line: 'dropped', t_ns: wallNs(), node: name, n: item.n, reason: item.reason })
      if (item.kind !== 'event') continue
      const line = lineOf(name, item.event, wallNs())
      if (line !== null && !('line' in line && line.line === 'network')) this.#onLine(line)
    }
  }
}

function wallNs(): string {
  return (BigInt(Date.now()) * 1_000_000n).toString()
}
