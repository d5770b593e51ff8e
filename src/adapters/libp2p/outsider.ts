/**
 * A peer that speaks libp2p and gossip but keeps none of our rules: it sends what it is told to and keeps what it is
 * sent. The demo's forger and the page's are made of it, and so are the hostile peers of the tests: one of another make
 * than the node shows that the node judges by what arrives and by nothing else.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, MessageStream, PrivateKey, Stream, StreamMuxer } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import * as lp from 'it-length-prefixed'
import { createLibp2p } from 'libp2p'
import { asPeerId, type NetAddress, type PeerId } from '../../domain/ids.ts'
import { boundedWebSockets } from './websockets.ts'

const GOSSIP_PROTOCOL = '/meshsub/1.2.0'
/**
 * How long the other side may take to say hello or to take what was sent, ms: far more than a node on a busy machine
 * needs.
 */
const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 5
/** It reads whatever it is sent, so that only the other side's bounds hold. */
const READ_BYTES_MAX = 268_435_456

/** Parts of an RPC; what is absent is empty. */
export interface RpcParts {
  readonly subscriptions?: RPC['subscriptions']
  readonly messages?: RPC['messages']
  readonly control?: Partial<NonNullable<RPC['control']>>
}

export interface Outsider {
  readonly self: PeerId
  /** Everything that came on gossip streams, in order. */
  readonly received: readonly RPC[]
  /**
   * Connects, takes part in gossip, and resolves when the other side has subscribed at us; rejects when it is refused.
   */
  join(address: NetAddress): Promise<void>
  connection(): Connection
  /** Answers a protocol of its own. */
  handle(protocol: string, answer: (stream: Stream) => Promise<void>): Promise<void>
  /** Sends an RPC on a gossip stream. */
  send(parts: RpcParts): Promise<void>
  /** Sends bytes as they are on a gossip stream, without a length prefix. */
  sendRaw(bytes: Uint8Array): Promise<void>
  isConnected(): boolean
  stop(): Promise<void>
}

export interface OutsiderOptions {
  readonly privateKey?: PrivateKey
  readonly encryption?: 'tls' | 'noise'
  /** Takes gossip streams but never reads them. */
  readonly deaf?: boolean
  /** Hears of the encrypted connection below the muxer. */
  readonly onWire?: (wire: MessageStream) => void
  /** Hears of the multiplexer of the connection. */
  readonly onMuxer?: (muxer: StreamMuxer) => void
  /** Hears of each gossip stream towards this peer that has ended. */
  readonly onStreamEnd?: () => void
}

/** A key of its own, for several outsiders with one identity. */
export function outsiderKey(): Promise<PrivateKey> {
  return generateKeyPair('Ed25519')
}

/** Starts one. It listens nowhere. */
export async function startOutsider(options: OutsiderOptions = {}): Promise<Outsider> {
  const received: RPC[] = []
  const privateKey = options.privateKey ?? (await outsiderKey())
  const node = await createLibp2p({
    privateKey,
    transports: [tcp(), boundedWebSockets({ profile: 'dev', connectionsMax: 1, pendingMax: 1 })],
    connectionEncrypters: [options.encryption === 'noise' ? noise() : tls()],
    streamMuxers: [
      () => {
        const inner = yamux({ enableKeepAlive: false, streamOptions: { maxReadBufferLength: READ_BYTES_MAX } })()
        return {
          protocol: inner.protocol,
          createStreamMuxer(encrypted) {
            options.onWire?.(encrypted)
            const muxer = inner.createStreamMuxer(encrypted)
            options.onMuxer?.(muxer)
            return muxer
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
    stream.addEventListener('close', () => options.onStreamEnd?.())
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
    await held('room, or the end', () => stream.writeBufferLength === 0 || stream.status !== 'open')
  }
  return {
    self: asPeerId(node.peerId.toString()),
    received,
    connection: connected,
    handle: (protocol, answer) => node.handle(protocol, answer),
    isConnected: () => connection?.status === 'open',
    async join(address) {
      connection = await node.dial(multiaddr(address))
      const isRefused = (): boolean => connection?.status !== 'open'
      const isJoined = (): boolean => options.deaf === true || received.some((rpc) => rpc.subscriptions.length > 0)
      await held('subscriptions, or a refusal', () => isJoined() || isRefused())
      if (isRefused()) throw new Error('refused')
    },
    async send({ subscriptions = [], messages = [], control }) {
      const empty = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [] }
      const rpc: RPC = { subscriptions, messages, ...(control && { control: { ...empty, ...control } }) }
      await sendRaw(lp.encode.single(RPC.encode(rpc)).subarray())
    },
    sendRaw,
    async stop() {
      await node.stop()
    },
  }
}

async function held(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
