/** The page's server with a source made up: who may read and act, and what a page costs that reads nothing. */
import { createServer, request, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PropagationRecord } from '../../src/domain/propagation.ts'
import { PageFeed } from '../../testnet/page-feed.ts'
import { openPageServer, type PageServer } from '../../testnet/page-server.ts'
import { until } from '../support/until.ts'

const acted: string[] = []
let server: PageServer
let port = ''
let key = ''

beforeAll(async () => {
  server = await openPageServer({
    network: () => ({ v: 1, source: 'testnet', network: 'dev-x', meshDegree: 3, nodes: [] }),
    follow: () => ({ before: [], close: () => undefined }),
    act: async (action) => {
      acted.push(action)
      return { ok: true, value: {} }
    },
  })
  const url = new URL(server.url)
  port = url.port
  key = url.hash.slice('#key='.length)
})

afterAll(() => server.close())

function ask(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      resolve(answer.statusCode ?? 0)
      answer.destroy()
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? '{}' : undefined)
  })
}

it('lets nobody act without the key, from another site, under another name, or as a form', async () => {
  const json = { 'content-type': 'application/json' }
  const ours = { ...json, authorization: `Bearer ${key}` }
  expect(await ask('POST', '/v1/act/heal', json)).toBe(401)
  expect(await ask('POST', '/v1/act/heal', { ...ours, authorization: `Bearer ${'0'.repeat(64)}` })).toBe(401)
  expect(await ask('POST', '/v1/act/heal', { ...ours, origin: 'http://evil.example' })).toBe(403)
  expect(await ask('POST', '/v1/act/heal', { ...ours, host: `evil.example:${port}` })).toBe(403)
  expect(await ask('POST', '/v1/act/heal', { ...ours, 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await ask('POST', '/v1/act/heal', { ...ours, 'content-type': 'text/plain' })).toBe(400)
  expect(await ask('GET', '/v1/observe/feed', { host: 'evil.example' })).toBe(403)
  expect(await ask('GET', '/v1/observe/network', { 'sec-fetch-site': 'cross-site' })).toBe(403)
  expect(await ask('GET', '/../package.json', {})).toBe(404)
  expect(acted).toEqual([])
  expect(await ask('POST', '/v1/act/heal', ours)).toBe(200)
  expect(acted).toEqual(['heal'])
})

it('tells a page that it is connected before anything happens', async () => {
  expect(await ask('GET', '/v1/observe/feed', {})).toBe(200)
})

it('keeps at most 1 MiB for a page that reads nothing, and tells it what it missed', async () => {
  const record = (index: number): PropagationRecord => ({
    t_ns: String(index),
    node: 'node-0',
    kind: 'mesh',
    id: '',
    event: 'GRAFT',
    from: 'peer'.padEnd(200, 'x'),
    bytes: 0,
    reason: null,
  })
  const opened = Promise.withResolvers<ServerResponse>()
  const plain = createServer((_request, response) => {
    response.writeHead(200)
    opened.resolve(response)
  })
  await new Promise<void>((done) => plain.listen(0, '127.0.0.1', done))
  const socket = connect((plain.address() as AddressInfo).port, '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const response = await opened.promise
  const feed = new PageFeed(response, [])
  let most = 0
  let pushed = 0
  await until(
    () => {
      for (let each = 0; each < 2_000; each++) feed.push(record(pushed++))
      most = Math.max(most, response.writableLength)
      return response.writableLength >= 512 * 1024 && pushed > 60_000
    },
    'the buffer is full',
    30_000,
  )
  expect(most).toBeLessThanOrEqual(2 ** 20)
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  socket.resume()
  await until(() => /"dropped":[1-9]/.test(text), 'the page is told', 20_000)
  feed.close()
  socket.destroy()
  plain.closeAllConnections()
  await new Promise((done) => plain.close(done))
}, 60_000)
