/**
 * What `top` shows of each node: what it says of itself, and its part in the last transactions as the page and the
 * report count them.
 */
import type { FollowedNode, NetworkWatch } from '../../testnet/network-watch.ts'
import { journeyOf, type Journey } from '../trace/journey.ts'
import { SHOWN_TRANSACTIONS_MAX } from '../trace/limits.ts'
import { perNode } from '../trace/spread.ts'
import type { TopNode } from './top-screen.ts'

/** Seconds of history behind a sparkline. */
const SECONDS_MAX = 60

export class TopWatch {
  readonly #watch: NetworkWatch
  readonly #taken = new Map<string, number>()
  readonly #perSecond = new Map<string, number[]>()
  readonly #journeys = new Map<string, { readonly version: number; readonly journey: Journey }>()

  constructor(watch: NetworkWatch) {
    this.#watch = watch
  }

  /** Follows nodes that are new or listen elsewhere, and takes over their states. */
  update(network: { readonly nodes: readonly FollowedNode[] }): void {
    this.#watch.update(network)
  }

  /** Ends a second: the nodes are asked how they are, and what they took since is a new cell. */
  async tick(): Promise<void> {
    await this.#watch.refresh()
    for (const { name, seen } of this.#watch.nodes()) {
      const before = this.#taken.get(name)
      const cells = this.#perSecond.get(name) ?? []
      this.#perSecond.set(name, cells)
      // A node that was started anew counts from 0.
      cells.push(seen === null || before === undefined ? 0 : Math.max(0, seen.taken - before))
      if (cells.length > SECONDS_MAX) cells.shift()
      if (seen !== null) this.#taken.set(name, seen.taken)
    }
  }

  /** @param clockErrorMs by how much times of different nodes may be wrong */
  nodes(clockErrorMs = 0): TopNode[] {
    const spreads = new Map(perNode(this.#shown(clockErrorMs)).map((spread) => [spread.name, spread]))
    return this.#watch.nodes().map(({ name, state, head, peers, mesh, pool, seen }) => {
      const spread = spreads.get(name)
      return {
        ...{ name, state, peers, pool },
        mesh: peers === null ? null : mesh.length,
        height: head?.height ?? null,
        loopMs: peers === null ? null : (this.#watch.statusOf(name)?.eventLoopDelayP99Ms ?? null),
        taken: seen?.taken ?? null,
        perSecond: this.#perSecond.get(name) ?? [],
        copies: spread === undefined || spread.delivered === 0 ? null : spread.copies / spread.delivered,
        p95Ms: spread?.p95Ms ?? null,
      }
    })
  }

  close(): void {
    this.#watch.close()
  }

  #shown(clockErrorMs: number): Journey[] {
    const network = this.#watch.nodes()
    const shown = this.#watch.sightings.transactions().slice(0, SHOWN_TRANSACTIONS_MAX)
    const before = new Map(this.#journeys)
    this.#journeys.clear()
    return shown.map(({ id, version, records }) => {
      const known = before.get(id)
      const journey =
        known?.version === version ? known.journey : journeyOf(id, network, records, clockErrorMs, this.#watch.known)
      this.#journeys.set(id, { version, journey })
      return journey
    })
  }
}
