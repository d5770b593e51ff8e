/**
 * Follows one transaction over all nodes of a network: their event streams as it happens, and their propagation records
 * for what a stream missed. Opened before the transaction is sent, so that nothing is missed at the start.
 */
import { connect, type Client } from '../client/connect.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import { alignedRecord, errorBetween, type NodeClock } from '../trace/clocks.ts'
import type { NodeState } from '../home/manifest.ts'
import type { CoverageFigures, Sighting } from './coverage.ts'
import { coverageOf } from './coverage.ts'
import { waitFor } from './waiting.ts'

/**
 * How long the streams may take to stand before the transaction is sent all the same, ms; records fill what they then
 * miss.
 */
const STREAMS_WAIT_MS = 1_500
/** How often nodes that have not been seen to have it are asked, ms. */
const ASK_EVERY_MS = 400
/** How long one node may take to answer, ms: a paused one never does. */
const ANSWER_MS_MAX = 2_000
/**
 * After the target is reached: how long no record may come for the figures to be final, and how long that is waited for
 * at most, ms.
 */
const QUIET_MS = 120
const SETTLE_MS_MAX = 600

export interface WatchedAddress {
  readonly name: string
  readonly apiUrl: string
}

export interface WatchOptions {
  readonly id: string
  readonly nodes: readonly WatchedAddress[]
  /** The present state of a node by its name, for the reason why it lags; null where nobody knows. */
  readonly stateOf: (name: string) => NodeState | null
  /** By name, where they are not all one machine's. */
  readonly clocks?: ReadonlyMap<string, NodeClock | null>
  readonly stop: AbortSignal
}

export type WatchEnd = 'reached' | 'late' | 'stopped'

/** Follows one transaction over the nodes of a network. */
export interface Watch {
  /** Resolves when it would notice the transaction; within 1.5 s. */
  listening(): Promise<void>
  /** The node `name` is known to have the transaction: it said so itself. */
  mark(name: string): void
  figures(): CoverageFigures
  /**
   * Waits until `share` of the nodes have the transaction, then for the last copies; calls back with the figures on the
   * way.
   * @param isOld it was sent before, so that the records must tell
   */
  until(
    share: number,
    timeoutMs: number,
    isOld: boolean,
    onChange: (figures: CoverageFigures) => void,
  ): Promise<WatchEnd>
  /** By how much times of different nodes may be wrong, ms; 0 where one clock stamps all. */
  clockErrorMs(): number
  close(): void
}

export class CoverageWatch implements Watch {
  readonly #id: string
  readonly #stateOf: WatchOptions['stateOf']
  readonly #clocks: WatchOptions['clocks'] | null
  readonly #stop: AbortSignal
  readonly #closing = new AbortController()
  readonly #watchers: Watcher[]
  readonly #sightings: Sighting[] = []
  #wake: () => void = () => undefined
  #lastChangeMs = performance.now()

