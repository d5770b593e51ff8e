/**
 * A node that the kit plays: libp2p and gossip streams, and above them nothing but what a check tells it to send. It
 * keeps what it hears, answers requests as honestly or as wrongly as it is told, and has a knob for raw bytes on every
 * protocol.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import type { Connection, MessageStream, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { asPeerId, type NetAddress, type PeerId } from '../domain/ids.ts'
import { concatAll } from '../lib/bytes.ts'
import { keyPairOf, type KeyPair } from '../wallet/keys.ts'
import { DIAL_MS, FRAME_BYTES_MAX, LOOK_MS, READ_BYTES_MAX, SOON_MS } from './limits.ts'
import { frame, framesIn, rpcBytes, type RpcParts } from './wire.ts'

export const GOSSIP_PROTOCOLS = ['/meshsub/1.2.0', '/meshsub/1.1.0', '/meshsub/1.0.0'] as const
export type GossipProtocol = (typeof GOSSIP_PROTOCOLS)[number]

export interface PlayedOptions {
  /** What its identity is made of, 32 bytes. */
  readonly seed: Uint8Array
  /** The IP address that it dials from; the machine's choice where there is none. */
  readonly source?: string | undefined
  readonly encryption?: 'tls' | 'noise'
  /** Another kind of identity than Ed25519. */
  readonly keyType?: 'secp256k1'
  /** Versions of gossipsub that it speaks, the best first; none: it lists none in identify. */
  readonly gossip?: readonly GossipProtocol[]
  /** Takes gossip streams but never reads them. */
  readonly isDeaf?: boolean
  /** Pings are left without an answer. */
  readonly ignoresPings?: boolean
}

/** An RPC as it came. */
export interface Heard {
  readonly rpc: RPC
  readonly bytes: Uint8Array
  readonly atMs: number
}

/** How a request ended. */
export interface Answer {
  /**
   * closed: in good order · reset: cut off · open: no end within the time · unsupported: the protocol is not spoken ·
   * gone: no connection.
   */
  readonly end: 'closed' | 'reset' | 'open' | 'unsupported' | 'gone'
  readonly frames: readonly Uint8Array[]
  /** Bytes behind the last whole frame. */
  readonly rest: Uint8Array
  readonly elapsedMs: number
}

/** A request of the peer under test. */
export interface Asked {
  readonly bytes: Uint8Array
  readonly atMs: number
}

/** Frames, or null: the stream is reset; `silence`: nothing, ever. */
export type Serve = (request: Uint8Array) => readonly Uint8Array[] | null | 'silence'

export interface AskOptions {
  /** Bytes as they are instead of a frame. */
  readonly isRaw?: boolean
  /** Whether the asking side is closed after the request; default true. */
  readonly closes?: boolean
  readonly patienceMs?: number
}

export class PlayedNode {
  readonly self: PeerId
  /** The IP address that it dials from, where one was chosen. */
  readonly source: string | undefined
  /** What its records are signed with. */
  readonly keys: KeyPair
  readonly heard: Heard[] = []
  readonly asked = new Map<string, Asked[]>()
  /** The encrypted connection below the multiplexer. */
  wire: MessageStream | null = null
  readonly #node: Awaited<ReturnType<typeof createLibp2p>>
  readonly #gossip: readonly string[]
  readonly #streams = new Set<Stream>()
  #connection: Connection | null = null
  #outbound: Stream | null = null

  private constructor(node: Awaited<ReturnType<typeof createLibp2p>>, { gossip, seed, source }: PlayedOptions) {
    this.keys = keyPairOf(seed)
    this.source = source
    this.#node = node
    this.#gossip = gossip ?? [GOSSIP_PROTOCOLS[0]]
    this.self = asPeerId(node.peerId.toString())
  }

