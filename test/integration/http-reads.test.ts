/** What can be read: each answer is what the node said, and what the document promises. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IDLE_TIMEOUT_MS } from '../../src/adapters/http/limits.ts'
import type { TransactionView } from '../../src/domain/views.ts'
import { FakeControl, PROBLEM } from '../toolkit/api/fake-control.ts'
import { faultsOf, readDocument, type ApiDocument } from '../toolkit/api/api-document.ts'
import { openTestApi, send } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

const ID = '1234'.padEnd(64, '5')
const view: TransactionView = {
  v: 1,
  id: ID,
  hash: ID,
  state: 'pending',
  height: null,
  blockHash: null,
  replacedBy: null,
  waitsFor: null,
  sender: 'ths1a',
  recipient: 'ths1b',
  amount: '18446744073709551615',
  fee: '1',
  nonce: '0',
  createdAt: 1,
  payload: '',
  sizeBytes: 168,
  local: true,
}
const control = new FakeControl()
control.lookups.set(ID, { kind: 'found', value: view })
control.lookups.set('1234', { kind: 'found', value: view })
control.lookups.set('aaaa', { kind: 'ambiguous', matches: [`aaaa${'1'.repeat(60)}`, `aaaa${'2'.repeat(60)}`] })
control.propagations.set('1234', {
  kind: 'found',
  value: { v: 1, id: ID, node: 'node-0', known: true, firstSeenNs: '1', from: null, copies: 2, records: [] },
})
control.observed.set('1234', {
  kind: 'found',
  value: {
    v: 1,
    id: ID,
    asked: 1,
    answered: 1,
    unreachable: 0,
    nodes: [
      {
        name: 'node-1',
        peerId: '12D3KooWOther',
        trouble: null,
        over: ['node-2'],
        clock: { offsetMs: -0.25, errorMs: 0.5 },
        known: true,
        copies: 2,
        records: [],
      },
    ],
  },
})
control.observed.set('0ff0', { kind: 'off' })
control.observed.set('b05b', { kind: 'busy' })

let open: TestApi
let document: ApiDocument
beforeAll(async () => {
  open = await openTestApi({ control })
  document = await readDocument(open.url)
})
afterAll(() => open.api.close())

describe('the document', () => {
  it('lists every request, and which of them need the token', () => {
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { security }]) => `${method} ${path}${security === undefined ? '' : ' (token)'}`,
      ),
    )
    expect(listed.sort()).toEqual(
      [
        'post /v1/transactions (token)',
        'post /v1/transactions:batch (token)',
        'get /v1/transactions/{id}',
        'get /v1/transactions/{id}/propagation',
        'get /v1/transactions/{id}/observations',
        'get /v1/propagation',
        'get /v1/accounts/{address}',
        'get /v1/blocks',
        'get /v1/blocks/{which}',
        'get /v1/evidence',
        'get /v1/mempool',
        'get /v1/peers',
        'get /v1/mesh',
        'get /v1/network',
        'post /v1/invitations (token)',
        'post /v1/network/reset (token)',
        'get /v1/tags',
        'post /v1/tags (token)',
        'get /v1/node/identity',
        'get /v1/node/status',
        'get /v1/node/health',
        'get /v1/node/doctor (token)',
        'get /v1/debug/log (token)',
        'get /v1/debug/limits (token)',
        'get /v1/observe/network',
        'get /v1/events',
        'get /livez',
        'get /readyz',
        'get /metrics',
        'get /openapi.json',
      ].sort(),
    )
  })

  it('names every status that its requests answer with', () => {
    const submit = document.paths['/v1/transactions']?.post?.responses ?? {}
    expect(Object.keys(submit)).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '403', '413', '415', '422', '429', '503']),
    )
  })

  it.each([
    ['/v1/node/identity', '/v1/node/identity'],
    ['/v1/node/status', '/v1/node/status'],
    ['/v1/node/health', '/v1/node/health'],
    ['/v1/peers', '/v1/peers'],
    ['/v1/mesh', '/v1/mesh'],
    ['/v1/propagation?limit=7', '/v1/propagation'],
    [`/v1/propagation?ids=${ID}`, '/v1/propagation'],
    ['/v1/mempool', '/v1/mempool'],
    ['/v1/accounts/ths1known', '/v1/accounts/{address}'],
    [`/v1/transactions/${ID}`, '/v1/transactions/{id}'],
    ['/v1/transactions/1234/propagation', '/v1/transactions/{id}/propagation'],
    ['/v1/transactions/1234/observations', '/v1/transactions/{id}/observations'],
    ['/readyz', '/readyz'],
  ])('describes what %s answers', async (path, pattern) => {
    const reply = await send(open.url, path)
    expect(reply.status).toBe(200)
    expect(faultsOf(document, pattern, reply.json)).toEqual([])
  })
})

describe('a transaction', () => {
  it('is found by id and by the beginning of it', async () => {
    expect((await send(open.url, `/v1/transactions/${ID}`)).json).toEqual(view)
    expect((await send(open.url, '/v1/transactions/1234')).json).toEqual(view)
    expect((await send(open.url, '/v1/transactions/1234/propagation')).json).toMatchObject({ copies: 2 })
  })

  it.each(['/v1/transactions/beef', '/v1/transactions/beef/propagation'])('is missing at %s', async (path) => {
    const reply = await send(open.url, path)
    expect(reply.status).toBe(404)
    expect(reply.json).toMatchObject({ code: 'not-found', message: expect.stringContaining('beef') })
  })

  it('is asked for on all nodes, with bounds on how', async () => {
    const asked = async (query: string): Promise<number> =>
      (await send(open.url, `/v1/transactions/1234/observations${query}`)).status
    expect(await asked('')).toBe(200)
    expect(control.observationsAsked).toEqual({ samples: 3, waitMs: 3_000 })
    expect(await asked('?samples=1&waitMs=500')).toBe(200)
    expect(control.observationsAsked).toEqual({ samples: 1, waitMs: 500 })
    for (const query of ['?samples=0', '?samples=9', '?waitMs=99', '?waitMs=6001', '?wait=5', '?samples=x'])
      expect(await asked(query), query).toBe(400)
  })

  it('is waited for while a node does not answer, longer than a silent client is borne', async () => {
    const answer = control.observations.bind(control)
    const startedMs = performance.now()
    control.observations = async (id, options) => {
      await until(() => performance.now() - startedMs > IDLE_TIMEOUT_MS + 500, 'a silent client would be cut off')
      return answer(id, options)
    }
    try {
      expect((await send(open.url, '/v1/transactions/1234/observations')).status).toBe(200)
    } finally {
      control.observations = answer
    }
  })

  it('is not asked for on all nodes where that is off, or done too often already', async () => {
    const off = await send(open.url, '/v1/transactions/0ff0/observations')
    expect([off.status, off.json.code]).toEqual([403, 'observe-off'])
    const busy = await send(open.url, '/v1/transactions/b05b/observations')
    expect([busy.status, busy.json.code, busy.headers['retry-after']]).toEqual([503, 'busy', '1'])
  })

  it('is not guessed among several', async () => {
    const reply = await send(open.url, '/v1/transactions/aaaa')
    expect(reply.status).toBe(409)
    expect(reply.json).toMatchObject({ code: 'ambiguous', message: expect.stringContaining(`aaaa${'2'.repeat(60)}`) })
  })

  it.each(['123', 'ABCD', 'xyzw', `${ID}0`, '0x12', '12%0034'])('is not asked for by %s', async (id) => {
    const reply = await send(open.url, `/v1/transactions/${id}`)
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain('"id"')
  })
})

describe('an account', () => {
  it('is found by address and by key', async () => {
    const key = 'ab'.repeat(32)
    expect((await send(open.url, '/v1/accounts/ths1known')).json.key).toBe(key)
    expect((await send(open.url, `/v1/accounts/${key}`)).json.key).toBe(key)
  })

  it.each(['hs1other', 'AB'.repeat(32), 'a', 'x'.repeat(128)])('is not %s', async (address) => {
    const reply = await send(open.url, `/v1/accounts/${address}`)
    expect(reply.status).toBe(400)
    expect(reply.json.message).toContain('"address"')
  })
})

describe('the pool', () => {
  it.each([
    ['', 100],
    ['?limit=0', 0],
    ['?limit=10000', 10_000],
  ])('listed with "%s" asks for %i', async (query, limit) => {
    expect((await send(open.url, `/v1/mempool${query}`)).status).toBe(200)
    expect(control.poolLimit).toBe(limit)
  })

  it.each(['limit=-1', 'limit=1e3', 'limit=10001', 'limit=', 'limit=01', 'limit=1&limit=2', 'limits=1', '__proto__=1'])(
    'is not listed with %s',
    async (query) => {
      const reply = await send(open.url, `/v1/mempool?${query}`)
      expect(reply.status).toBe(400)
      expect(reply.json.message).toContain(`"${query.split('=')[0] ?? ''}"`)
    },
  )
})

describe('health', () => {
  it('is 200, or 503 with the reasons', async () => {
    expect((await send(open.url, '/readyz')).json).toEqual({ v: 1, ok: true, problems: [], details: [] })
    control.problems = ['no peers', 'the store failed']
    for (const path of ['/readyz', '/v1/node/health']) {
      const reply = await send(open.url, path)
      expect(reply.status).toBe(503)
      const problems = ['no peers', 'the store failed']
      const details = problems.map((message) => ({ ...PROBLEM, message }))
      expect(reply.json).toEqual({ v: 1, ok: false, problems, details })
    }
    // It turns its event loop all the same.
    expect((await send(open.url, '/livez')).status).toBe(200)
    control.problems = []
  })
})

describe('the rest', () => {
  it('is metrics as text, and a page that says where to go', async () => {
    const metrics = await send(open.url, '/metrics')
    expect(metrics.text).toBe(control.metricsText)
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const page = await send(open.url, '/')
    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8')
    for (const path of ['/v1/node/status', '/v1/events', '/openapi.json']) expect(page.text).toContain(path)
  })

  it('is not there', async () => {
    for (const path of ['/nowhere', '/v1', '/v2/peers', '/v1/peers/', '/%', `/${'x'.repeat(5_000)}`]) {
      const reply = await send(open.url, path)
      expect([400, 404], path).toContain(reply.status)
      expect(reply.json.code, path).toMatch(/not-found|invalid-request/)
      expect(reply.text.length).toBeLessThan(300)
    }
  })

  it('fails without telling why to a stranger, but to the operator', async () => {
    control.fault = new Error('cannot read /secret/path')
    const reply = await send(open.url, '/v1/peers')
    control.fault = null
    expect(reply.status).toBe(500)
    expect(reply.json.code).toBe('internal')
    expect(reply.text).not.toMatch(/secret|Error|\bat /)
    expect(open.failures.map(String)).toEqual(['Error: cannot read /secret/path'])
  })

  it('is never kept by a cache or sniffed for its type', async () => {
    for (const path of ['/', '/v1/node/status', '/nowhere', '/metrics']) {
      const { headers } = await send(open.url, path)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['cache-control']).toBe('no-store')
    }
  })
})
