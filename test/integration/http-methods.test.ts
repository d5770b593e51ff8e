/**
 * HEAD is GET without its body, on every path; any other method that a path does not take is told so, with those that
 * it takes.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDocument } from '../toolkit/api/api-document.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { exchangeRaw, openTestApi, send, TOKEN } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'

let open: TestApi
const control = new FakeControl()
let gets: readonly string[] = []
beforeAll(async () => {
  open = await openTestApi({ control })
  const { paths } = await readDocument(open.url)
  const named: Record<string, string> = { '{address}': 'ths1known', '{which}': 'head', '{id}': 'beef' }
  gets = [
    ...Object.keys(paths).filter((path) => paths[path]?.get !== undefined),
    // What the document leaves out: the page.
    ...['/', '/dashboard/app.js', '/nowhere'],
  ].map((path) => path.replace(/\{\w+\}/, (name) => named[name] ?? name))
})
afterAll(() => open.api.close())

describe('HEAD', () => {
  it('says of every path what GET says, and sends no body', async () => {
    expect(gets.length).toBeGreaterThan(20)
    for (const path of gets.filter((one) => one !== '/v1/events')) {
      for (const headers of [{}, { authorization: `Bearer ${TOKEN}` }]) {
        const get = await send(open.url, path, { headers })
        const head = await send(open.url, path, { method: 'HEAD', headers })
        expect([path, head.status, head.text]).toEqual([path, get.status, ''])
        for (const name of ['content-type', 'content-length', 'cache-control', 'www-authenticate'])
          // The name of the method is part of the sentence that there is no such path.
          if (!(path === '/nowhere' && name === 'content-length'))
            expect([path, name, head.headers[name]]).toEqual([path, name, get.headers[name]])
      }
    }
  })

  it.each(['/livez', '/readyz', '/metrics'])('of %s needs no token', async (path) => {
    expect((await send(open.url, path, { method: 'HEAD' })).status).toBe(200)
  })

  it('of what needs the token needs it', async () => {
    expect((await send(open.url, '/v1/debug/limits', { method: 'HEAD' })).status).toBe(401)
  })

  it('says that a node is not ready', async () => {
    control.problems = ['no peer is connected']
    const head = await send(open.url, '/readyz', { method: 'HEAD' })
    control.problems = []
    expect([head.status, head.text]).toEqual([503, ''])
  })

  it('of the events ends at once, and is no reader', async () => {
    const head = await send(open.url, '/v1/events', { method: 'HEAD' })
    expect([head.status, head.headers['content-type'], head.text]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ])
    expect(control.subscribers).toBe(0)
    expect((await send(open.url, '/v1/events?topics=none', { method: 'HEAD' })).status).toBe(400)
  })
})

describe('another method', () => {
  it.each([
    ['DELETE', '/v1/peers', 'GET, HEAD'],
    ['POST', '/readyz', 'GET, HEAD'],
    ['PUT', '/v1/transactions', 'POST'],
    ['GET', '/v1/transactions', 'POST'],
    ['HEAD', '/v1/transactions', 'POST'],
    ['GET', '/v1/transactions:batch', 'POST'],
    ['PATCH', '/v1/tags', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/blocks/head', 'GET, HEAD'],
    ['QUERY', '/v1/mempool', 'GET, HEAD'],
    ['PROPFIND', '/', 'GET, HEAD'],
  ])('%s of %s is answered with 405 and what it takes', async (method, path, allow) => {
    const reply = await send(open.url, path, { method })
    expect([reply.status, reply.headers.allow]).toEqual([405, allow])
    if (method !== 'HEAD') expect(reply.json.code).toBe('method-not-allowed')
  })

  it('of a path that is not there is answered with 404', async () => {
    const reply = await send(open.url, '/v1/nowhere', { method: 'POST' })
    expect([reply.status, reply.headers.allow]).toEqual([404, undefined])
  })

  it('that is none is refused', async () => {
    const reply = await exchangeRaw(open.port, `BREW / HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\n\r\n`)
    expect(reply).toMatch(/^HTTP\/1.1 400 /)
  })
})
