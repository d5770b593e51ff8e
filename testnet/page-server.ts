/**
 * The page of a network, on a port of its own on loopback. Looking is free for whoever can reach loopback, as with
 * every node's API; acting needs the key, which the page gets in the fragment of its address: a fragment is never sent,
 * neither to a server nor as a referrer, and the page takes it out of the address at once. A foreign page can neither
 * read (Host and Origin must be ours: DNS rebinding) nor act (the key is sent in a header that no form and no foreign
 * script can set: CSRF).
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PAGE_HEADERS, pageFile } from '../src/adapters/http/dashboard-files.ts'
import { admitsSite, createHostGuard, type HostGuard } from '../src/adapters/http/host-guard.ts'
import { createTokenGuard } from '../src/adapters/http/token-guard.ts'
import { isPortFree } from './free-port.ts'
import { CONTROL_REQUEST_MS_MAX, PAGES_MAX } from './limits.ts'
import { PageFeed } from './page-feed.ts'
import type { PageSource } from './page-source.ts'
import { readObject } from './read-object.ts'

export interface PageServer {
  /** With the key in its fragment. */
  readonly url: string
  close(): Promise<void>
}

/**
 * @param wanted port that it had before or that the user has fixed; null: any. Where it is taken the page gets another.
 */
export async function openPageServer(source: PageSource, wanted: number | null = null): Promise<PageServer> {
  const key = randomBytes(32).toString('hex')
  const hasKey = createTokenGuard(key)
  const server = createServer({ requestTimeout: CONTROL_REQUEST_MS_MAX, headersTimeout: CONTROL_REQUEST_MS_MAX })
  const chosen = wanted !== null && (await isPortFree(wanted)) ? wanted : 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: chosen }, resolve)
  })
  const { port } = server.address() as AddressInfo
  const guard = createHostGuard({ port, bound: '127.0.0.1', hosts: [] })
  const feeds = new Set<{ close(): void }>()
  server.on('request', (request, response) => {
    if (!isOwn(request, guard)) problem(response, 403, 'foreign', 'this page is for this machine only')
    else if (request.method === 'POST') void act(request, response, source, hasKey)
    else if (request.method !== 'GET') problem(response, 405, 'method', 'only GET and POST are known here')
    else get(request, response, source, feeds)
  })
  return {
    url: `http://127.0.0.1:${port}/${source.act === null ? '' : `#key=${key}`}`,
    close: () =>
      new Promise((resolve) => {
        for (const feed of feeds) feed.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isOwn(request: IncomingMessage, guard: HostGuard): boolean {
  const { host, origin } = request.headers
  return guard.admitsHost(host) && guard.admitsOrigin(origin, host ?? '') && admitsSite(request)
}

function get(
  request: IncomingMessage,
  response: ServerResponse,
  source: PageSource,
  feeds: Set<{ close(): void }>,
): void {
  if (request.url === '/v1/observe/network') json(response, 200, source.network())
  else if (request.url === '/v1/observe/feed') follow(response, source, feeds)
  else {
    const file = pageFile(request.url ?? '')
    if (file === null) problem(response, 404, 'not-found', 'there is nothing here; was the page built? `npm run build`')
    else response.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type }).end(file.bytes)
  }
}

function follow(response: ServerResponse, source: PageSource, feeds: Set<{ close(): void }>): void {
  if (feeds.size >= PAGES_MAX) {
    problem(response, 503, 'too-many-pages', 'as many pages are open as are served: close one')
    return
  }
  const opened = source.open()
  if (opened === null) {
    problem(response, 503, 'not-up', 'the network is not up yet: try again in a moment')
    return
  }
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' })
  // Else a page of a network where nothing happens yet would not learn that it is connected.
  response.flushHeaders()
  response.on('error', () => undefined)
  const feed = new PageFeed(response, opened.picture)
  const entry = {
    close: () => {
      if (!feeds.delete(entry)) return
      opened.close()
      feed.close()
    },
  }
  feeds.add(entry)
  response.on('close', entry.close)
}

async function act(
  request: IncomingMessage,
  response: ServerResponse,
  source: PageSource,
  hasKey: (authorization: string | undefined) => boolean,
): Promise<void> {
  const [, action] = /^\/v1\/act\/([a-z]{1,32})$/.exec(request.url ?? '') ?? []
  if (action === undefined || source.act === null) {
    problem(response, 404, 'not-found', 'no such action')
    return
  }
  if (!hasKey(request.headers.authorization)) {
    problem(
      response,
      401,
      'unauthorised',
      'open the page by the address that `hearsay testnet up` printed: it carries the key',
    )
    return
  }
  const body = request.headers['content-type'] === 'application/json' ? await readObject(request) : null
  if (body === null) {
    problem(response, 400, 'bad-request', 'the body is no JSON object')
    return
  }
  try {
    const outcome = await source.act(action, body)
    if (outcome.ok) json(response, 200, outcome.value)
    else json(response, 409, outcome.refusal)
  } catch (error) {
    problem(response, 500, 'failed', error instanceof Error ? error.message : 'unknown failure')
  }
}

function problem(response: ServerResponse, status: number, code: string, message: string): void {
  json(response, status, { code, message, hint: '' })
}

function json(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(document))
}
