/** Clients that are slow on purpose (SECURITY.md A25): each is cut off in time, and honest ones do not notice. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { CONNECTIONS_MAX } from '../../src/adapters/http/limits.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { openTestApi, send, TOKEN } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'
import { ownTimeMs } from '../toolkit/own-time.ts'
import { until } from '../toolkit/until.ts'

const CUT_OFF_MS = 7_000
const BODY_CUT_OFF_MS = 12_000
const HONEST_P99_MS = 200
/** One request at a time, each after a pause of 10 ms. */
const HONEST_PER_SECOND_MIN = 8

describe('slow clients', () => {
  let open: TestApi
  const sockets: Socket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await open.api.close()
  })

  let opened = 0
  const dial = (onOpen: (socket: Socket) => void): Socket => {
    const socket = connect(open.port, '127.0.0.1', () => {
      opened++
      onOpen(socket)
    })
    socket.on('error', () => undefined)
    sockets.push(socket)
    return socket
  }
  /** Sends the text one byte at a time, for ever. */
  const trickle = (socket: Socket, text: string): void => {
    let at = 0
    const timer = setInterval(() => socket.write(text[at++ % text.length] ?? 'x'), 250)
    socket.on('close', () => {
      clearInterval(timer)
    })
  }
  const connections = async (): Promise<number> => (await open.api.load()).connections

  it('are cut off, whichever way they are slow, while others are served', async () => {
    const control = new FakeControl()
    control.metricsText = 'x'.repeat(10 * 1024 * 1024)
    open = await openTestApi({ control })
    const head = `POST /v1/transactions HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n`
    for (let index = 0; index < 50; index++) {
      // Headers that never end.
      dial((socket) => {
        trickle(socket, 'GET /livez HTTP/1.1\r\nX-Slow: ')
      })
      // A body that never ends, with the right token.
      dial((socket) => {
        socket.write(head)
        trickle(socket, '{"sender":')
      })
      // Nothing at all.
      dial(() => undefined)
      // An answer that is never read.
      dial((socket) => {
        socket.pause()
        socket.write(`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${open.port}\r\n\r\n`)
      })
    }
    // A connection's time runs from its own beginning, so the first may be gone before the last has come.
    await until(() => opened === 200, 'all of them have been connected')
    const started = ownTimeMs()
    const elapsed: number[] = []
    const honest = async (): Promise<void> => {
      const before = ownTimeMs()
      expect((await send(open.url, '/livez')).status).toBe(200)
      elapsed.push(ownTimeMs() - before)
    }
    let slowBodiesOnlyMs: number | null = null
    let left = 200
    let spentMs = 0
    await until(
      async () => {
        await honest()
        left = await connections()
        spentMs = ownTimeMs() - started
        if (left <= 50) slowBodiesOnlyMs ??= spentMs
        return left === 0 || spentMs > BODY_CUT_OFF_MS
      },
      'the time is over',
      45_000,
    )
    expect(left).toBe(0)
    expect(slowBodiesOnlyMs).toBeLessThan(CUT_OFF_MS)
    expect(spentMs).toBeLessThan(BODY_CUT_OFF_MS)
    elapsed.sort((a, b) => a - b)
    expect(elapsed.length).toBeGreaterThan((HONEST_PER_SECOND_MIN * spentMs) / 1_000)
    expect(elapsed[Math.floor(elapsed.length * 0.99)]).toBeLessThan(HONEST_P99_MS)
    expect(control.submitted).toEqual([])
  })

  it('cannot hold more sockets than there are, nor keep a newcomer out with them', async () => {
    open = await openTestApi()
    for (let index = 0; index < CONNECTIONS_MAX + 50; index++) dial(() => undefined)
    await until(() => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length >= 50, '50 gave way')
    await until(async () => (await connections()) === CONNECTIONS_MAX, 'no more than there are places')
    // All of them are taken, and the one that asks comes in.
    expect((await send(open.url, '/livez')).status).toBe(200)
    expect(await connections()).toBeLessThanOrEqual(CONNECTIONS_MAX)
  })
})
