/** The client against the real API, and against what is not one. */
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { REQUESTS_PER_SOCKET_MAX } from '../../src/adapters/http/limits.ts'
import { connect } from '../../src/client/connect.ts'
import type { Client } from '../../src/client/connect.ts'
import type { StreamItem } from '../../src/client/event-stream.ts'
import { failureText } from '../../src/client/outcome.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { buildTransaction } from '../toolkit/objects/builders.ts'
import { FakeControl, PROBLEM } from '../toolkit/api/fake-control.ts'
import { openTestApi, TOKEN } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

const transaction = buildTransaction()

describe('the client', () => {
  let open: TestApi
  let client: Client
  const control = new FakeControl()
  beforeAll(async () => {
    open = await openTestApi({ control })
    client = connect(open.url, { token: TOKEN })
  })
  afterAll(async () => {
    client.close()
    await open.api.close()
  })

  it('asks all that the API answers', async () => {
    expect(client.url).toBe(open.url)
    expect(await client.identity()).toEqual({ ok: true, status: 200, value: control.identity() })
    expect(await client.status()).toEqual({ ok: true, status: 200, value: control.status() })
    expect(await client.peers()).toEqual({ ok: true, status: 200, value: control.peers() })
    expect(await client.mesh()).toEqual({ ok: true, status: 200, value: control.mesh() })
    expect(await client.limits()).toEqual({ ok: true, status: 200, value: control.limits() })
    expect(await client.mempool({ limit: 0 })).toMatchObject({ ok: true, value: { count: 1, transactions: [] } })
    expect(await client.account('ths1known')).toMatchObject({ ok: true, value: { key: 'ab'.repeat(32) } })
    expect(await client.metrics()).toEqual({ ok: true, status: 200, value: control.metricsText })
    expect(await client.openapi()).toMatchObject({ ok: true, value: { openapi: '3.1.0' } })
    expect(await client.get('/v1/node/identity')).toMatchObject({ ok: true })
  })

  it('reads the token again when the node refuses the old one: it has been restarted', async () => {
    control.submitted.length = 0
    const tokens = ['f'.repeat(64), TOKEN]
    const patient = connect(open.url, { token: () => tokens.shift() ?? null })
    const stubborn = connect(open.url, { token: 'f'.repeat(64) })
    expect(await patient.submit(transaction.bytes)).toMatchObject({ ok: true, value: { status: 'accepted' } })
    expect(await stubborn.submit(transaction.bytes)).toMatchObject({ ok: false, kind: 'problem', status: 401 })
    expect(control.submitted.length).toBe(1)
    expect(tokens).toEqual([])
    patient.close()
    stubborn.close()
  })

  it('hands transactions in, as bytes, as a document and in batches', async () => {
    control.submitted.length = 0
    expect(await client.submit(transaction.bytes)).toMatchObject({
      ok: true,
      status: 202,
      value: { status: 'accepted' },
    })
    const { sender, recipient, amount, fee, nonce, createdAtMs, payload, signature } = transaction
    const document = {
      sender,
      recipient,
      amount: amount.toString(),
      fee: fee.toString(),
      nonce: nonce.toString(),
      createdAt: createdAtMs,
      payload: toHex(payload),
      signature: toHex(signature),
    }
    expect(await client.submit(document)).toMatchObject({ ok: true, status: 202 })
    const batch = [transaction.bytes, buildTransaction({ nonce: 1 }).bytes]
    expect(await client.submitBatch(batch)).toMatchObject({ ok: true, value: { accepted: 2, rejected: 0 } })
    expect(control.submitted.map(toHex)).toEqual([transaction.bytes, transaction.bytes, ...batch].map(toHex))
  })

  it('gives refusals as they are', async () => {
    control.onSubmit = () => ({ kind: 'rejected', code: 'nonce-too-low', id: transaction.id })
    const refusal = await client.submit(transaction.bytes)
    expect(refusal).toMatchObject({
      ok: false,
      kind: 'problem',
      status: 422,
      problem: { code: 'nonce-too-low', id: transaction.id, hint: expect.stringMatching(/./) },
    })
    if (!refusal.ok) expect(failureText(refusal)).toBe('the nonce was used already')
    expect(await client.transaction('beef')).toMatchObject({ ok: false, kind: 'problem', status: 404 })
    expect(await client.propagation('../status')).toMatchObject({ ok: false, kind: 'problem', status: 400 })
    const stranger = connect(open.url)
    expect(await stranger.submit(transaction.bytes)).toMatchObject({ ok: false, kind: 'problem', status: 401 })
    stranger.close()
  })

  it('takes an unhealthy node for an answer', async () => {
    control.problems = ['no peers']
    expect(await client.health()).toEqual({
      ok: true,
      status: 503,
      value: { v: 1, ok: false, problems: ['no peers'], details: [{ ...PROBLEM, message: 'no peers' }] },
    })
    control.problems = []
    expect(await client.health()).toMatchObject({ ok: true, status: 200, value: { ok: true } })
  })

  it('asks more often than one connection may be used', async () => {
    for (let count = 0; count < 2 * REQUESTS_PER_SOCKET_MAX + 10; count++)
      expect((await client.identity()).ok).toBe(true)
    const parallel = await Promise.all(Array.from({ length: 300 }, () => client.identity()))
    expect(parallel.every((outcome) => outcome.ok)).toBe(true)
  })

  it('is made of an http URL', () => {
    for (const url of ['', 'localhost:80', 'https://127.0.0.1:1', 'ftp://x'])
      expect(() => connect(url)).toThrow(TypeError)
  })
})

