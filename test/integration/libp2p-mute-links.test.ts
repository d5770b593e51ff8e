/** Connections on which gossip does not come about, for each way in which that can fail, in both roles. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { DEAF_ENDS, MUTE_LOOK_MS } from '../../src/adapters/libp2p/limits.ts'
import { asNetAddress, asPeerId } from '../../src/domain/ids.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, TEST_NETWORK } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const MESHSUB = '/meshsub/1.2.0'
const TRANSACTIONS = topicName(TEST_NETWORK, 'transactions')
/** By when a connection is whole or gone, ms. */
const GONE_MS_MAX = 5_000

const world = new Libp2pWorld()
const strangers: Libp2p[] = []
afterEach(async () => {
  await world.stop()
  for (const peer of strangers.splice(0)) await peer.stop()
})

interface Way {
  readonly name: string
  /** What it makes of our gossip stream; none: it does not speak the protocol. */
  readonly takes?: (stream: Stream) => unknown
  /** What it makes of its own; none: it opens none. */
  readonly opens?: (stream: Stream) => unknown
  /** What it makes of a request for identify, instead of an answer. */
  readonly identify?: (stream: Stream) => unknown
  /** What it makes of every stream of ours before a protocol is agreed on. */
  readonly negotiates?: (stream: Stream) => unknown
}

const never = new Promise<void>(() => undefined)
const hang = (): Promise<void> => never
const keep = (): void => undefined
const reset = (stream: Stream): void => stream.abort(new Error('reset'))
const close = (stream: Stream): Promise<void> => stream.close()

const WAYS: readonly Way[] = [
  { name: 'it does not speak gossip' },
  { name: 'it speaks gossip and opens no stream', takes: keep },
  { name: 'it opens a stream and takes none', opens: keep },
  { name: 'it resets our stream', takes: reset, opens: keep },
  { name: 'it resets its own stream', takes: keep, opens: reset },
  { name: 'it closes its own stream', takes: keep, opens: close },
  { name: 'it closes our stream and opens none', takes: close },
  { name: 'it does not answer identify, and opens no stream', takes: keep, identify: hang },
  { name: 'it resets identify, and opens no stream', takes: keep, identify: reset },
  { name: 'it closes identify without an answer, and opens no stream', takes: keep, identify: close },
  { name: 'it answers no negotiation', negotiates: keep, opens: keep },
  { name: 'it resets each stream in negotiation', negotiates: reset, opens: keep },
  { name: 'it closes each stream in negotiation', negotiates: close, opens: keep },
]

/** Yamux whose incoming streams go to `takes` and never to libp2p, which would negotiate on them. */
function unnegotiated(takes: (stream: Stream) => unknown): ReturnType<typeof yamux> {
  return (...parts) => {
    const factory = yamux()(...parts)
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection)
        const listen = muxer.addEventListener.bind(muxer)
        muxer.addEventListener = (type: string, ...rest: unknown[]) => {
          if (type !== 'stream') Reflect.apply(listen, muxer, [type, ...rest])
        }
        listen('stream', ({ detail }) => void takes(detail))
        return muxer
      },
    }
  }
}

async function stranger(way: Way): Promise<Libp2p> {
  const node = await createLibp2p({
    privateKey: await generateKeyPair('Ed25519'),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [way.negotiates === undefined ? yamux() : unnegotiated(way.negotiates)],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    services: { ping: ping(), ...(way.identify === undefined ? { identify: identify() } : {}) },
  })
  strangers.push(node)
  const { takes, opens, identify: answers } = way
  if (answers !== undefined) await node.handle('/ipfs/id/1.0.0', async (stream) => void (await answers(stream)))
  if (takes !== undefined) await node.handle(MESHSUB, async (stream) => void (await takes(stream)))
  if (opens !== undefined) {
    node.addEventListener('connection:open', ({ detail }: { detail: Connection }) => {
      detail.newStream(MESHSUB).then(opens).catch(keep)
    })
  }
  return node
}

