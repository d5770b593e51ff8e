import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { peerIdFromSeed } from '../../src/adapters/libp2p/identity.ts'
import { SOCKETS_PER_ADDRESS_MAX } from '../../src/adapters/libp2p/limits.ts'
import { asNetAddress, type NetAddress } from '../../src/domain/ids.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, seedOf, startNode, type TestNode } from '../support/libp2p-node.ts'
import { until } from '../support/libp2p-until.ts'
import { Libp2pWorld } from '../support/libp2p-world.ts'

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
    expect(await a.connections.dial(b.address())).toEqual({ kind: 'connected', peer: b.self })
    await until('both', () => a.connected.has(b.self) && b.connected.has(a.self))
    expect(a.connected.get(b.self)).toEqual({ address: b.address(), direction: 'outbound' })
    expect(b.connected.get(a.self)).toMatchObject({ direction: 'inbound' })
    await until('identify', () => a.agents.has(b.self) && b.agents.has(a.self))
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
    await Promise.all([a.connections.dial(b.address()), b.connections.dial(a.address())])
    await connect(a, b)
    expect([a.connects, b.connects]).toEqual([[b.self], [a.self]])
    await a.gossip.publish('transactions', utf8('once'), { flood: false })
    await until('the message', () => b.messages.length === 1)
    await a.connections.disconnect(b.self)
    await until('the end', () => a.disconnects.length === 1 && b.disconnects.length === 1)
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
      expect(await a.connections.dial(asNetAddress(address)), address).toMatchObject({
        kind: 'failed',
        failure: { kind },
      })
    web.close()
    expect(a.connects).toEqual([])
  })

  it('lets 12 nodes in that dial at the same moment', async () => {
    const hub = await world.node('hub')
    const others = await Promise.all(Array.from({ length: 12 }, (_, i) => world.node(`n${i}`)))
    const outcomes = await Promise.all(others.map((other) => other.connections.dial(hub.address())))
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
    await until('the refusal', () => banned.isRefused())
    await until('the other', () => other.isLetIn())
  })

  it('takes four sockets of one address on the open network, and another when one has left', async () => {
    const a = await world.node('a', { profile: 'node' })
    const first = Array.from({ length: SOCKETS_PER_ADDRESS_MAX }, () => knock(a, '127.66.0.9'))
    await until('four', () => first.every((socket) => socket.isLetIn()))
    const fifth = knock(a, '127.66.0.9')
    await until('the refusal', () => fifth.isRefused())
    const elsewhere = knock(a, '127.66.0.10')
    await until('another address', () => elsewhere.isLetIn())
    expect(first.every((socket) => socket.isLetIn())).toBe(true)
    first[0]?.leave()
    let next = knock(a, '127.66.0.9')
    await until('room again', () => {
      // The node may not have noticed yet that one left, and counts attempts by the second besides.
      if (next.isRefused()) next = knock(a, '127.66.0.9')
      return next.isLetIn()
    })
  })
})