  static async start(options: PlayedOptions): Promise<PlayedNode> {
    let self: PlayedNode | null = null
    const node = await createLibp2p({
      privateKey:
        options.keyType === undefined
          ? await generateKeyPairFromSeed('Ed25519', options.seed)
          : await generateKeyPair(options.keyType),
      nodeInfo: { name: 'hearsay-conform', version: '1', userAgent: 'hearsay-conform' },
      // The types of the transport lack the option of node:net that it hands on.
      transports: [tcp({ dialOpts: { localAddress: options.source } } as Parameters<typeof tcp>[0])],
      connectionEncrypters: [options.encryption === 'noise' ? noise() : tls()],
      streamMuxers: [
        () => {
          const inner = yamux({ enableKeepAlive: false, streamOptions: { maxReadBufferLength: READ_BYTES_MAX } })()
          return {
            protocol: inner.protocol,
            createStreamMuxer(wire) {
              if (self !== null) self.wire = wire
              return inner.createStreamMuxer(wire)
            },
          }
        },
      ],
      connectionGater: { denyDialMultiaddr: () => false },
      connectionMonitor: { enabled: false },
      connectionManager: { reconnectRetries: 0 },
      services: {
        identify: identify(),
        identifyPush: identifyPush(),
        ...(options.ignoresPings === true ? {} : { ping: ping() }),
      },
    })
    const played = new PlayedNode(node, options)
    self = played
    if (options.ignoresPings === true) await node.handle('/ipfs/ping/1.0.0', (stream) => stream.pause())
    await played.speakGossip(options.isDeaf ?? false)
    return played
  }

  /** Lists its gossip protocols, and takes streams of them. */
  async speakGossip(isDeaf = false): Promise<void> {
    if (this.#gossip.length === 0) return
    await this.#node.handle([...this.#gossip], async (stream) => {
      this.#streams.add(stream)
      stream.addEventListener('close', () => this.#streams.delete(stream))
      if (isDeaf) return stream.pause()
      await this.#hear(stream)
    })
  }

  /** Connects below gossip; rejects where it is refused. */
  async connect(address: NetAddress): Promise<void> {
    this.#connection = await this.#node.dial(multiaddr(address), { signal: AbortSignal.timeout(DIAL_MS) })
  }

  get isConnected(): boolean {
    return this.#connection?.status === 'open'
  }

  /** The peer's identity and what identify says of it: its protocols and how it calls itself. */
  async peerKnown(): Promise<{ readonly id: string; readonly keyType: string; readonly protocols: readonly string[] }> {
    const remote = this.#open().remotePeer
    const known = await this.#node.peerStore.get(remote)
    return { id: remote.toString(), keyType: remote.type, protocols: known.protocols }
  }

  /** The encryption and the multiplexer that were agreed on. */
  get agreed(): { readonly encryption: string; readonly muxer: string } {
    const { encryption, multiplexer } = this.#open()
    return { encryption: encryption ?? '', muxer: multiplexer ?? '' }
  }

  /** Sends an RPC on the gossip stream towards the peer. */
  async send(parts: RpcParts): Promise<void> {
    await this.sendRaw(frame(rpcBytes(parts)))
  }