describe('what is no node', () => {
  const servers: Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
  })
  const listen = async (server: Server): Promise<string> => {
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  it('is unreachable where nobody listens', async () => {
    const url = await listen(createTcpServer())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const outcome = await connect(url).status()
    expect(outcome).toMatchObject({ ok: false, kind: 'unreachable' })
    if (!outcome.ok) expect(failureText(outcome)).toBe(`the node at ${url} cannot be reached: nobody listens there`)
  })

  it('is unreachable where nobody answers in time, or the connection breaks', async () => {
    const silent = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined)
        socket.resume()
      }),
    )
    const client = connect(silent, { timeoutMs: 50 })
    expect(await client.status()).toMatchObject({ ok: false, message: expect.stringContaining('within 50 ms') })
    client.close()
    const rude = await listen(createTcpServer((socket) => socket.destroy()))
    expect(await connect(rude).status()).toMatchObject({ ok: false, kind: 'unreachable' })
    const half = await listen(
      createTcpServer((socket) => socket.resume().end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"v":1')),
    )
    expect(await connect(half).status()).toMatchObject({ ok: false, kind: 'unreachable' })
  })

  it('is strange where something else answers', async () => {
    for (const [status, body] of [
      [200, '<html>'],
      [200, ''],
      [404, 'Not Found'],
      [500, '{"error":"x"}'],
    ] as const) {
      const url = await listen(
        createServer((_, response) => {
          response.writeHead(status, { connection: 'close' }).end(body)
        }),
      )
      const client = connect(url)
      const outcome = await client.status()
      expect(outcome).toMatchObject({ ok: false, kind: 'problem', status, problem: { code: 'strange-answer' } })
      client.close()
    }
  })

  it('is asked again when a kept connection has gone stale', async () => {
    let requests = 0
    const url = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', () => {
          requests++
          // The second question on a connection meets a node that has just closed it.
          if (requests === 2) socket.resetAndDestroy()
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n{"v":1}')
        })
      }),
    )
    const client = connect(url)
    expect(await client.get('/')).toMatchObject({ ok: true })
    expect(await client.get('/')).toMatchObject({ ok: true })
    expect(requests).toBe(3)
    client.close()
  })
})

