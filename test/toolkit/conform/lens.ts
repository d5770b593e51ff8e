/**
 * A real node seen through a lens that bends one thing: the mutants of the conformance kit. Whoever dials the lens gets
 * a connection of its own to the node behind it, with an identity of its own; streams are handed through as they are,
 * but for what the bend says. The lens has the node's own key, so that what the node says of itself stays true.
 */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import type { Connection, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { chunksOf } from '../../../src/adapters/libp2p/exchange.ts'
import { frame, framesIn } from '../../../src/conform/wire.ts'
import { asNetworkId, type NetworkId } from '../../../src/domain/ids.ts'
import { PROTOCOLS, protocolName, type Protocol } from '../../../src/domain/protocols.ts'
import { concatAll, utf8 } from '../../../src/lib/bytes.ts'
import { sha256 } from '../../../src/lib/hash.ts'

const MESHSUB = ['/meshsub/1.2.0', '/meshsub/1.1.0', '/meshsub/1.0.0']
const WAIT_MS = 10_000
const READ_BYTES_MAX = 268_435_456

type Message = RPC['messages'][number]

/** What is bent; what is absent is straight. */
export interface Bend {
  readonly encrypters?: readonly ('tls' | 'noise')[]
  readonly keyType?: 'secp256k1'
  /** Protocols that are not spoken, by the end of their names. */
  readonly mute?: readonly string[]
  /** Protocols that are spoken besides, and do nothing. */
  readonly speaks?: readonly string[]
  readonly answersPings?: false
  /** Changes an RPC of the node; null: it is not sent. */
  readonly toPlayed?: (rpc: RPC, link: Link) => RPC | null
  /** Changes an RPC that is sent to the node; null: it does not arrive. */
  readonly toNode?: (rpc: RPC, link: Link, bytes: Uint8Array) => RPC | null
  /** A message that is handed on unseen to all others. */
  readonly echoes?: (message: Message) => boolean
  /** Changes an answer of the node; null: the stream is reset; 'silence': nothing comes, ever. */
  readonly answer?: (
    protocol: Protocol,
    request: Uint8Array,
    frames: readonly Uint8Array[] | null,
  ) => readonly Uint8Array[] | null | 'silence'
  /** Changes a request of the node; null: it is not put. */
  readonly ask?: (protocol: Protocol, request: Uint8Array) => Uint8Array | null
  /** Changes a frame of an answer on a stream that stays open. */
  readonly frame?: (protocol: Protocol, bytes: Uint8Array, index: number) => Uint8Array
  /** Whoever dials may have any kind of key. */
  readonly takesAnyKey?: true
  /** A gossip stream that is lost stays lost. */
  readonly speaksOnce?: true
  /** A connection that the node ends goes on. */
  readonly keepsOpen?: true
  /** A refused identity is let in: the lens gives each connection another one. */
  readonly forgets?: true
}

/** One played node and its connection to the node behind the lens. */
export interface Link {
  readonly played: string
  /** Sends an RPC to the played node. */
  send(rpc: Partial<RPC>): void
  /** Ends the connection with the played node. */
  end(): void
}

interface Wire extends Link {
  readonly front: Connection
  back: Connection | null
  outbound: Stream | null
}

export interface Lens {
  readonly address: string
  stop(): Promise<void>
}

export async function openLens(
  node: { readonly address: string; readonly seed: Uint8Array; readonly network: NetworkId },
  bend: Bend,
): Promise<Lens> {
  const protocols = new Map<string, Protocol>(
    PROTOCOLS.map((protocol) => [protocolName(asNetworkId(node.network), protocol), protocol]),
  )
  const wires = new Map<string, Promise<Wire | null>>()
  const all = new Set<Wire>()
  const backs = new Set<Libp2p>()
  const isMute = (name: string): boolean => bend.mute?.some((end) => name.endsWith(end)) === true
  const front = await createLibp2p({
    privateKey:
      bend.keyType === undefined
        ? await generateKeyPairFromSeed('Ed25519', node.seed)
        : await generateKeyPair(bend.keyType),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    ...shared(bend.encrypters),
    services: {
      identify: identify(),
      identifyPush: identifyPush(),
      ...(bend.answersPings === false ? {} : { ping: ping() }),
    },
  })

  async function link(connection: Connection): Promise<Wire | null> {
    // What the node behind would refuse, it can not see.
    if (connection.remotePeer.type !== 'Ed25519' && bend.takesAnyKey !== true) {
      await connection.close().catch(() => undefined)
      return null
    }
    const protocolsOf = await identified(front, connection)
    const seed = bend.forgets === true ? crypto.getRandomValues(new Uint8Array(32)) : null
    const back = await createLibp2p({
      privateKey: await generateKeyPairFromSeed('Ed25519', seed ?? sha256(utf8(connection.remotePeer.toString()))),
      ...shared(),
      services: { identify: identify(), ping: ping() },
    })
    backs.add(back)
    const wire: Wire = {
      played: connection.remotePeer.toString(),
      front: connection,
      back: null,
      outbound: null,
      send: (rpc) => {
        const whole = { subscriptions: [], messages: [], ...rpc }
        if (wire.outbound?.status === 'open') wire.outbound.send(frame(RPC.encode(whole)))
      },
      end: () => void connection.close().catch(() => undefined),
    }
    const heard = protocolsOf.filter((name) => MESHSUB.includes(name))
    if (heard.length > 0) await back.handle(heard, (stream) => gossipOut(wire, stream), STREAMS)
    for (const [name, protocol] of protocols)
      if (protocolsOf.includes(name)) await back.handle(name, (stream) => askPlayed(wire, protocol, stream), STREAMS)
    connection.addEventListener('close', () => {
      all.delete(wire)
      void back.stop()
    })
    try {
      wire.back = await back.dial(multiaddr(node.address), { signal: AbortSignal.timeout(WAIT_MS) })
    } catch {
      if (bend.keepsOpen !== true) wire.end()
      return null
    }
    wire.back.addEventListener('close', () => {
      if (bend.keepsOpen !== true) wire.end()
    })
    all.add(wire)
    return wire
  }

  const wireOf = (connection: Connection): Promise<Wire | null> => {
    const known = wires.get(connection.id) ?? link(connection)
    wires.set(connection.id, known)
    return known
  }

  /** Gossip of the node towards the played node. */
  async function gossipOut(wire: Wire, stream: Stream): Promise<void> {
    if (bend.speaksOnce === true && wire.outbound !== null) return
    const out = await newStream(wire.front, [stream.protocol])
    if (out === null) return stream.abort(new Error('the played node takes none'))
    wire.outbound = out
    const { toPlayed } = bend
    const change = toPlayed === undefined ? null : (bytes: Uint8Array) => toPlayed(RPC.decode(bytes), wire)
    await Promise.all([carry(stream, out, change), carry(out, stream, null)])
  }

  /** Gossip of the played node towards the node. */
  async function gossipIn(stream: Stream, connection: Connection): Promise<void> {
    const wire = await wireOf(connection)
    const out = wire === null ? null : await newStream(wire.back, [stream.protocol])
    if (wire === null || out === null) return stream.abort(new Error('the node takes none'))
    const { toNode, echoes } = bend
    const change = (bytes: Uint8Array): RPC | null | 'as it is' => {
      const rpc = readable(bytes)
      if (rpc === null) return 'as it is'
      const messages = echoes === undefined ? [] : rpc.messages.filter(echoes)
      for (const other of all)
        if (other !== wire && messages.length > 0)
          other.send({ messages: messages.map(({ topic, data }) => ({ topic, ...(data && { data }) })) })
      const changed = toNode === undefined ? rpc : toNode(rpc, wire, bytes)
      return changed === rpc ? 'as it is' : changed
    }
    const isStraight = toNode === undefined && echoes === undefined
    await Promise.all([carry(stream, out, isStraight ? null : change), carry(out, stream, null)])
  }

  /** A request of the played node. */
  async function answerPlayed(protocol: Protocol, stream: Stream, connection: Connection): Promise<void> {
    const wire = await wireOf(connection)
    const out = wire === null ? null : await newStream(wire.back, [stream.protocol])
    if (out === null) return stream.abort(new Error('the node takes none'))
    if (bend.answer === undefined) {
      let index = 0
      const { frame: change } = bend
      const bent = change === undefined ? null : (bytes: Uint8Array) => change(protocol, bytes, index++)
      await Promise.all([carry(stream, out, null), carry(out, stream, bent)])
      return
    }
    const request = framesIn(await allOf(stream))
    out.send(concatAll([...request.frames.map(frame), request.rest]))
    await out.close().catch(() => undefined)
    const came = await allOf(out)
    const isReset = out.status === 'reset' || out.status === 'aborted'
    const { frames } = framesIn(came)
    const bent = bend.answer(
      protocol,
      request.frames[0] ?? new Uint8Array(0),
      isReset && frames.length === 0 ? null : frames,
    )
    if (bent === 'silence') return
    if (bent === null) return stream.abort(new Error('the node resets it'))
    for (const one of bent) stream.send(frame(one))
    await stream.close().catch(() => undefined)
  }

  /** A request of the node. */
  async function askPlayed(wire: Wire, protocol: Protocol, stream: Stream): Promise<void> {
    if (bend.ask === undefined || protocol === 'probe') {
      const out = await newStream(wire.front, [stream.protocol])
      if (out === null) return stream.abort(new Error('the played node takes none'))
      const { ask } = bend
      const change = ask === undefined ? null : (bytes: Uint8Array) => ask(protocol, bytes)
      await Promise.all([carry(stream, out, change), carry(out, stream, null)])
      return
    }
    const request = framesIn(await allOf(stream)).frames[0] ?? new Uint8Array(0)
    const bent = bend.ask(protocol, request)
    const out = bent === null ? null : await newStream(wire.front, [stream.protocol])
    if (bent === null || out === null) return stream.abort(new Error('not put'))
    out.send(frame(bent))
    await out.close().catch(() => undefined)
    await carry(out, stream, null)
  }

  front.addEventListener('connection:open', ({ detail }) => {
    if (detail.direction === 'inbound') void wireOf(detail)
  })
  for (const name of MESHSUB) if (!isMute(name)) await front.handle(name, gossipIn, STREAMS)
  for (const [name, protocol] of protocols)
    if (!isMute(name))
      await front.handle(name, (stream, connection) => answerPlayed(protocol, stream, connection), STREAMS)
  for (const name of bend.speaks ?? []) await front.handle(name, () => undefined)
  if (bend.answersPings === false) await front.handle('/ipfs/ping/1.0.0', () => undefined)
  return {
    address: front.getMultiaddrs()[0]?.toString() ?? '',
    async stop() {
      await front.stop()
      for (const back of backs) await back.stop()
    },
  }
}

const STREAMS = { maxInboundStreams: 1_024, maxOutboundStreams: 1_024 }

function shared(encrypters: readonly ('tls' | 'noise')[] = ['tls', 'noise']) {
  const made = { tls, noise }
  return {
    transports: [tcp()],
    connectionEncrypters: encrypters.map((name) => made[name]()),
    streamMuxers: [yamux({ enableKeepAlive: false, streamOptions: { maxReadBufferLength: READ_BYTES_MAX } })],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    connectionManager: { reconnectRetries: 0, inboundConnectionThreshold: 1_000 },
  }
}

/** What the played node lists, when it has said so. */
function identified(front: Libp2p, connection: Connection): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, WAIT_MS, [])
    front.addEventListener('peer:identify', ({ detail }) => {
      if (detail.connection.id !== connection.id) return
      clearTimeout(timer)
      resolve(detail.protocols)
    })
  })
}

