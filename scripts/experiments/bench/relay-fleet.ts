/**
 * Several nodes of ours on this machine, all connected with all, and a load on them that keeps them full without
 * drowning them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent, request } from 'node:http'
import { parseMetrics, sumOf } from '../../../test/toolkit/processes/metrics-text.ts'
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { BATCH_COUNT_MAX } from '../../../src/domain/params.ts'
import { SEMI_SPACE_MIB } from '../../../testnet/limits.ts'
import { BenchProcess, pause } from './processes.ts'
import type { BlockFigures, RelayFigures, RelayMessage } from './relay-process.ts'
import { readTransactions } from './workload.ts'

/** How often the load looks at how far the nodes are, ms. */
const LOOK_MS = 50
/** Requests under way at one node: what it can take between two looks, more than the network carries. */
const REQUESTS_PER_NODE = 4

export interface FleetOptions {
  /** For Node itself, such as --cpu-prof. */
  readonly flags?: readonly string[]
  /** Start of a chain whose blocks the first node makes; unless given, there are no blocks. */
  readonly genesisTimeMs?: number
}

export interface Charges {
  /** Peers and addresses that were cut off for what they cost. */
  readonly overworked: number
  readonly bans: number
  readonly offences: number
  /** Connections that stood at the start and don't now, as both ends see them. */
  readonly connectionsLost: number
}

interface Lane {
  readonly process: BenchProcess<RelayMessage>
  readonly url: URL
  readonly token: string
  readonly bodies: readonly Uint8Array[]
  next: number
  underWay: number
}

export class RelayFleet {
  readonly #lanes: readonly Lane[]
  readonly #agent = new Agent({ keepAlive: true })
  #accepted = 0
  #refused = 0
  #slowest = 0
  /** Sum over the nodes of what was handed in at each. */
  #handedIn = 0

