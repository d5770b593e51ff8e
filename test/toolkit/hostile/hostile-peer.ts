/**
 * A hostile libp2p peer: it keeps none of the rules above the transport. It dials from an address of its choice, writes
 * whatever frames it likes, and counts what it is sent.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, MessageStream, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import * as lp from 'it-length-prefixed'
import { createLibp2p, type Libp2p } from 'libp2p'
import { privateKeyFromSeed } from '../../../src/adapters/libp2p/identity.ts'
import { boundedWebSockets } from '../../../src/adapters/libp2p/websockets.ts'
import { createSigner } from '../../../src/adapters/crypto/signer.ts'
import { encodeHello } from '../../../src/domain/codec/hello-codec.ts'
import { encodeReconcileRequest } from '../../../src/domain/codec/reconcile-codec.ts'
import { asBlockHash, type BlockHash } from '../../../src/domain/ids.ts'
import type { ItemKey } from '../../../src/domain/item-key.ts'
import { networkIdOf, type NetworkParams } from '../../../src/domain/params.ts'
import {
  PROTOCOL_VERSION,
  protocolName,
  TOPICS,
  topicName,
  type Protocol,
  type Topic,
} from '../../../src/domain/protocols.ts'
import { utf8 } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'
import type { Signer } from '../../../src/ports/signer.ts'
import { recordOf } from './records.ts'
import { until } from '../../../testnet/until.ts'

const MESHSUB = '/meshsub/1.2.0'
const DIAL_MS = 10_000
/**
 * After which it says hello where the attack did not: a third of the time that it has, so that attacks show what they
 * are about.
 */
const GREET_AFTER_MS = 10_000
/**
 * How long a write may wait for room before the peer goes on: a victim that reads slowly is the point of some attacks.
 */
const ROOM_MS = 20_000

export interface HostileOptions {
  readonly name: string
  /** Local address to dial from, such as 127.66.0.1. */
  readonly ip: string
  readonly network: NetworkParams
  readonly encryption?: 'tls' | 'noise'
  /** Takes gossip streams but never reads them. */
  readonly deaf?: boolean
  /** Multiaddr on which it listens; without one it only dials. */
  readonly listen?: string
  /** Addresses at which it says that it listens. */
  readonly announce?: readonly string[]
  /** Another kind of identity than Ed25519. */
  readonly keyType?: 'secp256k1' | 'RSA'
}

export interface Heard {
  messages: number
  bytes: number
  iwantIds: number
  ihaveIds: number
  prunes: number
}

type Control = NonNullable<RPC['control']>

export interface ClaimedHead {
  readonly height: number
  readonly hash: BlockHash
}

/** Answers one request with frames; null leaves the asker waiting. */
export type Serve = (request: Uint8Array) => readonly Uint8Array[] | null | Promise<readonly Uint8Array[] | null>

export class HostilePeer {
  readonly heard: Heard = { messages: 0, bytes: 0, iwantIds: 0, ihaveIds: 0, prunes: 0 }
  /** Told of every RPC that comes in. */
  onRpc: ((rpc: RPC) => void) | null = null
  readonly #node: Libp2p
  readonly #network: NetworkParams
  readonly #greeted = new WeakSet<Connection>()
  readonly #haunted = new Map<string, Connection>()
  #signer: Signer | null = null
  #connection: Connection | null = null
  #stream: Stream | null = null
  #wire: MessageStream | null = null

  private constructor(node: Libp2p, network: NetworkParams) {
    this.#node = node
    this.#network = network
  }

  static async create(options: HostileOptions): Promise<HostilePeer> {
    let self: HostilePeer | null = null
    const node = await createLibp2p({
      privateKey:
        options.keyType === undefined
          ? await privateKeyFromSeed(seedOf(options.name))
          : await generateKeyPair(options.keyType as 'secp256k1'),
      addresses: {
        listen: options.listen === undefined ? [] : [options.listen],
        announce: [...(options.announce ?? [])],
      },
      transports: [
        tcp({ dialOpts: { localAddress: options.ip } } as Parameters<typeof tcp>[0]),
        boundedWebSockets({ profile: 'dev', connectionsMax: 8, pendingMax: 8 }),
      ],
      connectionEncrypters: [options.encryption === 'noise' ? noise() : tls()],
      streamMuxers: [
        () => {
          const inner = yamux({ enableKeepAlive: false, streamOptions: { maxReadBufferLength: 268_435_456 } })()
          return {
            protocol: inner.protocol,
            createStreamMuxer(wire) {
              if (self !== null) self.#wire = wire
              return inner.createStreamMuxer(wire)
            },
          }
        },
      ],
      connectionGater: { denyDialMultiaddr: () => false },
      services: { identify: identify(), ping: ping() },
      connectionMonitor: { enabled: false },
      connectionManager: { reconnectRetries: 0 },
    })
    const peer = new HostilePeer(node, options.network)
    self = peer
    await node.handle(MESHSUB, async (stream) => {
      if (options.deaf === true) return stream.pause()
      try {
        for await (const frame of lp.decode(stream, { maxDataLength: 16 * 1_048_576 })) peer.#hear(RPC.decode(frame))
      } catch {
        // Cut off.
      }
    })
    peer.#signer = createSigner(seedOf(options.name))
    return peer
  }