async function newStream(connection: Connection | null, names: string[]): Promise<Stream | null> {
  try {
    return connection === null
      ? null
      : await connection.newStream(names, { signal: AbortSignal.timeout(WAIT_MS), maxOutboundStreams: 1_024 })
  } catch {
    return null
  }
}

/**
 * Hands on what comes from one stream to another, and how it ends. @param change of each frame; null: bytes as they
 * are
 */
async function carry(
  from: Stream,
  to: Stream,
  change: ((bytes: Uint8Array) => RPC | Uint8Array | null | 'as it is') | null,
): Promise<void> {
  try {
    let rest = new Uint8Array(0)
    for await (const chunk of chunksOf(from)) {
      if (change === null) {
        to.send(chunk)
        continue
      }
      const read = framesIn(concatAll([rest, chunk.subarray()]))
      rest = Uint8Array.from(read.rest)
      for (const bytes of read.frames) {
        const bent = change(bytes)
        if (bent === null) continue
        if (bent === 'as it is') to.send(frame(bytes))
        else to.send(frame(bent instanceof Uint8Array ? bent : RPC.encode(bent)))
      }
    }
    if (rest.byteLength > 0) to.send(rest)
    if (from.status === 'reset' || from.status === 'aborted') to.abort(new Error('reset'))
    else await to.close().catch(() => undefined)
  } catch {
    to.abort(new Error('reset'))
  }
}

async function allOf(stream: Stream): Promise<Uint8Array> {
  const came: Uint8Array[] = []
  try {
    for await (const chunk of chunksOf(stream)) came.push(Uint8Array.from(chunk.subarray()))
  } catch {
    // Cut off: what has come is what there is.
  }
  return concatAll(came)
}

function readable(bytes: Uint8Array): RPC | null {
  try {
    return RPC.decode(bytes)
  } catch {
    return null
  }
}
