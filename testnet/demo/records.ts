/**
 * Every propagation record of every node, from their event streams: the demo's only source for what spread and what did
 * not.
 */
import { connect } from '../../src/client/connect.ts'
import type { PropagationRecord } from '../../src/domain/propagation.ts'
import type { ManifestNode } from '../../src/home/manifest.ts'
import { until } from '../until.ts'

export interface NodeRecord {
  /** Name of the node whose record it is. */
  readonly node: string
  readonly record: PropagationRecord
}

export class Records {
  readonly all: NodeRecord[] = []
  /** Events that a stream left out: with any, the records prove nothing. */
  dropped = 0
  readonly #reached = new Map<string, Set<string>>()
  readonly #connected = new Set<string>()
  readonly #closing = new AbortController()

  constructor(nodes: readonly ManifestNode[]) {
    for (const node of nodes) void this.#follow(node)
  }

  /** Resolves when all streams stand; false when they don't within `timeoutMs`. */
  listening(count: number, timeoutMs: number): Promise<boolean> {
    return until(() => this.#connected.size === count, { timeoutMs, everyMs: 10 })
  }

  /** On how many nodes a transaction is. */
  reached(id: string): number {
    return this.#reached.get(id)?.size ?? 0
  }

  close(): void {
    this.#closing.abort()
  }

  async #follow({ name, apiUrl }: ManifestNode): Promise<void> {
    const client = connect(apiUrl)
    for await (const item of client.events({ topics: ['propagation'], signal: this.#closing.signal })) {
      if (item.kind === 'connected') this.#connected.add(name)
      else if (item.kind === 'dropped') this.dropped += item.n
      else if (item.kind === 'event') this.#take(name, item.event.data as PropagationRecord)
    }
    client.close()
  }

  #take(node: string, record: PropagationRecord): void {
    this.all.push({ node, record })
    if (record.event !== 'PUBLISH' && record.event !== 'DELIVER' && record.event !== 'RECOVERED') return
    const nodes = this.#reached.get(record.id) ?? new Set()
    this.#reached.set(record.id, nodes.add(node))
  }
}