describe("the client's events", () => {
  it('come as they happen, go on over a restart, and end with the signal', async () => {
    const control = new FakeControl()
    let open = await openTestApi({ control })
    const client = connect(open.url)
    const ending = new AbortController()
    const items: StreamItem[] = []
    const reading = (async () => {
      for await (const item of client.events({ topics: ['peers'], signal: ending.signal })) items.push(item)
    })()
    const numbers = (): unknown[] =>
      items.flatMap((item) => (item.kind === 'event' ? [(item.event.data as { n: number }).n] : []))
    const kinds = (): string[] => items.map((item) => item.kind)
    await until(() => kinds().includes('connected'), 'the stream stands')
    control.emit('peers', 'x', { n: 1 })
    control.emit('mesh', 'x', { n: 0 })
    control.emit('peers', 'x', { n: 2 })
    await until(() => numbers().length === 2, 'two events came')
    await open.api.close()
    await until(() => kinds().includes('disconnected'), 'the stream is lost')
    // What happens meanwhile is remembered by the node, and the port is the same.
    control.emit('peers', 'x', { n: 3 })
    open = await openTestApi({ control, listen: new URL(client.url).host })
    await until(() => numbers().includes(3), 'the missed event came')
    expect(numbers()).toEqual([1, 2, 3])
    await open.api.close()
    // Another run of the node counts anew.
    const successor = new FakeControl()
    successor.startedAt = control.startedAt + 1
    successor.emit('peers', 'x', { n: 4 })
    open = await openTestApi({ control: successor, listen: new URL(client.url).host })
    await until(() => numbers().includes(4), 'the event of the new run came')
    expect(items).toContainEqual({ kind: 'dropped', n: 0, reason: 'restarted' })
    expect(numbers()).toEqual([1, 2, 3, 4])
    ending.abort()
    await reading
    await until(() => successor.subscribers === 0, 'the node has forgotten the reader')
    await open.api.close()
    client.close()
  })

  it('end when the caller leaves the loop', async () => {
    const open = await openTestApi()
    const client = connect(open.url)
    for await (const item of client.events()) {
      if (item.kind === 'connected') open.control.emit('node', 'x')
      if (item.kind === 'event') break
    }
    await until(() => open.control.subscribers === 0, 'the node has forgotten the reader')
    await open.api.close()
  })

  it('end with the reason where the node refuses them, and pause longer and longer where nobody listens', async () => {
    const open = await openTestApi()
    const client = connect(open.url)
    const refused: StreamItem[] = []
    for await (const item of client.events({ lastEventId: 'x' })) refused.push(item)
    expect(refused).toEqual([
      { kind: 'disconnected', retryMs: 0, failure: expect.objectContaining({ kind: 'problem', status: 400 }) },
    ])
    await open.api.close()
    const pauses: number[] = []
    for await (const item of client.events()) {
      if (item.kind === 'disconnected') pauses.push(item.retryMs)
      if (pauses.length === 3) break
    }
    expect(pauses).toEqual([100, 200, 400])
    const once: StreamItem[] = []
    for await (const item of client.events({ reconnect: false })) once.push(item)
    expect(once).toMatchObject([{ kind: 'disconnected', retryMs: 0, failure: { kind: 'unreachable' } }])
  })
})

describe('a token', () => {
  it('goes with what writes and with `limits`: who only reads does not look for it, and streams show it without sending it', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'none'}`)
      request.resume().on('end', () => response.end('{}'))
    })
    const port = await listen(server)
    let asked = 0
    const client = connect(`http://127.0.0.1:${port}`, { token: () => (asked++, 'secret') })
    try {
      await client.status()
      await client.account('a')
      await client.metrics()
      expect(asked).toBe(0)
      const events = client.events({ reconnect: false })
      await events.next()
      await events.return()
      expect(asked).toBe(1)
      await client.limits()
      await client.setTag('a', 'b')
      await client.submit(transaction.bytes)
      expect(asked).toBe(2)
    } finally {
      client.close()
      server.close()
    }
    expect(seen).toEqual([
      'GET /v1/node/status none',
      'GET /v1/accounts/a none',
      'GET /metrics none',
      expect.stringMatching(/^GET \/v1\/events Proof \d+\.[0-9a-f]{64}$/),
      'GET /v1/debug/limits Bearer secret',
      'POST /v1/tags Bearer secret',
      'POST /v1/transactions Bearer secret',
    ])
  })
})

describe('texts of a node', () => {
  it('are single lines, in answers and in problems, whatever it sends', async () => {
    const breaks = 'a\nhearsay: b\r\u2028c'
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/v1/peers' ? 500 : 200
      response.end(JSON.stringify({ code: breaks, message: breaks, hint: breaks, name: breaks, number: 1 }))
    })
    const client = connect(`http://127.0.0.1:${await listen(server)}`)
    try {
      const line = 'a hearsay: b c'
      const [status, peers] = [await client.status(), await client.peers()]
      expect(status.ok && status.value).toMatchObject({ name: line, number: 1 })
      expect(peers).toMatchObject({ ok: false, problem: { code: line, message: line, hint: line } })
    } finally {
      client.close()
      server.close()
    }
  })
})

async function listen(server: Server): Promise<number> {
  server.listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
