/** Follows all nodes of a testnet for `top`: their streams for what spreads, their status for how they are. */
import { connect, type Client } from '../client/connect.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import type { StatusView } from '../domain/views.ts'
import { quantilesOf } from '../trace/spread.ts'
import type { Manifest, ManifestNode } from '../home/manifest.ts'
import type { TopNode } from './top-screen.ts'

const ANSWER_MS_MAX = 1_500
/** Seconds of history behind a sparkline. */
const SECONDS_MAX = 60
/** Delays behind the p95: the last ones of each node. */
const DELAYS_MAX = 500
/** Transactions whose first sight is remembered, to know how late others are. */
const STARTS_MAX = 5_000

interface Watched {
  readonly name: string
  apiUrl: string
  client: Client
  closing: AbortController
  state: string
  status: StatusView | null
  readonly perSecond: number[]
  readonly delays: number[]
  firsts: number
  copies: number
}

export class TopWatch {
  readonly #nodes = new Map<string, Watched>()
  /** First sight anywhere, ms. */
  readonly #starts = new Map<string, number>()

  /** Follows nodes that are new or listen elsewhere, and takes over their states. */
  update(manifest: Manifest): void {
    for (const node of manifest.nodes) {
      const known = this.#nodes.get(node.name)
      if (known !== undefined) known.state = node.state
      if (known?.apiUrl === node.apiUrl) continue
      known?.closing.abort()
      known?.client.close()
      this.#follow(node)
    }
  }

  /** Ends a second: what came in it is a new cell, and the nodes are asked how they are. */
  async tick(): Promise<void> {
    for (const node of this.#nodes.values()) {
      node.perSecond.push(0)
      if (node.perSecond.length > SECONDS_MAX) node.perSecond.shift()
    }
    await Promise.all(
      [...this.#nodes.values()].map(async (node) => {
        const status = node.state === 'ready' ? await node.client.status() : null
        node.status = status?.ok === true ? status.value : null
      }),
    )
  }

  nodes(): TopNode[] {
    return [...this.#nodes.values()].map(({ name, state, status, perSecond, delays, firsts, copies }) => ({
      name,
      state: state === 'ready' && status === null ? 'silent' : state,
      height: status?.head.height ?? null,
      peers: status?.peers ?? null,
      mesh: status?.mesh ?? null,
      pool: status?.mempool.count ?? null,
      loopMs: status?.eventLoopDelayP99Ms ?? null,
      // The last second has only begun.
      perSecond: perSecond.slice(0, -1),
      copies: firsts === 0 ? null : copies / firsts,
      p95Ms: quantilesOf([...delays].sort((a, b) => a - b))?.p95Ms ?? null,
    }))
  }

  close(): void {
    for (const { closing, client } of this.#nodes.values()) {
      closing.abort()
      client.close()
    }
  }

  #follow({ name, apiUrl, state }: ManifestNode): void {
    const before = this.#nodes.get(name)
    const watched: Watched = {
      name,
      apiUrl,
      client: connect(apiUrl, { timeoutMs: ANSWER_MS_MAX }),
      closing: new AbortController(),
      state,
      status: null,
      perSecond: before?.perSecond ?? [0],
      delays: before?.delays ?? [],
      firsts: before?.firsts ?? 0,
      copies: before?.copies ?? 0,
    }
    this.#nodes.set(name, watched)
    void this.#read(watched)
  }

  async #read(watched: Watched): Promise<void> {
    for await (const item of watched.client.events({ topics: ['propagation'], signal: watched.closing.signal }))
      if (item.kind === 'event') this.#take(watched, item.event.data as PropagationRecord)
  }

  #take(watched: Watched, { kind, event, id, t_ns }: PropagationRecord): void {
    if (kind !== 'transaction') return
    const ms = Number(BigInt(t_ns) / 1_000n) / 1_000
    if (event === 'DUPLICATE') watched.copies++
    if (event !== 'PUBLISH' && event !== 'DELIVER' && event !== 'RECOVERED') return
    const last = watched.perSecond.length - 1
    watched.perSecond[last] = (watched.perSecond[last] ?? 0) + 1
    const start = this.#starts.get(id)
    if (start === undefined) {
      if (this.#starts.size >= STARTS_MAX) {
        const oldest = this.#starts.keys().next()
        if (oldest.done !== true) this.#starts.delete(oldest.value)
      }
      this.#starts.set(id, ms)
    }
    if (event === 'PUBLISH') return
    watched.firsts++
    watched.copies++
    watched.delays.push(Math.max(0, ms - (start ?? ms)))
    if (watched.delays.length > DELAYS_MAX) watched.delays.shift()
  }
}