  get peerId(): string {
    return this.#node.peerId.toString()
  }

  /** Its id as PRUNE names peers. */
  get peerIdBytes(): Uint8Array {
    return this.#node.peerId.toMultihash().bytes
  }

  /** Where it listens, without its identity. */
  get listensAt(): string {
    return (this.#node.getMultiaddrs()[0]?.toString() ?? '').split('/p2p/')[0] ?? ''
  }

  /** A message of the records topic in which it says that it lives at these addresses. */
  record(addresses: readonly string[]): Uint8Array {
    if (this.#signer === null) throw new Error('without an identity')
    return recordOf(this.#network, this.#signer, addresses)
  }

  get connected(): boolean {
    return this.#connection?.status === 'open'
  }

  /** The encrypted connection below the muxer. */
  get wire(): MessageStream {
    if (this.#wire === null) throw new Error('not connected')
    return this.#wire
  }

  /** Dials; false when the connection is refused or does not outlive the handshake. */
  async connect(address: string): Promise<boolean> {
    try {
      const connection = await this.#node.dial(multiaddr(address), { signal: AbortSignal.timeout(DIAL_MS) })
      this.#connection = connection
      this.#stream = await connection.newStream(MESHSUB, { signal: AbortSignal.timeout(DIAL_MS) })
      this.#greetInTime(connection)
      return true
    } catch {
      this.#connection = null
      return false
    }
  }

  /** Takes whoever has dialled it as its victim; false when nobody has. */
  async adopt(): Promise<boolean> {
    const [connection] = this.#node.getConnections()
    if (connection === undefined) return false
    this.#connection = connection
    this.#stream = await connection.newStream(MESHSUB, { signal: AbortSignal.timeout(DIAL_MS) })
    return true
  }

  /** Dials one node of many and wants into each of its meshes, where it will say nothing. */
  async haunt(address: string): Promise<void> {
    try {
      const connection = await this.#node.dial(multiaddr(address), { signal: AbortSignal.timeout(DIAL_MS) })
      const stream = await connection.newStream(MESHSUB, { signal: AbortSignal.timeout(DIAL_MS) })
      this.#haunted.set(address, connection)
      const topics = this.topics()
      const graft = topics.map((topicID) => ({ topicID }))
      const control = { ihave: [], iwant: [], graft, prune: [], idontwant: [] }
      const subscriptions = topics.map((topic) => ({ subscribe: true, topic }))
      stream.send(lp.encode.single(RPC.encode({ subscriptions, messages: [], control })))
      this.#greetInTime(connection)
    } catch {
      // Nobody is there yet, or refuses.
    }
  }

  haunts(address: string): boolean {
    return this.#haunted.get(address)?.status === 'open'
  }

  /** Nodes that it is connected with in that way. */
  get haunting(): number {
    return [...this.#haunted.values()].filter(({ status }) => status === 'open').length
  }

  /** Whether the other side keeps a connection: one that refuses us may let the handshake finish first. */
  async isRefused(address: string): Promise<boolean> {
    return !(await this.connect(address)) || (await this.isCut(2_000))
  }

  /** Waits for the end of the connection. */
  async isCut(timeoutMs: number): Promise<boolean> {
    return until(() => !this.connected, { timeoutMs, everyMs: 10 })
  }

  async open(protocol: string): Promise<Stream> {
    if (this.#connection === null) throw new Error('not connected')
    return this.#connection.newStream(protocol, { signal: AbortSignal.timeout(DIAL_MS) })
  }

  /** Sends one request of our protocols; the frames of the answer, null when there is none. */
  async ask(protocol: Protocol, request: Uint8Array): Promise<Uint8Array[] | null> {
    return this.#connection === null ? null : this.#askOn(this.#connection, protocol, request)
  }

  /** Who does not say hello is not kept for long. */
  #greetInTime(connection: Connection): void {
    setTimeout(() => {
      if (connection.status === 'open' && !this.#greeted.has(connection))
        void this.#askOn(connection, 'hello', this.hello())
    }, GREET_AFTER_MS).unref()
  }

  /** Why the last question had no answer. */
  #unanswered: unknown = null

  async #askOn(connection: Connection, protocol: Protocol, request: Uint8Array): Promise<Uint8Array[] | null> {
    if (protocol === 'hello') this.#greeted.add(connection)
    try {
      const name = protocolName(networkIdOf(this.#network), protocol)
      const stream = await connection.newStream(name, { signal: AbortSignal.timeout(DIAL_MS) })
      stream.send(lp.encode.single(request))
      await stream.close({ signal: AbortSignal.timeout(DIAL_MS) })
      const frames: Uint8Array[] = []
      for await (const frame of lp.decode(stream)) frames.push(new Uint8Array(frame.subarray()))
      return frames
    } catch (error) {
      this.#unanswered = error
      return null
    }
  }

  /** Answers requests of one of our protocols. */
  async serve(protocol: Protocol, answer: Serve): Promise<void> {
    await this.#node.handle(protocolName(networkIdOf(this.#network), protocol), async (stream) => {
      try {
        const { value } = await lp.decode(stream)[Symbol.asyncIterator]().next()
        if (value === undefined) return
        const frames = await answer(new Uint8Array(value.subarray()))
        if (frames === null) return
        for (const frame of frames) stream.send(lp.encode.single(frame))
        await stream.close({ signal: AbortSignal.timeout(DIAL_MS) })
      } catch {
        // Cut off.
      }
    })
  }

  /** Introduces itself as a node of the network, without which nothing is asked of it. */
  async greet(head?: ClaimedHead): Promise<void> {
    if ((await this.ask('hello', this.hello(head))) === null)
      throw new Error('the victim does not greet', { cause: this.#unanswered })
  }

  /** What it answers to who dials it and greets. */
  hello(head?: ClaimedHead): Uint8Array {
    const networkId = networkIdOf(this.#network)
    const zero = { settledHeight: 0n, mempoolCount: 0n, mempoolFingerprint: '0'.repeat(64) }
    return encodeHello({
      version: PROTOCOL_VERSION,
      networkId,
      headHeight: BigInt(head?.height ?? 0),
      headHash: head?.hash ?? asBlockHash(networkId),
      name: 'stranger',
      ...zero,
    })
  }

  /** Says in a comparison that it holds these transactions. */
  async offer(keys: readonly ItemKey[]): Promise<void> {
    const sorted = keys.toSorted((a, b) => (a < b ? -1 : 1))
    await this.ask('reconcile', encodeReconcileRequest({ kind: 'offer', set: 'transactions', keys: sorted }))
  }

  /** Subscribes to our topics, so that the victim counts this peer as a listener. */
  async subscribe(): Promise<void> {
    await this.rpc({ subscriptions: this.topics().map((topic) => ({ subscribe: true, topic })) })
  }

  topics(): string[] {
    return TOPICS.map((topic) => this.topic(topic))
  }

  topic(topic: Topic): string {
    return topicName(networkIdOf(this.#network), topic)
  }

  /** Writes one RPC; silently does nothing when the stream is closed. */
  async rpc(rpc: Partial<Omit<RPC, 'control'>> & { control?: Partial<Control> }): Promise<void> {
    const { control, ...rest } = rpc
    const empty = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }
    const whole: RPC = {
      subscriptions: [],
      messages: [],
      ...rest,
      ...(control !== undefined && { control: { ...empty, ...control } }),
    }
    await this.raw(lp.encode.single(RPC.encode(whole)).subarray())
  }

  /** Writes one length-prefixed frame of any bytes. */
  async frame(bytes: Uint8Array): Promise<void> {
    await this.raw(lp.encode.single(bytes).subarray())
  }

  /** Writes bytes as they are on the gossip stream, opening it again when it was closed. */
  async raw(bytes: Uint8Array): Promise<void> {
    try {
      if (this.#stream?.status !== 'open' && this.connected) this.#stream = await this.open(MESHSUB)
      const stream = this.#stream
      if (stream?.status !== 'open') return
      stream.send(bytes)
      await until(() => stream.writeBufferLength === 0 || stream.status !== 'open', { timeoutMs: ROOM_MS, everyMs: 2 })
    } catch {
      // Cut off: what attacks look for.
    }
  }

  async messages(topic: Topic, items: readonly Uint8Array[]): Promise<void> {
    const name = this.topic(topic)
    await this.rpc({ messages: items.map((data) => ({ topic: name, data })) })
  }

  /** Ends the connection in good order; `connect` makes another one. */
  async hangUp(): Promise<void> {
    await this.#connection?.close({ signal: AbortSignal.timeout(DIAL_MS) }).catch(() => undefined)
    this.#connection = null
  }

  async stop(): Promise<void> {
    await this.#node.stop()
  }

  #hear(rpc: RPC): void {
    this.onRpc?.(rpc)
    this.heard.messages += rpc.messages.length
    for (const { data } of rpc.messages) this.heard.bytes += data?.byteLength ?? 0
    for (const { messageIDs } of rpc.control?.iwant ?? []) this.heard.iwantIds += messageIDs.length
    for (const { messageIDs } of rpc.control?.ihave ?? []) this.heard.ihaveIds += messageIDs.length
    this.heard.prunes += rpc.control?.prune.length ?? 0
  }
}

function seedOf(name: string): Uint8Array {
  return sha256(utf8(`hostile ${name}`))
}
