/** Whoever knows the node's token is not held up by what strangers ask (A48). */
import { connect as connectSocket, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { EVENT_READERS_MAX, REQUESTS_BURST } from '../../src/adapters/http/limits.ts'
import { connect } from '../../src/client/connect.ts'
import { readProof } from '../../src/domain/read-proof.ts'
import { openTestApi, send, TOKEN, type TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

let open: TestApi | null = null
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  return open?.api.close()
})

async function exhausted(): Promise<TestApi> {
  // Time stands still: nothing comes back.
  open = await openTestApi({ dev: false, monotonicMs: () => 0 })
  for (let n = 0; n < REQUESTS_BURST; n++) await send(open.url, '/livez')
  expect((await send(open.url, '/v1/node/status')).status).toBe(429)
  return open
}

it('a client that has the token gets its status though all of loopback has asked too much, and a proof is all it sends', async () => {
  const { url } = await exhausted()
  const client = connect(url, { token: TOKEN })
  expect((await client.status()).ok).toBe(true)
  expect((await client.peers()).ok).toBe(true)
  client.close()
  const stranger = connect(url)
  expect(await stranger.status()).toMatchObject({ ok: false, status: 429 })
  stranger.close()
})

it('a proof holds for its path, its host and its time alone, and gives no right to write', async () => {
  const { url, port } = await exhausted()
  const host = `127.0.0.1:${port}`
  const path = '/v1/node/status'
  const status = async (authorization: string, method = 'GET', at = path): Promise<number> =>
    (await send(url, at, { method, headers: { authorization, host } })).status
  const now = Date.now()
  expect(await status(readProof(TOKEN, host, path, now))).toBe(200)
  expect(await status(readProof(TOKEN, host, '/v1/peers', now))).toBe(429)
  expect(await status(readProof(TOKEN, 'localhost:1', path, now))).toBe(429)
  expect(await status(readProof(TOKEN, host, path, now - 120_000))).toBe(429)
  expect(await status(readProof('f'.repeat(64), host, path, now))).toBe(429)
  const write = '/v1/network/reset'
  expect(await status(readProof(TOKEN, host, write, now), 'POST', write)).toBe(401)
})

/** Strangers' readers of events, on bare sockets; `isDeaf`: one that takes nothing. */
function strangers(port: number, count: number, isDeaf = false): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = connectSocket(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    if (isDeaf) socket.pause()
    else socket.resume()
    sockets.push(socket)
    return socket
  })
}

it('readers of the operator have places that no stranger takes', async () => {
  open = await openTestApi()
  const { control, port, url } = open
  const client = connect(url, { token: TOKEN })
  const stop = new AbortController()
  const stream = client.events({ signal: stop.signal, reconnect: false })
  expect((await stream.next()).value).toEqual({ kind: 'connected' })
  const first = strangers(port, EVENT_READERS_MAX)
  await until(() => control.subscribers === EVENT_READERS_MAX + 1, 'strangers fill their places')
  strangers(port, 20)
  await until(() => first.filter(({ destroyed }) => destroyed).length === 20, 'strangers go for strangers')
  control.emit('peers', 'joined', { n: 1 })
  expect((await stream.next()).value).toMatchObject({ kind: 'event' })
  stop.abort()
  await stream.next()
  client.close()
})

it('a reader that takes nothing goes first, and its connection with it', async () => {
  open = await openTestApi()
  const { api, control, port } = open
  const awake = strangers(port, EVENT_READERS_MAX - 1)
  strangers(port, 1, true)
  await until(() => control.subscribers === EVENT_READERS_MAX, 'all stand')
  // More than the system takes for it.
  for (let n = 0; n < 4_000; n++) {
    control.emit('peers', 'x', { n, filler: 'x'.repeat(4_096) })
    if (n % 8 === 0) await new Promise(setImmediate)
  }
  await until(() => awake.every(({ bytesRead }) => bytesRead > 4_000 * 4_096), 'the others have all')
  strangers(port, 1)
  await until(
    () => awake.length === EVENT_READERS_MAX - 1 && control.subscribers === EVENT_READERS_MAX,
    'all stand again',
  )
  await until(async () => (await api.load()).connections === EVENT_READERS_MAX, 'the connection is closed')
  expect(awake.filter(({ destroyed }) => destroyed)).toEqual([])
})
