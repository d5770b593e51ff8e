import { once } from 'node:events'
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  PENDING_INBOUND_MAX,
  SOCKETS_PER_ADDRESS_MAX,
  WEBSOCKET_MESSAGE_BYTES_MAX,
  WINDOW_BYTES_MAX,
} from '../../src/adapters/libp2p/limits.ts'
import { PendingSockets } from '../../src/adapters/libp2p/pending-sockets.ts'
import { topicName } from '../../src/domain/protocols.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import { connect, TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'
import { yamuxHeader } from '../toolkit/objects/yamux-header.ts'
import { until } from '../toolkit/until.ts'

const TRANSACTIONS = topicName(TEST_NETWORK, 'transactions')
const CHUNK_BYTES = 65_536
const WEB = ['/ip4/127.0.0.1/tcp/0/ws']

const world = new Libp2pWorld()
const sockets: (Socket | WebSocket)[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    if (socket instanceof WebSocket) socket.terminate()
    else socket.destroy()
  }
  await world.stop()
})

function portOf(node: TestNode): number {
  return Number(/\/tcp\/(\d+)\/ws\//.exec(node.address())?.[1])
}

describe('libp2p over WebSockets', () => {
  it('carries gossip and requests, both ways', async () => {
    const web = await world.node('web', {
      listen: WEB,
      beforeStart: (node) => node.requests.serve('hello', async (_from, bytes) => [bytes]),
    })
    const other = await world.node('other', {
      beforeStart: (node) => node.requests.serve('hello', async () => [utf8('from the dialler')]),
    })
    expect(web.address()).toMatch(/\/tcp\/\d+\/ws\/p2p\//)
    await connect(other, web)
    await web.gossip.publish('transactions', utf8('from the web'), { flood: false })
    await other.gossip.publish('transactions', utf8('from TCP'), { flood: false })
    await until(() => web.messages.length === 1 && other.messages.length === 1, 'both')
    expect(await other.requests.ask(web.self, 'hello', utf8('as it was'))).toMatchObject({
      kind: 'answered',
      frames: [utf8('as it was')],
    })
    expect(await web.requests.ask(other.self, 'hello', utf8('?'))).toMatchObject({
      kind: 'answered',
      frames: [utf8('from the dialler')],
    })
  })

  it('dials nothing of it that a stranger names', async () => {
    const [web, other] = [await world.node('web', { listen: WEB }), await world.node('other')]
    const outcome = await other.connections.dial(web.address(), 'stranger')
    expect(outcome).toMatchObject({ kind: 'failed', failure: { kind: 'other' } })
  })

  it('slows a peer down to its budget, and keeps it (L6)', async () => {
    const victim = await world.node('victim', { profile: 'node', listen: WEB })
    const peer = await world.hostile()
    await peer.join(victim.address())
    const startedMs = performance.now()
    for (let i = 0; i < 5; i++)
      await peer.send({ messages: [{ topic: TRANSACTIONS, data: new Uint8Array(1_048_576).fill(i) }] })
    await until(() => victim.messages.length === 5, 'all of them')
    expect(performance.now() - startedMs).toBeGreaterThan(500)
    expect(peer.isConnected()).toBe(true)
  })

  it('cuts a connection whose frame exceeds every window, and its socket with it (L7)', async () => {
    const victim = await world.node('victim', { listen: WEB })
    const peer = await world.hostile({ encryption: 'noise' })
    await peer.join(victim.address())
    await peer.send({ messages: [{ topic: TRANSACTIONS, data: utf8('opens the stream') }] })
    await until(() => victim.messages.length === 1, 'its gossip')
    const wire = peer.wire()
    ;(wire as unknown as { pause(): void }).pause()
    wire.send(yamuxHeader(0, 0, 1_001, WINDOW_BYTES_MAX + 2))
    for (let left = WINDOW_BYTES_MAX + 1; left > 0 && wire.status === 'open'; left -= CHUNK_BYTES) {
      wire.send(new Uint8Array(Math.min(left, CHUNK_BYTES)))
      await until(() => wire.writeBufferLength === 0 || victim.disconnects.includes(peer.self), 'room, or the cut')
      if (victim.disconnects.includes(peer.self)) break
    }
    await until(() => victim.disconnects.includes(peer.self), 'the cut')
    ;(wire as unknown as { resume(): void }).resume()
    await until(() => !peer.isConnected(), 'the end of the socket')
  })
})

describe('what is no peer, on a port for WebSockets', () => {
  it('ends with the first message that is larger than any of libp2p', async () => {
    const victim = await world.node('victim', { listen: WEB })
    const socket = new WebSocket(`ws://127.0.0.1:${portOf(victim)}`)
    sockets.push(socket)
    let isClosed = false
    socket.on('error', () => undefined).on('close', () => (isClosed = true))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(new Uint8Array(WEBSOCKET_MESSAGE_BYTES_MAX + 1))
    await until(() => isClosed, 'its end')
    const peer = await world.hostile()
    await peer.join(victim.address())
  })

  it.each([
    ['dev', PENDING_INBOUND_MAX],
    ['node', SOCKETS_PER_ADDRESS_MAX],
  ] as const)('holds no more silent sockets than it may (%s)', async (profile, most) => {
    const victim = await world.node('victim', { profile, listen: WEB })
    let open = 0
    const dialled = Array.from({ length: most + 3 }, () => {
      const socket = connectSocket(portOf(victim), '127.0.0.1', () => open++)
      sockets.push(socket)
      socket.on('error', () => undefined).on('close', () => open--)
      return new Promise((resolve) => socket.once('connect', resolve))
    })
    await Promise.all(dialled)
    await until(() => open === most, 'the end of those that are too many')
  })
})

it('gives up a socket that takes too long to become a WebSocket', async () => {
  const pending = new PendingSockets({ profile: 'dev', max: 4, waitMs: 50 })
  const server = createServer((socket) => pending.admit(socket)).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const socket = connectSocket((server.address() as AddressInfo).port, '127.0.0.1')
    sockets.push(socket)
    await until(() => pending.size === 1, 'the socket')
    await once(socket.resume(), 'close')
    await until(() => pending.size === 0, 'its end')
  } finally {
    server.close()
  }
})