describe('a connection without gossip in some direction', () => {
  it('is gone within 5 s, or whole', async () => {
    const cases = WAYS.flatMap((way) => [
      { way, role: 'dialled' as const },
      { way, role: 'dialling' as const },
    ])
    // Side by side: each takes its seconds.
    const endings = await Promise.all(
      cases.map(async ({ way, role }, index) => {
        const [victim, peer] = [await world.node(`victim ${index}`), await stranger(way)]
        const id = asPeerId(peer.peerId.toString())
        if (role === 'dialling') await peer.dial(multiaddr(victim.address()))
        else await victim.connections.dial(asNetAddress(peer.getMultiaddrs()[0]?.toString() ?? ''), 'operator')
        await until(() => victim.connects.includes(id), 'the connection')
        const startedMs = performance.now()
        await until(() => victim.disconnects.includes(id), `the end of: ${way.name}`)
        const inTime = performance.now() - startedMs < GONE_MS_MAX
        return { name: way.name, role, inTime, told: victim.mute.map((each) => each.peer === id) }
      }),
    )
    expect(endings).toEqual(cases.map(({ way, role }) => ({ name: way.name, role, inTime: true, told: [true] })))
  })

  it('stays where the other side has closed what it does not use of our stream', async () => {
    const [victim, peer] = [await world.node('victim'), await stranger({ name: 'half', takes: close, opens: keep })]
    const id = asPeerId(peer.peerId.toString())
    await peer.dial(multiaddr(victim.address()))
    await until(() => victim.connections.gossipLink(id) === 'both', 'both ways')
    await until(
      () =>
        peer
          .getConnections()
          .some(({ streams }) =>
            streams.some(({ direction, writeStatus }) => direction === 'inbound' && writeStatus === 'closed'),
          ),
      'the half-close',
    )
    expect(victim.connections.gossipLink(id)).toBe('both')
  })

  it('is mended where the other side only opens late, without identify', async () => {
    const way: Way = { name: 'late', takes: keep, opens: keep, identify: hang }
    const [victim, peer] = [await world.node('victim'), await stranger(way)]
    const id = asPeerId(peer.peerId.toString())
    await peer.dial(multiaddr(victim.address()))
    await until(() => victim.connections.gossipLink(id) === 'both', 'both ways')
    expect([victim.disconnects, victim.mute]).toEqual([[], []])
  })

  it('is not what two nodes have', async () => {
    const [a, b] = [await world.node('a'), await world.node('b')]
    await connect(a, b)
    await until(
      () => [a.connections.gossipLink(b.self), b.connections.gossipLink(a.self)].every((link) => link === 'both'),
      'both ways',
    )
    expect(a.connections.gossipLink(asPeerId('nobody'))).toBe('none')
  })
})

describe('a peer that ends our gossip streams', () => {
  /** What libraries do with an RPC that is larger than they allow: go-libp2p-pubsub the one, rust-libp2p the other. */
  const ends: readonly ((stream: Stream) => unknown)[] = [reset, close]

  it('is told more after each end, and then is deaf: in no mesh, no recipient, heard, and not cut', async () => {
    await Promise.all(
      ends.map(async (end, index) => {
        const [victim, peer] = [await world.node(`victim ${index}`), await world.hostile()]
        await peer.join(victim.address())
        await peer.send({ subscriptions: [{ subscribe: true, topic: TRANSACTIONS }] })
        const isMeshed = (): boolean => victim.gossip.meshOf('transactions').mesh.includes(peer.self)
        await until(isMeshed, 'the mesh')
        const ours = (): Stream[] =>
          peer.connection().streams.filter(({ protocol, direction }) => protocol === MESHSUB && direction === 'inbound')
        const ended = new Set<Stream>()
        for (let count = 0; count < DEAF_ENDS; count++) {
          await until(() => ours().some((stream) => !ended.has(stream)), 'a stream')
          // Until it has been seen twice the half that a peer does not use may be closed, and that is no end.
          const seenMs = performance.now() + 2.2 * MUTE_LOOK_MS
          await until(() => performance.now() > seenMs, 'two looks at it')
          expect([victim.connections.gossipLink(peer.self), isMeshed()]).toEqual(['both', true])
          const [stream] = ours().filter((each) => !ended.has(each)) as [Stream]
          ended.add(stream)
          await end(stream)
        }
        await until(() => !isMeshed(), 'out of the mesh')
        expect(victim.connections.gossipLink(peer.self)).toBe('deaf')
        const outcome = await victim.gossip.publish('transactions', utf8(`to nobody ${index}`), { flood: true })
        expect(outcome).toMatchObject({ kind: 'published', recipients: 0 })
        await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8(`from the deaf one ${index}`) }] })
        await until(() => victim.messages.length === 1, 'what it says')
        expect([victim.deaf, victim.mute, victim.disconnects]).toEqual([[peer.self], [], []])
      }),
    )
  })
})
