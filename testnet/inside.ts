/**
 * Nodes of a testnet in this very process: the same nodes as in child.ts, over the same sockets. They share one event
 * loop, can't be stopped from outside, and end in good order only.
 */
import type { Node } from '../src/node/compose.ts'
import type { Carrier, CarrierExit, CarrierStart } from './carrier.ts'
import { readNodeConfig } from './node-config-file.ts'
import type { ChainPlace } from '../src/node/blocks-on-demand.ts'
import type { BlockOrder, NodeReady } from './node-messages.ts'
import { obey } from './obey.ts'
import type { ObservedNode } from './readiness.ts'

export class InsideNodes implements Carrier {
  readonly pid = null
  readonly startedAt = null
  readonly started: Promise<CarrierStart>
  readonly exited: Promise<CarrierExit>
  readonly #nodes = new Map<string, Node>()
  readonly #end: (exit: CarrierExit) => void
  #stopping: Promise<void> | null = null

  /**
   * Starts one node for each configuration file. What they would log goes nowhere: the process's stderr is whoever
   * else's.
   */
  constructor(configFiles: readonly string[]) {
    const { promise, resolve } = Promise.withResolvers<CarrierExit>()
    this.exited = promise
    this.#end = resolve
    this.started = this.#start(configFiles)
  }

  get isRunning(): boolean {
    return this.#stopping === null
  }

  observe(name: string): ObservedNode | null {
    const node = this.#nodes.get(name)
    if (node === undefined || !this.isRunning) return null
    const { peers } = node.control.peers()
    return { name, peerId: node.peerId, peers: peers.map(({ peerId }) => peerId), topics: node.control.mesh().topics }
  }

  async order(name: string, what: BlockOrder): Promise<ChainPlace | null> {
    return obey(this.#nodes.get(name)?.blocksOnDemand, what)
  }

  stop(): Promise<void> {
    this.#stopping ??= this.started
      .then(() => Promise.all([...this.#nodes.values()].map((node) => node.stop())))
      .then(() => this.#end({ code: 0, signal: null }))
    return this.#stopping
  }

  kill(): Promise<void> {
    return this.stop()
  }

  async #start(configFiles: readonly string[]): Promise<CarrierStart> {
    // Loaded with the first node: who starts processes does without libp2p.
    const { openNode } = await import('../src/node/compose.ts')
    const openings = await Promise.all(
      configFiles.map(async (file) => {
        const config = readNodeConfig(file)
        return { name: config.name, opening: await openNode({ ...config, logLevel: 'silent' }) }
      }),
    )
    const ready: NodeReady[] = []
    for (const { name, opening } of openings) {
      if (!opening.ok) continue
      this.#nodes.set(name, opening.node)
      const { peerId, listen, apiUrl } = opening.node
      ready.push({ name, peerId, listen, api: apiUrl ?? '' })
    }
    const failed = openings.find(({ opening }) => !opening.ok)?.opening
    return failed?.ok === false ? { ok: false, message: failed.message } : { ok: true, nodes: ready }
  }
}
