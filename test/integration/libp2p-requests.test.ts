import { EXCHANGE_LIMITS } from '../../src/domain/exchange-limits.ts'
import * as lp from 'it-length-prefixed'
import { afterEach, describe, expect, it } from 'vitest'
import { asNetworkId } from '../../src/domain/ids.ts'
import { protocolName } from '../../src/domain/protocols.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { OpenLibp2p } from '../../src/adapters/libp2p/open.ts'
import { connect, TEST_NETWORK, type TestNode } from '../toolkit/libp2p/libp2p-node.ts'
import { until } from '../toolkit/until.ts'
import { Libp2pWorld } from '../toolkit/libp2p/libp2p-world.ts'

const world = new Libp2pWorld()
afterEach(() => world.stop())

/** An asker and a server, connected. */
async function pair(
  beforeStart: (server: OpenLibp2p) => Promise<void>,
): Promise<{ asker: TestNode; server: TestNode }> {
  const server = await world.node('server', { beforeStart })
  const asker = await world.node('asker')
  await connect(asker, server)
  return { asker, server }
}

describe('requests over TCP', () => {
  it('answers 200 requests that come at once, each with its own', async () => {
    const { asker, server } = await pair((opened) => opened.requests.serve('objects', async (_, request) => [request]))
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, i) => asker.requests.ask(server.self, 'objects', Uint8Array.of(i))),
    )
    expect(outcomes.map((outcome) => (outcome.kind === 'answered' ? outcome.frames[0]?.[0] : outcome.reason))).toEqual(
      Array.from({ length: 200 }, (_, i) => i),
    )
  })

  it('carries the largest answer of every protocol', async () => {
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('chain', async () =>
        Array.from({ length: 8 }, () => new Uint8Array(EXCHANGE_LIMITS.chain.totalBytesMax / 8).fill(1)),
      ),
    )
    const outcome = await asker.requests.ask(server.self, 'chain', utf8('all'))
    expect(outcome.kind === 'answered' ? outcome.frames.length : outcome.reason).toBe(8)
  })

  it('fails as reset where the handler throws, or answers beyond its limits', async () => {
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('probe', async (_, request) => {
        if (request[0] === 0) throw new Error('a bug')
        return [new Uint8Array(EXCHANGE_LIMITS.probe.frameBytesMax + 1)]
      }),
    )
    expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(0))).toEqual({
      kind: 'failed',
      reason: 'reset',
    })
    expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).toEqual({
      kind: 'failed',
      reason: 'reset',
    })
  })

  it('fails where the peer vanishes in between', async () => {
    let asked = (): void => {}
    const arrived = new Promise<void>((resolve) => (asked = resolve))
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('chain', async () => {
        asked()
        return new Promise(() => {})
      }),
    )
    const pending = asker.requests.ask(server.self, 'chain', utf8('wait'))
    await arrived
    await server.stop()
    expect(await pending).toMatchObject({ kind: 'failed' })
    await until(() => asker.disconnects.includes(server.self), 'the loss')
  })

  it('reaches hello across networks, and nothing else', async () => {
    const other = asNetworkId(sha256Hex(utf8('dev-elsewhere')))
    const server = await world.node('server', {
      network: other,
      beforeStart: async (opened) => {
        await opened.requests.serve('hello', async () => [utf8('another network')])
        await opened.requests.serve('probe', async () => [utf8('never')])
      },
    })
    const asker = await world.node('asker')
    expect(await asker.connections.dial(server.address(), 'operator')).toEqual({ kind: 'connected', peer: server.self })
    expect(await asker.requests.ask(server.self, 'hello', utf8('ours'))).toMatchObject({ kind: 'answered' })
    expect(await asker.requests.ask(server.self, 'probe', utf8('ours'))).toEqual({
      kind: 'failed',
      reason: 'unsupported',
    })
  })

  it('is not held up by an asker that never ends its side, sends two frames, none, or too large a one', async () => {
    const asked: Uint8Array[] = []
    const server = await world.node('server', {
      beforeStart: ({ requests }) =>
        requests.serve('observe', async (_, request) => {
          asked.push(request)
          return [request]
        }),
    })
    const peer = await world.hostile()
    await peer.join(server.address())
    const protocol = protocolName(TEST_NETWORK, 'observe')
    const frame = (bytes: number): Uint8Array => lp.encode.single(new Uint8Array(bytes)).subarray()
    const open = Array.from({ length: EXCHANGE_LIMITS.observe.streamsMax }, () => peer.open(protocol))
    const [unended, twice, none, huge, ...idle] = await Promise.all(open)
    unended?.send(frame(1))
    twice?.send(Buffer.concat([frame(2), frame(3)]))
    await none?.close()
    huge?.send(frame(EXCHANGE_LIMITS.observe.frameBytesMax + 1))
    await until(
      () => [unended, twice, none, huge, ...idle].every((stream) => stream?.status !== 'open'),
      'the end of all',
    )
    expect(asked.map((request) => request.byteLength).sort()).toEqual([1, 2])
    // Their slots are free again.
    const honest = await peer.open(protocol)
    honest.send(frame(4))
    await honest.close()
    await until(() => asked.length === 3, 'the honest one')
  })

  it('fails as too large where the answer exceeds a frame or the whole', async () => {
    const { frameBytesMax, totalBytesMax } = EXCHANGE_LIMITS.reconcile
    const asker = await world.node('asker')
    const protocol = protocolName(TEST_NETWORK, 'reconcile')
    const frame = lp.encode.single(new Uint8Array(frameBytesMax)).subarray()
    const answers = [
      // Only announced: the asker must not wait for it.
      Uint8Array.of(0xff, 0xff, 0xff, 0x7f),
      Buffer.concat(Array<Uint8Array>(totalBytesMax / frameBytesMax + 1).fill(frame)),
    ]
    for (const bytes of answers) {
      const peer = await world.hostile()
      await peer.answer(protocol, bytes)
      await peer.join(asker.address())
      expect(await asker.requests.ask(peer.self, 'reconcile', utf8('all?'))).toEqual({
        kind: 'failed',
        reason: 'too-large',
      })
    }
  })

  it('fails as reset where an answer is cut short by the end of the server', async () => {
    const frames = Array.from({ length: 8 }, () => new Uint8Array(1_048_576))
    const server = await world.node('server', {
      beforeStart: ({ requests }) => requests.serve('chain', async () => frames),
    })
    const slow = await world.hostile()
    await slow.join(server.address())
    const stream = await slow.open(protocolName(TEST_NETWORK, 'chain'))
    const ends: string[] = []
    stream.addEventListener('remoteCloseWrite', () => ends.push('end'))
    stream.addEventListener('close', () => ends.push('close'))
    stream.addEventListener('message', () => {})
    stream.send(lp.encode.single(utf8('all')))
    await stream.close()
    ;(stream as unknown as { pause(): void }).pause()
    await until(() => stream.readBufferLength >= 262_144, 'the window to be full')
    const stopped = server.stop()
    ;(stream as unknown as { resume(): void }).resume()
    await stopped
    await until(() => ends.length > 0, 'the end')
    expect(ends[0]).toBe('close')
  })
})
