/**
 * A hostile libp2p peer: it keeps none of the rules above the transport. It dials from an address of its choice, opens gossip streams by hand
 * and writes whatever frames it likes.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import * as lp from 'it-length-prefixed'
import { createLibp2p, type Libp2p } from 'libp2p'
import type { Connection, Stream } from '@libp2p/interface'
import { topicName, type Topic } from '../../src/domain/protocols.ts'
import { networkIdOf, type NetworkParams } from '../../src/domain/params.ts'
import { privateKeyFromSeed } from '../../src/adapters/libp2p/identity.ts'
import { sha256 } from '../../src/lib/hash.ts'
import { utf8 } from '../../src/lib/bytes.ts'

const MESHSUB = '/meshsub/1.2.0'

export class Hostile {
  readonly #node: Libp2p
  readonly #network: NetworkParams
  #connection: Connection | null = null
  #stream: Stream | null = null

  private constructor(node: Libp2p, network: NetworkParams) {
    this.#node = node
    this.#network = network
  }

  /** @param options.ip local address to dial from, such as 127.66.0.1 */
  static async create(options: { name: string; ip: string; network: NetworkParams }): Promise<Hostile> {
    const node = await createLibp2p({
      privateKey: await privateKeyFromSeed(sha256(utf8(`hostile ${options.name}`))),
      transports: [tcp({ dialOpts: { localAddress: options.ip } } as Parameters<typeof tcp>[0])],
      connectionEncrypters: [tls(), noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
      connectionMonitor: { enabled: false },
      connectionManager: { reconnectRetries: 0 },
    })
    return new Hostile(node, options.network)
  }

  get peerId(): string {
    return this.#node.peerId.toString()
  }

  get connected(): boolean {
    return this.#connection?.status === 'open'
  }

  /** Dials; false when the connection is refused or does not outlive the handshake. */
  async connect(address: string): Promise<boolean> {
    try {
      const connection = await this.#node.dial(multiaddr(address), { signal: AbortSignal.timeout(5_000) })
      this.#connection = connection
      this.#stream = await connection.newStream(MESHSUB, { signal: AbortSignal.timeout(5_000) })
      return true
    } catch {
      this.#connection = null
      return false
    }
  }

  /** Writes one RPC; silently does nothing when the stream is closed. */
  async rpc(rpc: Partial<RPC>): Promise<void> {
    await this.frame(RPC.encode({ subscriptions: [], messages: [], ...rpc }))
  }

  /** Writes one length-prefixed frame of any bytes. */
  async frame(bytes: Uint8Array): Promise<void> {
    const stream = this.#stream
    if (stream?.status !== 'open') return
    try {
      if (!stream.send(lp.encode.single(bytes))) await stream.onDrain({ signal: AbortSignal.timeout(5_000) })
    } catch {
      // Cut off: what the tests look for.
    }
  }

  async messages(topic: Topic, items: readonly Uint8Array[]): Promise<void> {
    const name = topicName(networkIdOf(this.#network), topic)
    await this.rpc({ messages: items.map((data) => ({ topic: name, data })) })
  }

  async stop(): Promise<void> {
    await this.#node.stop()
  }
}
