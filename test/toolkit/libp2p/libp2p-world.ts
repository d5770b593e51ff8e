/** The nodes of one test, stopped together. */
import { startHostile, type Hostile, type HostileOptions } from './libp2p-hostile.ts'
import { startNode, type TestNode, type TestNodeOptions } from './libp2p-node.ts'

export class Libp2pWorld {
  readonly #stops: (() => Promise<void>)[] = []

  async node(name: string, options?: TestNodeOptions): Promise<TestNode> {
    const node = await startNode(name, options)
    this.#stops.push(() => node.stop())
    return node
  }

  async hostile(options?: HostileOptions): Promise<Hostile> {
    const peer = await startHostile(options)
    this.#stops.push(() => peer.stop())
    return peer
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()))
  }
}
