import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openControlServer, type ControlServer } from '../../testnet/control-server.ts'
import { findFreePort, isPortFree } from '../../testnet/free-port.ts'
import { CONTROL_BODY_BYTES_MAX } from '../../testnet/limits.ts'

const TOKEN = 'a'.repeat(64)
let server: ControlServer
let carried: [string, unknown][] = []

beforeEach(async () => {
  carried = []
  server = await openControlServer({
    token: TOKEN,
    carryOut: async (command, request) => {
      carried.push([command, request])
      if (command === 'heal') throw new Error('broken')
      if (command === 'kill') return { ok: false, refusal: { code: 'unknown-node', message: 'no', hint: 'look' } }
      return { ok: true, value: { command } }
    },
  })
})
afterEach(() => server.close())

async function post(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<[number, unknown]> {
  const answer = await fetch(new URL(path, server.url), {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  })
  return [answer.status, await answer.json()]
}

describe('the control API of a supervisor', () => {
  it('carries out commands and passes refusals on', async () => {
    expect(await post('/v1/status', '{}')).toEqual([200, { command: 'status' }])
    expect(await post('/v1/kill', '{"nodes":["node-9"]}')).toEqual([
      409,
      { code: 'unknown-node', message: 'no', hint: 'look' },
    ])
    expect(carried).toEqual([
      ['status', {}],
      ['kill', { nodes: ['node-9'] }],
    ])
    expect(await post('/v1/heal', '{}')).toMatchObject([500, { code: 'failed', message: 'broken' }])
  })

  it('refuses who has no token, and pages of other sites, before it reads anything', async () => {
    expect((await post('/v1/status', '{}', { authorization: 'Bearer nonsense' }))[0]).toBe(401)
    expect((await post('/v1/status', '{}', { authorization: '' }))[0]).toBe(401)
    expect((await post('/v1/status', '{}', { origin: 'http://evil.example' }))[0]).toBe(403)
    expect(carried).toEqual([])
  })

  it.each([
    ['no JSON', '/v1/status', '{', 400],
    ['no object', '/v1/status', '[]', 400],
    ['null', '/v1/status', 'null', 400],
    ['too much', '/v1/status', JSON.stringify({ a: 'x'.repeat(CONTROL_BODY_BYTES_MAX) }), 400],
    ['no such command', '/v1/destroy', '{}', 404],
    ['a name of the prototype', '/v1/__proto__', '{}', 404],
  ])('refuses %s', async (_, path, body, status) => {
    expect((await post(path, body))[0]).toBe(status)
    expect(carried).toEqual([])
  })

  it('does nothing on GET', async () => {
    const answer = await fetch(new URL('/v1/down', server.url), { headers: { authorization: `Bearer ${TOKEN}` } })
    expect(answer.status).toBe(404)
    expect(carried).toEqual([])
  })
})

describe('ports', () => {
  it('are found free, and a taken one is seen as taken', async () => {
    const port = await findFreePort()
    expect(await isPortFree(port)).toBe(true)
    const taken = createServer()
    taken.listen(0, '127.0.0.1')
    await once(taken, 'listening')
    expect(await isPortFree((taken.address() as AddressInfo).port)).toBe(false)
    taken.close()
    await once(taken, 'close')
  })
})
