/**
 * Watches a real network and measures it: the records of its nodes as they come, and their answers when the
 * expectations need them.
 */
import { connect, type Client } from '../../client/connect.ts'
import type { PropagationRecord } from '../../domain/propagation.ts'
import type { Manifest, ManifestNode } from '../../home/manifest.ts'
import { readManifest } from '../../home/testnet-home.ts'
import { readToken } from '../../home/token-file.ts'
import { command } from '../../../testnet/control-client.ts'
import { NetworkWatch } from '../../../testnet/network-watch.ts'
import type { FigureName, Figures } from '../figures.ts'
import { isPunishment, Measure, type Holding, type Look, type NodeLook } from '../measure.ts'
import { ANSWER_MS_MAX, ASKED_AT_ONCE, OTHERS_MAX } from './limits.ts'

export class Observation {
  readonly measure: Measure
  readonly #home: string
  readonly #watch: NetworkWatch
  readonly #startWallMs: number
  readonly #clients = new Map<
    string,
    { readonly url: string; readonly client: Client; readonly ending: AbortController }
  >()
  readonly #bytesBefore = new Map<string, number>()
  #manifest: Manifest

  /** The timeline begins now. */
  constructor(options: { manifest: Manifest; lastFaultMs: number; running: number; transactions: number }) {
    const { manifest, lastFaultMs, running, transactions } = options
    this.measure = new Measure(lastFaultMs, running)
    this.#home = manifest.home
    this.#manifest = manifest
    this.#startWallMs = Date.now()
    this.#watch = new NetworkWatch({
      transactionsMax: transactions + OTHERS_MAX,
      onLine: (line) => {
        if ('event' in line) this.#record(line)
      },
    })
    this.update()
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  nowMs(): number {
    return Date.now() - this.#startWallMs
  }

  /** What the nodes received before the timeline is not its own. */
  async begin(): Promise<void> {
    for (const [name, bytes] of await this.#traffic()) this.#bytesBefore.set(name, bytes)
  }

  /** Reads the manifest again: who runs, and where. */
  update(): void {
    const read = readManifest(this.#home)
    if (read.kind === 'found') this.#manifest = read.manifest
    this.#watch.update(this.#manifest)
    // It would be in no figure any more: as if it had never been.
    const ended = this.#manifest.nodes.find(({ state }) => state === 'failed')
    if (ended !== undefined) throw new Error(`${ended.name} ended by itself: see its log`)
    for (const node of this.#manifest.nodes) this.#follow(node)
  }

  /** The API of a node by its number; null where it has none. */
  client(node: number): Client | null {
    return this.#clients.get(`node-${node}`)?.client ?? null
  }

  /** Numbers of the nodes that run. */
  running(): readonly number[] {
    return this.#manifest.nodes.filter(({ state }) => state === 'ready').map(({ name }) => indexOf(name))
  }

  async look(asks: boolean): Promise<Look> {
    this.update()
    await this.#watch.refresh()
    const traffic = await this.#traffic()
    const running = this.running()
    const nodes = running.map((node): NodeLook => {
      const name = `node-${node}`
      const status = this.#watch.statusOf(name)
      return {
        node,
        head: status?.head.hash ?? null,
        pool: status?.mempool.fingerprint ?? null,
        bytesReceived: (traffic.get(name) ?? 0) - (this.#bytesBefore.get(name) ?? 0),
      }
    })
    const holdings = asks ? await Promise.all(running.map((node) => this.#holding(node))) : null
    return { atMs: this.nowMs(), nodes, holdings }
  }

  async figures(names: readonly FigureName[], asks: boolean): Promise<Figures> {
    const look = await this.look(asks)
    return this.measure.figures(names, look)
  }

  /** Whether every node that runs and answers calls another one dead. */
  async isSeenDead(node: number): Promise<boolean> {
    const peerId = this.#manifest.nodes[node]?.peerId
    const others = this.running().filter((other) => other !== node)
    const seen = await Promise.all(
      others.map(async (other) => {
        const view = await this.client(other)?.network()
        return view?.ok === true && view.value.members.find((member) => member.peerId === peerId)?.state === 'dead'
      }),
    )
    return seen.every(Boolean)
  }

  close(): void {
    this.#watch.close()
    for (const { client, ending } of this.#clients.values()) {
      ending.abort()
      client.close()
    }
  }

  #follow({ name, apiUrl, cookieFile }: ManifestNode): void {
    const known = this.#clients.get(name)
    if (apiUrl === '' || known?.url === apiUrl) return
    known?.ending.abort()
    known?.client.close()
    const ending = new AbortController()
    const token = (): string | null => {
      const read = readToken(this.#home, cookieFile)
      return read.ok ? read.value : null
    }
    const client = connect(apiUrl, { timeoutMs: ANSWER_MS_MAX, token })
    this.#clients.set(name, { url: apiUrl, client, ending })
    void this.#listen(indexOf(name), client, ending.signal)
  }

  async #listen(node: number, client: Client, signal: AbortSignal): Promise<void> {
    for await (const item of client.events({ topics: ['peers'], signal })) {
      // What a node forgot at a restart, it had told before it ended, or ended with.
      if (item.kind === 'dropped' && item.reason === 'slow') this.measure.untold(node, item.n)
      if (item.kind !== 'event' || item.event.event !== 'disconnecting') continue
      const { peerId, reason } = item.event.data as { readonly peerId: string; readonly reason: string }
      const peer = this.#manifest.nodes.find((each) => each.peerId === peerId)
      if (peer !== undefined && isPunishment(reason)) this.measure.cutOff(node, indexOf(peer.name), this.nowMs())
    }
  }

  #record({ id, node, event, kind, t_ns }: PropagationRecord): void {
    if (kind !== 'transaction') return
    const atMs = Number(BigInt(t_ns) / 1_000n) / 1_000 - this.#startWallMs
    if (event === 'DELIVER' || event === 'RECOVERED') this.measure.had(id, indexOf(node), atMs)
    if (event === 'DELIVER' || event === 'RECOVERED' || event === 'DUPLICATE') this.measure.copied(id)
  }

  async #traffic(): Promise<ReadonlyMap<string, number>> {
    const answer = await command(this.#home, 'traffic', {})
    if (answer.kind !== 'done') throw new Error('the supervisor does not tell the traffic of its nodes')
    return new Map(answer.value.nodes.map((node) => [node.name, node.bytesReceived]))
  }

  /** What a node says it has; one that does not answer has nothing. */
  async #holding(node: number): Promise<Holding> {
    const { ids } = this.measure
    const known = new Set<string>()
    const client = this.client(node)
    for (let at = 0; at < ids.length && client !== null; at += ASKED_AT_ONCE) {
      const answer = await client.memoryOf(ids.slice(at, at + ASKED_AT_ONCE))
      if (answer.ok) for (const { id, known: has } of answer.value.objects) if (has) known.add(id)
    }
    return { node, has: (id) => known.has(id) }
  }
}

function indexOf(name: string): number {
  return Number(name.replace(/^node-/, ''))
}