  /** Sends bytes as they are on the gossip stream. Does nothing where the peer has gone. */
  async sendRaw(bytes: Uint8Array): Promise<void> {
    if (!this.isConnected) return
    try {
      if (this.#outbound?.status !== 'open') this.#outbound = await this.#newStream([...this.#gossip])
      this.#outbound.send(bytes)
      const stream = this.#outbound
      for (
        let waited = 0;
        stream.writeBufferLength > 0 && stream.status === 'open' && waited < DIAL_MS;
        waited += LOOK_MS
      )
        await pause(LOOK_MS)
    } catch {
      // The peer has cut the stream or the connection: what the check looks at.
    }
  }

  /** Whether a gossip stream towards the peer stands. */
  get hasOutbound(): boolean {
    return this.#outbound?.status === 'open'
  }

  /** Gossip streams of the peer towards this node. */
  get inboundStreams(): number {
    return [...this.#streams].filter(({ status }) => status === 'open').length
  }

  /** Resets the peer's gossip streams towards this node. */
  resetInbound(): void {
    for (const stream of this.#streams) stream.abort(new Error('reset by the kit'))
  }

  /** Resets its own gossip stream towards the peer. */
  resetOutbound(): void {
    this.#outbound?.abort(new Error('reset by the kit'))
    this.#outbound = null
  }

  /** A stream of any protocol; null where the peer does not speak it. */
  async open(protocol: string): Promise<Stream | null> {
    try {
      return await this.#newStream([protocol])
    } catch {
      return null
    }
  }

  /** Puts a request and waits for the end of the answer. */
  async ask(protocol: string, request: Uint8Array, options: AskOptions = {}): Promise<Answer> {
    const { isRaw = false, closes = true, patienceMs = DIAL_MS } = options
    const begun = performance.now()
    const came: Uint8Array[] = []
    const answer = (end: Answer['end']): Answer => ({
      end,
      ...framesIn(concatAll(came)),
      elapsedMs: performance.now() - begun,
    })
    if (!this.isConnected) return answer('gone')
    let stream: Stream
    try {
      stream = await this.#newStream([protocol])
    } catch (error) {
      return answer(error instanceof Error && error.name === 'UnsupportedProtocolError' ? 'unsupported' : 'reset')
    }
    const read = (async (): Promise<Answer['end']> => {
      try {
        for await (const chunk of stream) came.push(Uint8Array.from(chunk.subarray()))
        return stream.status === 'reset' || stream.status === 'aborted' ? 'reset' : 'closed'
      } catch {
        return 'reset'
      }
    })()
    try {
      if (request.byteLength > 0) stream.send(isRaw ? request : frame(request))
      if (closes) await stream.close({ signal: AbortSignal.timeout(patienceMs) })
    } catch {
      // Cut off while it was written: the reading side says so.
    }
    const end = await within(read, patienceMs)
    if (end === null) stream.abort(new Error('the kit has waited long enough'))
    return answer(end ?? 'open')
  }

  /** Puts a request, and another one on the same stream when the first has its answer; the frames of both. */
  async askTwice(protocol: string, first: Uint8Array, second: Uint8Array): Promise<readonly Uint8Array[]> {
    const stream = await this.open(protocol)
    if (stream === null) return []
    let came = new Uint8Array(0)
    const read = (async () => {
      try {
        for await (const chunk of stream) came = Uint8Array.from(concatAll([came, chunk.subarray()]))
      } catch {
        // Cut off: what has come is what there is.
      }
    })()
    const count = (): number => framesIn(came).frames.length
    stream.send(frame(first))
    await until(() => count() > 0 || stream.status !== 'open', DIAL_MS)
    if (stream.writeStatus === 'writable') stream.send(frame(second))
    await Promise.race([read, until(() => count() > 1, SOON_MS)])
    stream.abort(new Error('the kit has seen enough'))
    return framesIn(came).frames
  }

  /** Answers requests of a protocol, and keeps what was asked. */
  async serve(protocol: string, answer: Serve): Promise<void> {
    const asked: Asked[] = this.asked.get(protocol) ?? []
    this.asked.set(protocol, asked)
    await this.#node.handle(
      protocol,
      async (stream) => {
        let bytes = new Uint8Array(0)
        try {
          // Streams of `probe` may stay open for the next request.
          for await (const chunk of stream) {
            const { frames, rest } = framesIn(concatAll([bytes, chunk.subarray()]))
            bytes = Uint8Array.from(rest)
            for (const request of frames) {
              asked.push({ bytes: request, atMs: performance.now() })
              const answered = answer(request)
              if (answered === 'silence') return
              if (answered === null) return stream.abort(new Error('no answer'))
              for (const one of answered) stream.send(frame(one))
            }
          }
          await stream.close()
        } catch {
          // Cut off by the peer.
        }
      },
      { force: true },
    )
  }

  /** Ends the connection in good order. */
  async hangUp(): Promise<void> {
    await this.#connection?.close({ signal: AbortSignal.timeout(DIAL_MS) }).catch(() => undefined)
    this.#connection = null
    this.#outbound = null
  }

  async stop(): Promise<void> {
    await this.#node.stop()
  }

  async #hear(stream: Stream): Promise<void> {
    let rest = new Uint8Array(0)
    try {
      for await (const chunk of stream) {
        const read = framesIn(concatAll([rest, chunk.subarray()]))
        rest = Uint8Array.from(read.rest)
        if (rest.byteLength > FRAME_BYTES_MAX) return
        for (const bytes of read.frames) this.heard.push({ rpc: RPC.decode(bytes), bytes, atMs: performance.now() })
      }
    } catch {
      // The peer has cut it.
    }
  }

  #newStream(protocols: string[]): Promise<Stream> {
    return this.#open().newStream(protocols, { signal: AbortSignal.timeout(DIAL_MS), maxOutboundStreams: 1_024 })
  }

  #open(): Connection {
    if (this.#connection === null) throw new Error('connect first')
    return this.#connection
  }
}

/** The one place where the kit waits for time to pass. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** What the work comes to, or null when it takes longer. */
export function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, null)
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
    })
  })
}

/** Looks until `isSo` holds; whether it came to hold within the time. */
export async function until(isSo: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadline) return false
    await pause(LOOK_MS)
  }
  return true
}