  constructor({ id, nodes, stateOf, clocks, stop }: WatchOptions) {
    this.#id = id
    this.#clocks = clocks ?? null
    this.#stateOf = stateOf
    this.#stop = stop
    stop.addEventListener('abort', () => this.#closing.abort(), { once: true })
    this.#watchers = nodes.map((node) => ({
      name: node.name,
      client: connect(node.apiUrl, { timeoutMs: ANSWER_MS_MAX }),
      isConnected: false,
      isComplete: true,
      hasIt: false,
      isSeen: false,
      settled: Promise.withResolvers(),
    }))
    for (const watcher of this.#watchers) void this.#follow(watcher)
  }

  /** Resolves when every node that is up is listened to, or has failed to answer; within 1.5 s. */
  async listening(): Promise<void> {
    const up = this.#watchers.filter(({ name }) => isUp(this.#stateOf(name)))
    await Promise.race([
      Promise.all(up.map(({ settled }) => settled.promise)),
      waitFor(STREAMS_WAIT_MS, this.#closing.signal),
    ])
  }

  /** The node `name` is known to have the transaction: it said so itself. */
  mark(name: string): void {
    const watcher = this.#watchers.find((candidate) => candidate.name === name)
    if (watcher === undefined) return
    watcher.hasIt = true
    watcher.isSeen = true
  }

  figures(): CoverageFigures {
    const nodes = this.#watchers.map((watcher) => ({
      name: watcher.name,
      hasIt: watcher.hasIt,
      trouble: this.#troubleOf(watcher),
    }))
    return coverageOf(this.#id, nodes, this.#sightings)
  }

  /**
   * Waits until `share` of the nodes have the transaction, then for the last copies; calls back with the figures on the
   * way.
   * @param isOld it was sent before the streams stood, so that the records must tell
   */
  async until(
    share: number,
    timeoutMs: number,
    isOld: boolean,
    onChange: (figures: CoverageFigures) => void,
  ): Promise<WatchEnd> {
    const deadline = performance.now() + timeoutMs
    if (isOld) for (const watcher of this.#watchers) watcher.isComplete = false
    const asking = this.#askRegularly(isOld)
    try {
      for (;;) {
        const figures = this.figures()
        onChange(figures)
        if (figures.reached >= Math.ceil(share * figures.nodes - 1e-9)) break
        if (this.#stop.aborted) return 'stopped'
        const leftMs = deadline - performance.now()
        if (leftMs <= 0) return 'late'
        await this.#change(leftMs)
      }
      const settleEnd = performance.now() + SETTLE_MS_MAX
      while (!this.#stop.aborted && performance.now() < settleEnd) {
        const quietMs = performance.now() - this.#lastChangeMs
        if (quietMs >= QUIET_MS) break
        await this.#change(QUIET_MS - quietMs)
      }
      await Promise.all(this.#watchers.filter((watcher) => !watcher.isComplete).map((watcher) => this.#ask(watcher)))
      onChange(this.figures())
      return 'reached'
    } finally {
      this.close()
      await asking
    }
  }

  clockErrorMs(): number {
    if (this.#clocks === null) return 0
    const told = new Set(this.#sightings.map(({ node }) => node))
    return errorBetween([...told].map((name) => this.#clocks?.get(name) ?? null))
  }

  close(): void {
    this.#closing.abort()
    for (const { client } of this.#watchers) client.close()
  }

  async #follow(watcher: Watcher): Promise<void> {
    for await (const item of watcher.client.events({ topics: ['propagation'], signal: this.#closing.signal })) {
      switch (item.kind) {
        case 'event':
          this.#take(watcher, item.event.data as PropagationRecord)
          break
        case 'connected':
          watcher.isConnected = true
          watcher.settled.resolve()
          this.#changed()
          break
        case 'disconnected':
          watcher.isConnected = false
          watcher.isComplete = false
          watcher.settled.resolve()
          this.#changed()
          break
        case 'dropped':
          watcher.isComplete = false
          break
      }
    }
  }

  async #askRegularly(atOnce: boolean): Promise<void> {
    const { signal } = this.#closing
    for (let pauseMs = atOnce ? 0 : ASK_EVERY_MS; await waitFor(pauseMs, signal); pauseMs = ASK_EVERY_MS) {
      await Promise.all(
        this.#watchers
          .filter((watcher) => !watcher.isSeen && isUp(this.#stateOf(watcher.name)))
          .map((watcher) => this.#ask(watcher)),
      )
      this.#changed()
    }
  }

  async #ask(watcher: Watcher): Promise<void> {
    const propagation = await watcher.client.propagation(this.#id)
    if (propagation.ok) for (const record of propagation.value.records) this.#take(watcher, record)
    // After a restart a node has its pool and no record of how it came by it.
    const hasIt = (propagation.ok && propagation.value.known) || (await watcher.client.transaction(this.#id)).ok
    if (hasIt) this.mark(watcher.name)
  }

  #take(watcher: Watcher, record: PropagationRecord): void {
    if (record.id !== this.#id) return
    const clock = this.#clocks?.get(watcher.name) ?? null
    this.#sightings.push({ node: watcher.name, record: alignedRecord(record, clock) })
    if (record.event === 'DELIVER' || record.event === 'PUBLISH' || record.event === 'RECOVERED') watcher.isSeen = true
    this.#lastChangeMs = performance.now()
    this.#changed()
  }

  #troubleOf(watcher: Watcher): string | null {
    const state = this.#stateOf(watcher.name)
    if (state !== null && !isUp(state)) return state
    return watcher.isConnected ? null : 'unreachable'
  }

  #changed(): void {
    this.#wake()
  }

  async #change(timeoutMs: number): Promise<void> {
    const changed = new Promise<void>((resolve) => (this.#wake = resolve))
    const waiting = new AbortController()
    const onStop = (): void => waiting.abort()
    this.#stop.addEventListener('abort', onStop, { once: true })
    await Promise.race([changed, waitFor(timeoutMs, waiting.signal)])
    this.#stop.removeEventListener('abort', onStop)
    waiting.abort()
  }
}

interface Watcher {
  readonly name: string
  readonly client: Client
  /** Settles when the stream stood or failed for the first time. */
  readonly settled: PromiseWithResolvers<void>
  isConnected: boolean
  /** Its stream has brought everything since before the transaction was sent. */
  isComplete: boolean
  hasIt: boolean
  /** A record says that it has it, or it does. */
  isSeen: boolean
}

/** Whether a node in this state can be asked; also one whose state nobody knows. */
export function isUp(state: NodeState | null): boolean {
  return state === null || state === 'ready' || state === 'starting'
}
