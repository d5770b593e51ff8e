import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { peerIdFromSeed } from '../../src/adapters/libp2p/identity.ts'
import { SOCKETS_PER_ADDRESS_MAX } from '../../src/adapters/libp2p/limits.ts'
import { asNetAddress, type NetAddress } from '../../src/domain/ids.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, seedOf, startNode, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await world.stop()
})

async function two(): Promise<[TestNode, TestNode]> {
  return [await world.node('a'), await world.node('b')]
}

function portOf(address: NetAddress): number {
  return Number(/\/tcp\/(\d+)/.exec(address)?.[1])
}

/** A bare TCP connection from an address of loopback that begins to negotiate: who is let in is answered. */
function knock(at: TestNode, localAddress: string): { isRefused(): boolean; isLetIn(): boolean; leave(): void } {
  let closed = false
  let answered = false
  const socket = connectSocket({ host: '127.0.0.1', port: portOf(at.address()), localAddress })
  sockets.push(socket)
  socket.on('connect', () => socket.write('\x13/multistream/1.0.0\n'))
  socket.on('data', () => (answered = true))
  socket.on('error', () => (closed = true))
  socket.on('close', () => (closed = true))
  return { isRefused: () => closed && !answered, isLetIn: () => answered && !closed, leave: () => socket.destroy() }
}

