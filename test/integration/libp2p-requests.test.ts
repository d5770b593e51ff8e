import { afterEach, describe, expect, it } from 'vitest'
import { EXCHANGE_LIMITS } from '../../src/adapters/libp2p/limits.ts'
import { asNetworkId, asPeerId, type PeerId } from '../../src/domain/ids.ts'
import { sha256Hex } from '../../src/lib/hash.ts'
import { utf8 } from '../../src/lib/bytes.ts'
import type { OpenLibp2p } from '../../src/adapters/libp2p/open.ts'
import { connect, startNode, type TestNode, type TestNodeOptions } from '../support/libp2p-node.ts'
import { until } from '../support/libp2p-until.ts'

const nodes: TestNode[] = []

async function node(name: string, options?: TestNodeOptions): Promise<TestNode> {
  const started = await startNode(name, options)
  nodes.push(started)
  return started
}

/** An asker and a server, connected. */
async function pair(
  beforeStart: (server: OpenLibp2p) => Promise<void>,
): Promise<{ asker: TestNode; server: TestNode }> {
  const server = await node('server', { beforeStart })
  const asker = await node('asker')
  await connect(asker, server)
  return { asker, server }
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((started) => started.stop()))
})

describe('requests over TCP', () => {
  it('carries one frame there, several back, and says who asked', async () => {
    const asked: { from: PeerId; request: Uint8Array }[] = []
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('objects', async (from, request) => {
        asked.push({ from, request })
        return [utf8('one'), new Uint8Array(0), new Uint8Array(100_000).fill(7)]
      }),
    )
    const outcome = await asker.requests.ask(server.self, 'objects', utf8('which?'))
    if (outcome.kind !== 'answered') throw new Error(outcome.reason)
    expect(outcome.frames.map((frame) => frame.byteLength)).toEqual([3, 0, 100_000])
    expect(Buffer.from(outcome.frames[0] as Uint8Array).toString()).toBe('one')
    expect(outcome.frames[2]?.every((byte) => byte === 7)).toBe(true)
    expect(outcome.elapsedMs).toBeGreaterThan(0)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.from).toBe(asker.self)
    expect(Buffer.from(asked[0]?.request as Uint8Array).toString()).toBe('which?')
  })

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

  it('fails as reset where the server finds the request worth nothing, and goes on', async () => {
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('probe', async (_, request) => (request[0] === 0 ? null : [request])),
    )
    expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(0))).toEqual({
      kind: 'failed',
      reason: 'reset',
    })
    expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).toMatchObject({ kind: 'answered' })
  })

  it('fails as reset where the handler throws or answers beyond its limits', async () => {
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

  it('says that the other side does not serve the protocol', async () => {
    const { asker, server } = await pair(async () => {})
    expect(await asker.requests.ask(server.self, 'chain', utf8('?'))).toEqual({ kind: 'failed', reason: 'unsupported' })
  })

  it('says that nobody is there', async () => {
    const asker = await node('asker')
    const stranger = await node('stranger')
    expect(await asker.requests.ask(stranger.self, 'probe', utf8('?'))).toEqual({
      kind: 'failed',
      reason: 'unreachable',
    })
    expect(await asker.requests.ask(asPeerId('no peer'), 'probe', utf8('?'))).toEqual({
      kind: 'failed',
      reason: 'unreachable',
    })
  })

  it('ends at the deadline where the handler never answers, and frees its streams', async () => {
    const { asker, server } = await pair((opened) =>
      opened.requests.serve('probe', async (_, request) => (request[0] === 1 ? [request] : new Promise(() => {}))),
    )
    const startedMs = performance.now()
    const silent = Array.from({ length: EXCHANGE_LIMITS.probe.streamsMax }, () =>
      asker.requests.ask(server.self, 'probe', Uint8Array.of(0)),
    )
    for (const outcome of await Promise.all(silent)) expect(outcome).toEqual({ kind: 'failed', reason: 'deadline' })
    expect(performance.now() - startedMs).toBeGreaterThan(EXCHANGE_LIMITS.probe.deadlineMs - 50)
    expect(performance.now() - startedMs).toBeLessThan(EXCHANGE_LIMITS.probe.deadlineMs + 1_000)
    // All slots of both sides were taken; the next request finds one.
    expect(await asker.requests.ask(server.self, 'probe', Uint8Array.of(1))).toMatchObject({ kind: 'answered' })
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
    await until('the loss', () => asker.disconnects.includes(server.self))
  })

  it('reaches hello across networks, and nothing else', async () => {
    const other = asNetworkId(sha256Hex(utf8('dev-elsewhere')))
    const server = await node('server', {
      network: other,
      beforeStart: async (opened) => {
        await opened.requests.serve('hello', async () => [utf8('another network')])
        await opened.requests.serve('probe', async () => [utf8('never')])
      },
    })
    const asker = await node('asker')
    expect(await asker.connections.dial(server.address())).toEqual({ kind: 'connected', peer: server.self })
    expect(await asker.requests.ask(server.self, 'hello', utf8('ours'))).toMatchObject({ kind: 'answered' })
    expect(await asker.requests.ask(server.self, 'probe', utf8('ours'))).toEqual({
      kind: 'failed',
      reason: 'unsupported',
    })
  })
})
