/** The page's server with a source made up: who may read and act, and what a page costs that reads nothing. */
import { createHash } from 'node:crypto'
import { createServer, request, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PropagationRecord } from '../../src/domain/propagation.ts'
import { Known } from '../../src/trace/knowledge.ts'
import { SHOWN_TRANSACTIONS_MAX } from '../../src/trace/limits.ts'
import type { PageBatch } from '../../src/trace/page-batch.ts'
import { Sightings } from '../../src/trace/sightings.ts'
import { PageFeed } from '../../testnet/page-feed.ts'
import { openPageServer, type PageServer } from '../../testnet/page-server.ts'
import type { PagePicture } from '../../testnet/page-source.ts'
import { until } from '../toolkit/until.ts'

const BOUNDS = { transactionsMax: 240, blocksMax: 10, refusedMax: 10, recordsMax: 1_000 }
const acted: string[] = []
let server: PageServer
let port = ''
let key = ''

beforeAll(async () => {
  server = await openPageServer({
    network: () => ({ v: 1, source: 'testnet', network: 'dev-x', meshDegree: 3, partition: null, nodes: [] }),
    open: () => ({ picture: pictureOf(new Sightings(BOUNDS)), close: () => undefined }),
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

it('keeps at most 1 MiB for a page that reads nothing, and tells it how things are when it reads again', async () => {
  const sightings = new Sightings(BOUNDS)
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
  const feed = new PageFeed(response, pictureOf(sightings))
  let most = 0
  let sent = 0
  await until(
    () => {
      for (let each = 0; each < 40; each++) rumour(sightings, sent++)
      most = Math.max(most, response.writableLength)
      return response.writableLength >= 512 * 1024
    },
    'the buffer is full',
    30_000,
  )
  expect(most).toBeLessThanOrEqual(2 ** 20)
  // Much more happens than was ever kept for it.
  for (let each = 0; each < 2_000; each++) rumour(sightings, sent++)
  const page = new Map<string, number>()
  let rest = ''
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const texts = (rest + piece).split('\n\n')
    rest = texts.pop() ?? ''
    for (const text of texts) {
      const at = text.indexOf('data: ')
      if (at === -1) continue
      const batch = JSON.parse(text.slice(at + 'data: '.length).replace(/\r\n[0-9a-f]+\r\n/g, '')) as PageBatch
      for (const id of batch.gone) page.delete(id)
      for (const { id, records } of batch.objects) page.set(id, (page.get(id) ?? 0) + records.length)
    }
  })
  socket.resume()
  const shown = (): Map<string, number> =>
    new Map(
      sightings
        .transactions()
        .slice(0, SHOWN_TRANSACTIONS_MAX)
        .map(({ id, records }) => [id, records.length]),
    )
  await until(
    () => JSON.stringify([...page].sort()) === JSON.stringify([...shown()].sort()),
    'the page has the last transactions, each whole, and no other',
    20_000,
  )
  feed.close()
  socket.destroy()
  plain.closeAllConnections()
  await new Promise((done) => plain.close(done))
}, 60_000)

function pictureOf(sightings: Sightings): PagePicture {
  return { sightings, known: new Known(), networkText: () => '{"nodes":[]}', taken: () => sightings.begun }
}

/** A transaction that comes to 40 nodes. */
function rumour(sightings: Sightings, index: number): void {
  for (let node = 0; node < 40; node++) {
    const record: PropagationRecord = {
      t_ns: String(1_000_000 * index + node),
      node: `node-${node}`,
      kind: 'transaction',
      id: createHash('sha256').update(String(index)).digest('hex'),
      event: node === 0 ? 'PUBLISH' : 'DELIVER',
      from: node === 0 ? null : 'peer'.padEnd(52, 'x'),
      bytes: 168,
      reason: null,
    }
    sightings.take(record)
  }
}
