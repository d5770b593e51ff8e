/**
 * Honest users beside an attack: they hand in transactions at honest nodes and watch every node for when each arrives.
 */
import type { NetworkParams } from '../../../src/domain/params.ts'
import { until } from '../../../testnet/until.ts'
import { HONEST_ACCOUNTS, transactionOf } from '../processes/funded-network.ts'
import type { NodeUnderTest } from '../processes/node-under-test.ts'

export interface TrafficFigures {
  readonly sent: number
  /** Transactions that every node got, as a share of those that were acknowledged. */
  readonly delivery: number
  readonly latencyP99Ms: number
  /** Answers of the victim's API, as a picture of its event loop from outside. */
  readonly loopP99Ms: number
  /** The same of a node that is not attacked: what is slow there is slow by the machine. */
  readonly bystanderP99Ms: number
  readonly refused: readonly string[]
}

export interface TrafficOptions {
  readonly network: NetworkParams
  readonly nodes: readonly NodeUnderTest[]
  readonly victim: NodeUnderTest
  /** A node that nobody attacks. */
  readonly bystander: NodeUnderTest
  readonly perSecond: number
}

const PROBE_MS = 50
/**
 * A node under load traces only a share of its transactions (node/sampling.ts), and tells of those alone. What no event
 * told is therefore asked for, from this age on; it counts as arrived when the answer is there, which is later than it
 * was.
 */
const ASK_AFTER_MS = 500
const ASK_EVERY_MS = 100
/**
 * How long the last transactions may take to arrive before they count as lost, ms: what gossip lost, repair brings
 * within seconds.
 */
const DRAIN_MS = 20_000

export class Traffic {
  readonly #options: TrafficOptions
  readonly #stop = new AbortController()
  readonly #sentMs = new Map<string, number>()
  readonly #arrivedMs = new Map<string, Map<string, number>>()
  readonly #probesMs: number[] = []
  readonly #bystanderMs: number[] = []
  readonly #refused: string[] = []
  readonly #running: Promise<unknown>[] = []
  /** Next nonce of each honest account; shared by all traffic of one network. */
  readonly #nonces: number[]
  #sent = 0
  #finished: Promise<TrafficFigures> | null = null

  constructor(options: TrafficOptions, nonces: number[]) {
    this.#options = options
    this.#nonces = nonces
  }

  /** Starts users and watchers; resolves when all watchers hear. */
  async start(): Promise<void> {
    await Promise.all(this.#options.nodes.map((node) => this.#watch(node)))
    const { victim, bystander } = this.#options
    this.#running.push(this.#submit(), this.#probe(victim, this.#probesMs), this.#probe(bystander, this.#bystanderMs))
    this.#asking = this.#askForUntold()
  }

  /** Ids of those that were acknowledged. */
  get accepted(): readonly string[] {
    return [...this.#sentMs.keys()]
  }

  /** Stops the users, waits for the last transactions, and counts; called again it gives the same figures. */
  finish(): Promise<TrafficFigures> {
    this.#finished ??= this.#finish()
    return this.#finished
  }

  async #finish(): Promise<TrafficFigures> {
    this.#stop.abort()
    await Promise.all(this.#running)
    const isComplete = (): boolean =>
      [...this.#sentMs.keys()].every((id) => this.#options.nodes.every((node) => this.#of(node).has(id)))
    await until(isComplete, { timeoutMs: DRAIN_MS, everyMs: 20 })
    this.#watching.abort()
    await this.#asking
    const latencies: number[] = []
    let complete = 0
    for (const [id, sentMs] of this.#sentMs) {
      const times = this.#options.nodes.flatMap((node) => this.#of(node).get(id) ?? [])
      if (times.length === this.#options.nodes.length) complete++
      latencies.push(...times.map((time) => Math.max(0, time - sentMs)))
    }
    return {
      sent: this.#sentMs.size,
      delivery: this.#sentMs.size === 0 ? 1 : complete / this.#sentMs.size,
      latencyP99Ms: p99(latencies),
      loopP99Ms: p99(this.#probesMs),
      bystanderP99Ms: p99(this.#bystanderMs),
      refused: this.#refused,
    }
  }

  readonly #watching = new AbortController()
  #asking: Promise<void> = Promise.resolve()

  /**
   * Looks up at each node what it should have by now and has not told: one at a time, since the API limits how often it
   * is asked.
   */
  async #askForUntold(): Promise<void> {
    for (let turn = 0; !this.#watching.signal.aborted; turn++) {
      const due = performance.now() - ASK_AFTER_MS
      for (const node of this.#options.nodes) {
        const arrived = this.#of(node)
        const missing = [...this.#sentMs].flatMap(([id, sentMs]) => (sentMs > due || arrived.has(id) ? [] : [id]))
        const id = missing[turn % Math.max(1, missing.length)]
        if (id === undefined) continue
        const outcome = await node.client.transaction(id)
        if (outcome.ok && !arrived.has(id)) arrived.set(id, performance.now())
      }
      await pause(ASK_EVERY_MS)
    }
  }

  async #watch(node: NodeUnderTest): Promise<void> {
    const arrived = this.#of(node)
    const events = node.client.events({ topics: ['transactions'], signal: this.#watching.signal })
    await new Promise<void>((resolve) => {
      const read = async (): Promise<void> => {
        for await (const item of events) {
          if (item.kind === 'connected') resolve()
          if (item.kind !== 'event' || item.event.event !== 'admitted') continue
          const { id } = item.event.data as { id: string }
          if (!arrived.has(id)) arrived.set(id, performance.now())
        }
      }
      void read()
    })
  }

  async #submit(): Promise<void> {
    const { network, nodes, perSecond } = this.#options
    const open: Promise<void>[] = []
    while (!this.#stop.signal.aborted) {
      const number = this.#sent++
      const account = number % HONEST_ACCOUNTS
      const nonce = this.#nonces[account] ?? 0
      this.#nonces[account] = nonce + 1
      const node = nodes[number % nodes.length]
      if (node === undefined) break
      const bytes = transactionOf(network, account, nonce)
      const sentMs = performance.now()
      open.push(
        node.client.submit(bytes).then((outcome) => {
          if (outcome.ok) this.#sentMs.set(outcome.value.id, sentMs)
          else this.#refused.push(outcome.kind === 'problem' ? outcome.problem.code : outcome.kind)
        }),
      )
      await pause(1_000 / perSecond)
    }
    await Promise.all(open)
  }

  async #probe(node: NodeUnderTest, into: number[]): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const before = performance.now()
      await node.client.get('/livez')
      into.push(performance.now() - before)
      await pause(PROBE_MS)
    }
  }

  #of(node: NodeUnderTest): Map<string, number> {
    let arrived = this.#arrivedMs.get(node.name)
    if (arrived === undefined) {
      arrived = new Map()
      this.#arrivedMs.set(node.name, arrived)
    }
    return arrived
  }
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
