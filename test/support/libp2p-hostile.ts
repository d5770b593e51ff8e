/** A peer that speaks libp2p but none of our rules: it sends what a test writes and keeps what it is sent. */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, MessageStream, PrivateKey, Stream } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { noise } from '@libp2p/noise'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import * as lp from 'it-length-prefixed'
import { createLibp2p } from 'libp2p'
import { asPeerId, type NetAddress, type PeerId } from '../../src/domain/ids.ts'
import { until } from './libp2p-until.ts'

const GOSSIP_PROTOCOL = '/meshsub/1.2.0'

/** Parts of an RPC; what is absent is empty. */
export interface RpcParts {
  readonly subscriptions?: RPC['subscriptions']
  readonly messages?: RPC['messages']
  readonly control?: Partial<NonNullable<RPC['control']>>
}

export interface Hostile {
  readonly self: PeerId
  /** Everything that came on gossip streams, in order. */
  readonly received: readonly RPC[]
  /** Connects, takes part in gossip, and resolves when the other side has subscribed at us; rejects when it is refused. */
  join(address: NetAddress): Promise<void>
  connection(): Connection
  /** Opens a stream by a protocol of the other side. */
  open(protocol: string): Promise<Stream>
  /** Answers a protocol with bytes as they are. */
  answer(protocol: string, bytes: Uint8Array): Promise<void>
  /** Sends an RPC on a gossip stream. */
  send(parts: RpcParts): Promise<void>
  /** Sends bytes as they are on a gossip stream, without a length prefix. */
  sendRaw(bytes: Uint8Array): Promise<void>
  isConnected(): boolean
  /** Gossip streams towards this peer that the other side has given up. */
  cutStreams(): number
  /** The encrypted connection below the muxer. */
  wire(): MessageStream
  stop(): Promise<void>
}

export interface HostileOptions {
  readonly privateKey?: PrivateKey
  readonly encryption?: 'tls' | 'noise'
  /** Takes gossip streams but never reads them. */
  readonly deaf?: boolean
}

/** Starts one. It listens nowhere. */
export async function startHostile(options: HostileOptions = {}): Promise<Hostile> {
  const received: RPC[] = []
  let wire: MessageStream | null = null
  let cutStreams = 0
  const privateKey = options.privateKey ?? (await generateKeyPair('Ed25519'))
  const node = await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: [options.encryption === 'noise' ? noise() : tls()],
    streamMuxers: [
      () => {
        const inner = yamux({ enableKeepAlive: false, streamOptions: { maxReadBufferLength: 268_435_456 } })()
        return {
          protocol: inner.protocol,
          createStreamMuxer(encrypted) {
            wire = encrypted
            return inner.createStreamMuxer(encrypted)
          },
        }
      },
    ],
    connectionGater: { denyDialMultiaddr: () => false },
    // It never minds that nobody answers.
    connectionMonitor: { enabled: false },
    services: { identify: identify(), ping: ping() },
  })
  await node.handle(GOSSIP_PROTOCOL, async (stream) => {
    stream.addEventListener('close', () => cutStreams++)
    if (options.deaf === true) return stream.pause()
    for await (const frame of lp.decode(stream)) received.push(RPC.decode(frame))
  })
  let connection: Connection | null = null
  let gossip: Stream | null = null
  const connected = (): Connection => {
    if (connection === null) throw new Error('join first')
    return connection
  }
  const sendRaw = async (bytes: Uint8Array): Promise<void> => {
    if (gossip === null || gossip.status !== 'open') gossip = await connected().newStream([GOSSIP_PROTOCOL])
    const stream = gossip
    stream.send(bytes)
    await until('room, or the end', () => stream.writeBufferLength === 0 || stream.status !== 'open')
  }
  return {
    self: asPeerId(node.peerId.toString()),
    received,
    connection: connected,
    open: (protocol) => connected().newStream([protocol]),
    answer: (protocol, bytes) =>
      node.handle(protocol, async (stream) => {
        stream.send(bytes)
        await stream.close()
      }),
    isConnected: () => connection?.status === 'open',
    async join(address) {
      connection = await node.dial(multiaddr(address))
      const isRefused = (): boolean => connection?.status !== 'open'
      const isJoined = (): boolean => options.deaf === true || received.some((rpc) => rpc.subscriptions.length > 0)
      await until('subscriptions, or a refusal', () => isJoined() || isRefused())
      if (isRefused()) throw new Error('refused')
    },
    async send({ subscriptions = [], messages = [], control }) {
      const empty = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }
      const rpc: RPC = { subscriptions, messages, ...(control && { control: { ...empty, ...control } }) }
      await sendRaw(lp.encode.single(RPC.encode(rpc)).subarray())
    },
    sendRaw,
    cutStreams: () => cutStreams,
    wire() {
      if (wire === null) throw new Error('join first')
      return wire
    },
    async stop() {
      await node.stop()
    },
  }
}