  private constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes
  }

  /** Starts one node for each file of transactions and waits until each has all others in its mesh. */
  static async start(folder: string, files: readonly string[], options: FleetOptions = {}): Promise<RelayFleet> {
    const lanes: Lane[] = []
    const bootstrap: string[] = []
    for (const [index, file] of files.entries()) {
      const task = {
        index,
        nodes: files.length,
        dataDir: join(folder, `node-${index}`),
        bootstrap: [...bootstrap],
        genesisTimeMs: options.genesisTimeMs ?? null,
      }
      const process = new BenchProcess<RelayMessage>('relay-process.ts', task, [
        `--max-semi-space-size=${SEMI_SPACE_MIB}`,
        ...(options.flags ?? []),
      ])
      const { address, apiUrl, cookieFile } = await process.next('ready')
      bootstrap.push(address)
      const items = readTransactions(file)
      const bodies = Array.from({ length: Math.floor(items.length / BATCH_COUNT_MAX) }, (_, at) =>
        encodeBatch(items.slice(at * BATCH_COUNT_MAX, (at + 1) * BATCH_COUNT_MAX)),
      )
      const token = readFileSync(cookieFile, 'utf8').trim()
      lanes.push({ process, url: new URL(apiUrl), token, bodies, next: 0, underWay: 0 })
    }
    const fleet = new RelayFleet(lanes)
    while ((await fleet.figures()).some(({ mesh }) => mesh < files.length - 1)) await pause(LOOK_MS)
    return fleet
  }

  figures(): Promise<RelayFigures[]> {
    return Promise.all(this.#lanes.map(({ process }) => process.ask({ kind: 'figures' }, 'figures')))
  }

  metrics(): Promise<string[]> {
    return Promise.all(this.#lanes.map(async ({ process }) => (await process.ask({ kind: 'metrics' }, 'metrics')).text))
  }

  /** What the nodes hold against one another, summed: all are honest, so there should be nothing. */
  async charges(): Promise<Charges> {
    const all = (await this.metrics()).map(parseMetrics)
    const count = (name: string): number => all.reduce((sum, metrics) => sum + sumOf(metrics, name), 0)
    return {
      overworked: count('hearsay_overworked_total'),
      bans: count('hearsay_bans_total'),
      offences: count('hearsay_offences_total'),
      connectionsLost: (await this.figures()).reduce(
        (sum, { peers }) => sum + Math.max(0, this.#lanes.length - 1 - peers),
        0,
      ),
    }
  }

  get apiUrls(): readonly string[] {
    return this.#lanes.map(({ url }) => url.origin)
  }

  get accepted(): number {
    return this.#accepted
  }

  get refused(): number {
    return this.#refused
  }

  /**
   * Hands in full batches at every node for as long as `until` is not over. `window`: transactions that may be in some
   * pools and not in all; null: `ratePerSecond` over all nodes instead.
   */
  async load(
    until: Promise<unknown>,
    pace: { readonly window: number } | { readonly ratePerSecond: number },
  ): Promise<void> {
    let over = false
    void until.finally(() => (over = true))
    const startMs = performance.now()
    const startedWith = this.#handedIn
    while (!over) {
      if ('window' in pace) this.#slowest = await this.#smallestPool()
      const allowed =
        'window' in pace
          ? this.#slowest + pace.window
          : startedWith + ((performance.now() - startMs) * pace.ratePerSecond) / 1_000
      for (let idle = false; !idle && this.#handedIn < allowed;) {
        idle = true
        for (const lane of this.#lanes) {
          if (lane.underWay >= REQUESTS_PER_NODE || lane.next >= lane.bodies.length) continue
          this.#send(lane, lane.bodies[lane.next++] as Uint8Array)
          idle = false
        }
      }
      if (this.#lanes.every(({ next, bodies }) => next >= bodies.length))
        throw new Error('the transactions of the measurement ran out: make more of them')
      await pause('window' in pace ? LOOK_MS : LOOK_MS / 5)
    }
  }

  /** Hands in all that there is, and waits for the answers. */
  async everything(): Promise<void> {
    while (this.#lanes.some(({ next, bodies, underWay }) => next < bodies.length || underWay > 0)) {
      for (const lane of this.#lanes)
        if (lane.underWay < REQUESTS_PER_NODE && lane.next < lane.bodies.length)
          this.#send(lane, lane.bodies[lane.next++] as Uint8Array)
      await pause(LOOK_MS / 5)
    }
  }

  /** Blocks that nodes got from others, of all nodes. */
  async blocks(): Promise<BlockFigures[]> {
    const all = await Promise.all(this.#lanes.map(({ process }) => process.ask({ kind: 'blocks' }, 'blocks')))
    return all.flatMap(({ blocks }) => blocks)
  }

  /** Waits until all pools are equal; how long that took, ms. */
  async settled(maxMs: number): Promise<{ readonly ms: number; readonly equal: boolean }> {
    const startMs = performance.now()
    for (;;) {
      const all = await this.figures()
      const ms = performance.now() - startMs
      const isQuiet = this.#lanes.every(({ underWay }) => underWay === 0)
      if (isQuiet && new Set(all.map(({ fingerprint }) => fingerprint)).size === 1) return { ms, equal: true }
      if (ms > maxMs) return { ms, equal: false }
      await pause(LOOK_MS)
    }
  }

  async #smallestPool(): Promise<number> {
    const all = await Promise.all(this.#lanes.map(({ process }) => process.ask({ kind: 'pace' }, 'pace')))
    return Math.min(...all.map(({ pool }) => pool))
  }

  async end(): Promise<void> {
    this.#agent.destroy()
    await Promise.all(this.#lanes.map(({ process }) => process.end()))
  }

  #send(lane: Lane, body: Uint8Array): void {
    lane.underWay++
    this.#handedIn += BATCH_COUNT_MAX
    const options = {
      method: 'POST',
      path: '/v1/transactions:batch',
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${lane.token}`,
        'content-type': 'application/octet-stream',
        'content-length': body.byteLength,
      },
    }
    const outgoing = request(lane.url, options, (incoming) => {
      let head = ''
      incoming.on('data', (chunk: Buffer) => {
        if (head.length < 64) head += chunk.toString('latin1', 0, 64)
      })
      incoming.on('end', () => {
        lane.underWay--
        const accepted = Number(/"accepted":(\d+)/.exec(head)?.[1] ?? 0)
        this.#accepted += accepted
        this.#refused += BATCH_COUNT_MAX - accepted
      })
    })
    outgoing.on('error', () => {
      lane.underWay--
      this.#refused += BATCH_COUNT_MAX
    })
    outgoing.end(body)
  }
}