describe('connections over TCP', () => {
  it('says who connected, from where, which way, and with which program', async () => {
    const [a, b] = await two()
    expect(await a.connections.dial(b.address(), 'operator')).toEqual({ kind: 'connected', peer: b.self })
    await until(() => a.connected.has(b.self) && b.connected.has(a.self), 'both')
    expect(a.connected.get(b.self)).toEqual({ address: b.address(), direction: 'outbound' })
    expect(b.connected.get(a.self)).toMatchObject({ direction: 'inbound' })
    await until(() => a.agents.has(b.self) && b.agents.has(a.self), 'identify')
    expect(a.agents.get(b.self)).toBe('hearsay-test/b')
    expect(a.connections.rttMs(b.self)).toBeGreaterThanOrEqual(0)
    expect(a.connections.rttMs(a.self)).toBeNull()
  })

  it('knows its identity from its seed, and its addresses end in it', async () => {
    const a = await world.node('a')
    expect(a.self).toBe(await peerIdFromSeed(seedOf('a')))
    expect(a.connections.addresses()).toHaveLength(1)
    expect(a.address()).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${a.self}$`))
  })

  it('is one peer to the other even when both dial at once', async () => {
    const [a, b] = await two()
    await Promise.all([a.connections.dial(b.address(), 'operator'), b.connections.dial(a.address(), 'operator')])
    await connect(a, b)
    expect([a.connects, b.connects]).toEqual([[b.self], [a.self]])
    await a.gossip.publish('transactions', utf8('once'), { flood: false })
    await until(() => b.messages.length === 1, 'the message')
    await a.connections.disconnect(b.self)
    await until(() => a.disconnects.length === 1 && b.disconnects.length === 1, 'the end')
  })

  it('fails to dial what is not there, what is no address, and itself, each with a reason', async () => {
    const [a, b] = await two()
    const gone = b.address()
    await b.stop()
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const port = await new Promise<number>((resolve) => {
      web.listen(0, '127.0.0.1', () => resolve((web.address() as AddressInfo).port))
    })
    const bare = a.address().replace(/\/p2p\/.*/, '')
    const c = await world.node('c')
    const cases = [
      [gone, 'refused'],
      [a.address(), 'self'],
      [bare, 'self'],
      [c.address().replace(c.self, b.self), 'other-peer'],
      [`/ip4/127.0.0.1/tcp/${port}`, 'no-handshake'],
      ['/dns4/no-such-name.invalid/tcp/4601', 'no-such-name'],
      ['nonsense', 'other'],
      ['/ip4/127.0.0.1', 'other'],
    ] as const
    for (const [address, kind] of cases)
      expect(await a.connections.dial(asNetAddress(address), 'operator'), address).toMatchObject({
        kind: 'failed',
        failure: { kind },
      })
    web.close()
    expect(a.connects).toEqual([])
  })

  it('resolves a name once, dials what was judged, and says at which IP address the peer is (A39)', async () => {
    const asked: string[] = []
    const a = await world.node('a', {
      resolver: {
        texts: async () => [],
        addresses: async (name) => {
          asked.push(name)
          // What it says the second time nobody looks at.
          return asked.length === 1 ? ['127.0.0.1'] : ['192.0.2.1']
        },
      },
    })
    const b = await world.node('b')
    const named = asNetAddress(`/dns4/node-b.test/tcp/${portOf(b.address())}/p2p/${b.self}`)
    expect(await a.connections.dial(named, 'operator')).toEqual({ kind: 'connected', peer: b.self })
    expect(asked).toEqual(['node-b.test'])
    await until(() => a.connected.has(b.self), 'the connection')
    expect(a.connected.get(b.self)?.address).toBe(b.address())
  })

  it('knocks at nothing on this machine or around it because a stranger says so, on an open network (A39)', async () => {
    let knocks = 0
    const canary = createServer((socket) => {
      knocks++
      socket.destroy()
    })
    await new Promise<void>((resolve) => canary.listen(0, '0.0.0.0', resolve))
    const { port } = canary.address() as AddressInfo
    const a = await world.node('a', {
      isOpen: true,
      resolver: { texts: async () => [], addresses: async () => ['127.0.0.1', '::ffff:7f00:1'] },
    })
    const places = [
      '/ip4/127.0.0.1',
      '/ip6/::ffff:127.0.0.1',
      '/ip6/::1',
      '/ip4/0.0.0.0',
      '/dns4/127.0.0.1',
      '/dns/inside.test',
    ]
    for (const place of places) {
      const address = asNetAddress(`${place}/tcp/${port}`)
      expect(await a.connections.dial(address, 'stranger'), address).toMatchObject({ kind: 'failed' })
    }
    expect(await a.connections.dial(asNetAddress(`/dns4/seed.test/tcp/${port}`), 'operator')).toMatchObject({
      kind: 'failed',
      failure: {
        kind: 'inside',
        detail: `/dns4/seed.test/tcp/${port} leads to 127.0.0.1, loopback; ::ffff:7f00:1, loopback`,
      },
    })
    expect(knocks).toBe(0)
    // Its operator may.
    await a.connections.dial(asNetAddress(`/ip4/127.0.0.1/tcp/${port}`), 'operator')
    expect(knocks).toBeGreaterThan(0)
    await new Promise((resolve) => canary.close(resolve))
  })

  it('lets 12 nodes in that dial at the same moment', async () => {
    const hub = await world.node('hub')
    const others = await Promise.all(Array.from({ length: 12 }, (_, i) => world.node(`n${i}`)))
    const outcomes = await Promise.all(others.map((other) => other.connections.dial(hub.address(), 'operator')))
    expect(outcomes.every(({ kind }) => kind === 'connected')).toBe(true)
    expect(new Set(hub.connects).size).toBe(12)
  })

  it('names the address where it cannot listen', async () => {
    const a = await world.node('a')
    const taken = `/ip4/127.0.0.1/tcp/${portOf(a.address())}`
    await expect(startNode('b', { listen: [taken] })).rejects.toThrow(`cannot listen on ${taken}`)
  })
})

describe('the gater', () => {
  it('refuses a banned address before any handshake, and only that one', async () => {
    const a = await world.node('a')
    a.bannedIps.add('127.66.0.7')
    const [banned, other] = [knock(a, '127.66.0.7'), knock(a, '127.66.0.8')]
    await until(() => banned.isRefused(), 'the refusal')
    await until(() => other.isLetIn(), 'the other')
  })

  it('takes four sockets of one address on the open network, and another when one has left', async () => {
    const a = await world.node('a', { profile: 'node' })
    const first = Array.from({ length: SOCKETS_PER_ADDRESS_MAX }, () => knock(a, '127.66.0.9'))
    await until(() => first.every((socket) => socket.isLetIn()), 'four')
    const fifth = knock(a, '127.66.0.9')
    await until(() => fifth.isRefused(), 'the refusal')
    const elsewhere = knock(a, '127.66.0.10')
    await until(() => elsewhere.isLetIn(), 'another address')
    expect(first.every((socket) => socket.isLetIn())).toBe(true)
    first[0]?.leave()
    let next = knock(a, '127.66.0.9')
    await until(() => {
      // The node may not have noticed yet that one left, and counts attempts by the second besides.
      if (next.isRefused()) next = knock(a, '127.66.0.9')
      return next.isLetIn()
    }, 'room again')
  })
})
