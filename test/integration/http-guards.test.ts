/**
 * Who may ask the API what: host, origin, token, rate. Every refusal comes before the body is read, and says nothing of
 * the node.
 */
import { connect } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REQUESTS_BURST, REQUESTS_PER_SOCKET_MAX } from '../../src/adapters/http/limits.ts'
import { openHttpApi } from '../../src/adapters/http/open-http-api.ts'
import { exchangeRaw, openTestApi, post, send, TOKEN } from '../toolkit/api/http-api.ts'
import type { Reply, TestApi } from '../toolkit/api/http-api.ts'

let open: TestApi
beforeAll(async () => {
  open = await openTestApi({ hosts: ['relay.example', 'Other.example:8443'] })
})
afterAll(() => open.api.close())

const withPort = (text: string): string => text.replace('PORT', String(open.port))

const expectRefusal = (reply: Reply, status: number, code: string): void => {
  expect({ status: reply.status, code: reply.json?.code }, reply.text).toEqual({ status, code })
  expect(reply.headers['x-content-type-options']).toBe('nosniff')
  expect(reply.headers['access-control-allow-origin']).toBeUndefined()
  expect(reply.text).not.toContain('node-0')
  expect(reply.text).not.toContain(TOKEN)
}

describe('the Host header', () => {
  it.each([
    'localhost:PORT',
    'LocalHost:PORT',
    '127.0.0.1:PORT',
    '[::1]:PORT',
    'relay.example',
    'relay.example:1',
    'RELAY.example:PORT',
    'other.example:8443',
  ])('may be %s', async (host) => {
    expect((await send(open.url, '/v1/node/identity', { headers: { host: withPort(host) } })).status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:PORT',
    'localhost',
    'localhost:1',
    'localhost.:PORT',
    '127.0.0.1',
    '127.1:PORT',
    '2130706433:PORT',
    '127.0.0.1.nip.io:PORT',
    '[::1]',
    '[::ffff:127.0.0.1]:PORT',
    'localhost:PORT.evil.example',
    'localhost:PORT@evil.example',
    'user@localhost:PORT',
    'other.example:8444',
    'other.example',
    'relay.example.evil.example',
    'xrelay.example',
  ])('may not be %s', async (host) => {
    const reply = await send(open.url, '/v1/node/identity', { headers: { host: withPort(host) } })
    expectRefusal(reply, 403, 'foreign-host')
  })

  it.each([
    ['is missing in HTTP/1.0', 'GET /livez HTTP/1.0\r\n\r\n', 403],
    ['is empty', 'GET /livez HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 403],
    [
      'comes twice',
      'GET /livez HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      403,
    ],
    ['is missing in HTTP/1.1', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ])('that %s is refused', async (_, request, status) => {
    expect(await exchangeRaw(open.port, withPort(request))).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('guards every path alike', async () => {
    const headers = { host: 'evil.example' }
    for (const path of ['/', '/livez', '/metrics', '/openapi.json', '/v1/events', '/nowhere'])
      expectRefusal(await send(open.url, path, { headers }), 403, 'foreign-host')
  })
})

describe('the Origin header', () => {
  it('may be the API itself', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const headers = { host: `${host}:${open.port}`, origin: `http://${host}:${open.port}` }
      const reply = await send(open.url, '/v1/node/identity', { headers })
      expect(reply.status).toBe(200)
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('may be the configured name behind TLS', async () => {
    const headers = { host: 'relay.example', origin: 'https://relay.example' }
    expect((await send(open.url, '/livez', { headers })).status).toBe(200)
  })

  it.each([
    'http://evil.example',
    'https://evil.example:PORT',
    'null',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost:PORT',
    'http://127.0.0.1:PORT.evil.example',
    'file://',
    'chrome-extension://abcdefgh',
    '',
  ])('may not be "%s"', async (origin) => {
    const reply = await send(open.url, '/v1/node/identity', { headers: { origin: withPort(origin) } })
    expectRefusal(reply, 403, 'foreign-origin')
  })

  it('may not make a browser ask without saying its origin, as for an image', async () => {
    const asked = async (path: string, site: string): Promise<number> =>
      (await send(open.url, path, { headers: { 'sec-fetch-site': site } })).status
    for (const site of ['cross-site', 'same-site']) expect(await asked('/v1/node/identity', site), site).toBe(403)
    for (const site of ['same-origin', 'none']) expect(await asked('/v1/node/identity', site), site).toBe(200)
    // Whoever follows a link to the page comes from elsewhere.
    expect(await asked('/', 'cross-site')).not.toBe(403)
  })

  it('is not let through by a preflight or by the token', async () => {
    const origin = 'http://evil.example'
    const preflight = await send(open.url, '/v1/transactions', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    })
    expectRefusal(preflight, 403, 'foreign-origin')
    const write = await post(open.url, '/v1/transactions', 'x', { origin, 'content-type': 'application/octet-stream' })
    expectRefusal(write, 403, 'foreign-origin')
    expect(open.control.submitted).toEqual([])
  })
})

describe('the token', () => {
  const wrong: [string, Record<string, string>][] = [
    ['missing', {}],
    ['another', { authorization: `Bearer ${'0'.repeat(64)}` }],
    ['cut short', { authorization: `Bearer ${TOKEN.slice(0, 63)}` }],
    ['with more behind it', { authorization: `Bearer ${TOKEN}0` }],
    ['empty', { authorization: 'Bearer ' }],
    ['of another scheme', { authorization: `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}` }],
    ['bare', { authorization: TOKEN }],
    ['in a cookie', { cookie: `token=${TOKEN}` }],
    ['an unsigned JWT', { authorization: `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.` }],
  ]

  it.each(wrong)('%s lets nothing be written or looked into', async (_, headers) => {
    const requests = [
      send(open.url, '/v1/transactions', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: 'x',
      }),
      send(open.url, '/v1/transactions:batch', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: 'x',
      }),
      send(open.url, '/v1/debug/limits', { headers }),
      send(open.url, `/v1/debug/limits?token=${TOKEN}`, { headers }),
    ]
    for (const reply of await Promise.all(requests)) {
      expectRefusal(reply, 401, 'unauthorised')
      expect(reply.headers['www-authenticate']).toBe('Bearer')
    }
    expect(open.control.submitted).toEqual([])
  })

  it.each([
    '/v1/%64ebug/limits',
    '//v1/debug/limits',
    '/v1/debug/../debug/limits',
    '/V1/debug/limits',
    '/v1/debug/limits/',
  ])('is not made needless by writing the path as %s', async (path) => {
    const reply = await exchangeRaw(
      open.port,
      withPort(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n`),
    )
    expect(reply).toMatch(/^HTTP\/1.1 (401|404) /)
    expect(reply).not.toContain('structures')
  })

  it('lets the limits be seen', async () => {
    const reply = await send(open.url, '/v1/debug/limits', { headers: { authorization: `bearer ${TOKEN}` } })
    expect(reply.json.structures[0].name).toBe('pool')
  })

  it('is asked for before the body is read', async () => {
    const head = 'POST /v1/transactions HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/json\r\n'
    // The body never comes.
    const reply = await exchangeRaw(open.port, withPort(`${head}Content-Length: 60000\r\n\r\n`))
    expect(reply).toMatch(/^HTTP\/1.1 401 /)
    expect(reply).toMatch(/connection: close/i)
  })
})

describe('the rate', () => {
  it('of one client is bounded on an open network, and time restores it', async () => {
    let nowMs = 0
    const strict = await openTestApi({ dev: false, monotonicMs: () => nowMs })
    try {
      const statuses: number[] = []
      for (let index = 0; index < REQUESTS_BURST + 1; index++) statuses.push((await send(strict.url, '/livez')).status)
      expect(statuses.filter((status) => status === 200)).toHaveLength(REQUESTS_BURST)
      const refused = await send(strict.url, '/livez')
      expectRefusal(refused, 429, 'too-many-requests')
      expect(refused.headers['retry-after']).toBe('1')
      nowMs += 1_000
      expect((await send(strict.url, '/livez')).status).toBe(200)
    } finally {
      await strict.api.close()
    }
  })

  it('lets a load generator through on a development network', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => send(open.url, '/livez')))
    expect(replies.every((reply) => reply.status === 200)).toBe(true)
  })
})

describe('a socket', () => {
  it(`carries ${REQUESTS_PER_SOCKET_MAX} requests and no more`, async () => {
    const socket = connect(open.port, '127.0.0.1')
    let received = ''
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
    })
    const request = withPort('GET /livez HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n')
    const answers = (): number => received.split('HTTP/1.1 ').length - 1
    const ask = async (): Promise<string> => {
      received = ''
      socket.write(request)
      while (answers() === 0 || !received.includes('\r\n\r\n')) await once(socket, 'data')
      return received
    }
    for (let count = 1; count < REQUESTS_PER_SOCKET_MAX; count++) expect(await ask()).toMatch(/connection: keep-alive/i)
    const last = await ask()
    expect(last).toMatch(/^HTTP\/1.1 200 /)
    expect(last).toMatch(/connection: close/i)
    expect(await ask()).toMatch(/^HTTP\/1.1 503 /)
    socket.destroy()
  })

  it('that does not speak HTTP gets one answer', async () => {
    for (const noise of ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'hello\r\n\r\n']) {
      const reply = await exchangeRaw(open.port, noise)
      expect(reply).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/)
      expect(JSON.parse(reply.split('\r\n\r\n')[1] ?? '')).toMatchObject({ code: 'invalid-request' })
    }
  })

  it('with huge headers gets one answer', async () => {
    const reply = await exchangeRaw(open.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(reply).toMatch(/^HTTP\/1.1 431 /)
  })
})

describe('opening', () => {
  const options = (listen: string, more: object = {}) => ({
    control: open.control,
    listen,
    token: TOKEN,
    hosts: [],
    dev: true,
    version: '1',
    parseAccount: () => null,
    monotonicMs: () => 0,
    ...more,
  })

  it('says that the port is taken', async () => {
    expect(await openHttpApi(options(`127.0.0.1:${open.port}`))).toMatchObject({
      ok: false,
      kind: 'port-taken',
      message: expect.stringContaining(String(open.port)),
    })
  })

  it.each(['', '127.0.0.1', ':80', '127.0.0.1:65536', 'example.org:80', '127.0.0.1:x', '::1:80', '[127.0.0.1]:80'])(
    'says that "%s" is no address',
    async (listen) => {
      expect(await openHttpApi(options(listen))).toMatchObject({ ok: false, kind: 'bad-address' })
    },
  )

  it('wants to be told twice where other machines can connect', async () => {
    expect(await openHttpApi(options('0.0.0.0:0'))).toMatchObject({ ok: false, kind: 'not-loopback' })
    expect(await openHttpApi(options('192.0.2.1:0', { allowRemote: true }))).toMatchObject({
      ok: false,
      kind: 'not-available',
    })
    const opened = await openHttpApi(options('0.0.0.0:0', { allowRemote: true }))
    if (!opened.ok) throw new Error(opened.message)
    await opened.api.close()
  })

  it('frees the port when it is closed, whoever is connected', async () => {
    const first = await openTestApi()
    const idle = connect(first.port, '127.0.0.1')
    idle.on('error', () => undefined)
    await once(idle, 'connect')
    idle.write('GET /v1/events HTTP/1.1\r\n')
    await first.api.close()
    const second = await openTestApi({ listen: `127.0.0.1:${first.port}` })
    expect((await send(second.url, '/livez')).status).toBe(200)
    await second.api.close()
    idle.destroy()
  })
})
