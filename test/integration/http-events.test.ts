/** GET /v1/events: live, resumed, restarted, slow and stalled readers. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EVENT_BUFFER_BYTES_MAX, EVENT_READERS_MAX } from '../../src/adapters/http/limits.ts'
import { EVENT_TOPICS } from '../../src/domain/views.ts'
import { FakeControl } from '../toolkit/api/fake-control.ts'
import { openTestApi, send } from '../toolkit/api/http-api.ts'
import type { TestApi } from '../toolkit/api/http-api.ts'
import { until } from '../toolkit/until.ts'

interface Read {
  readonly id: string | null
  readonly event: string
  readonly data: { v: 1; topic?: string; data?: { n: number }; n?: number; reason?: string }
}

/** A reader over a bare socket, which can also stop reading. */
class Reader {
  readonly socket: Socket
  text = ''
  bytes = 0
  closed = false

  constructor(port: number, path: string, headers = '') {
    this.socket = connect(port, '127.0.0.1')
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}\r\n`)
    this.socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.byteLength
      this.text += chunk.toString('utf8')
    })
    this.socket.on('error', () => undefined)
    this.socket.on('close', () => {
      this.closed = true
    })
  }

  get standing(): boolean {
    return this.text.includes(': connected')
  }

  /** The complete events so far; chunk sizes stand on lines of their own between them. */
  events(): Read[] {
    const body = this.text.slice(this.text.indexOf('\r\n\r\n') + 4).replaceAll(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/g, '')
    return body
      .split('\n\n')
      .slice(0, -1)
      .filter((block) => block.includes('data: '))
      .map((block) => ({
        id: /^id: (.*)$/m.exec(block)?.[1] ?? null,
        event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
        data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null'),
      }))
  }

  numbers(): (number | undefined)[] {
    return this.events()
      .filter(({ event }) => event !== 'dropped')
      .map(({ data }) => data.data?.n)
  }
}

describe('the event stream', () => {
  let open: TestApi
  let control: FakeControl
  const readers: Reader[] = []
  const read = (query: string, headers = ''): Reader => {
    const reader = new Reader(open.port, `/v1/events${query}`, headers)
    readers.push(reader)
    return reader
  }
  const standing = (reader: Reader): Promise<void> => until(() => reader.standing, 'the stream stands')
  const start = async (options: { ringSize?: number; heartbeatMs?: number } = {}): Promise<void> => {
    control = new FakeControl({ ringSize: options.ringSize ?? 1_000 })
    open = await openTestApi({ control, heartbeatMs: options.heartbeatMs ?? 10_000 })
  }

  beforeEach(() => {
    readers.length = 0
  })
  afterEach(async () => {
    for (const { socket } of readers) socket.destroy()
    await open.api.close()
  })

  it('tells what happens, with ids that name the run', async () => {
    await start()
    const reader = read('')
    await standing(reader)
    expect(reader.text).toMatch(/content-type: text\/event-stream/i)
    expect(reader.text).toMatch(/cache-control: no-store/i)
    expect(reader.text).toMatch(/x-content-type-options: nosniff/i)
    control.emit('peers', 'joined', { n: 1 })
    control.emit('transactions', 'admitted', { n: 2 })
    await until(() => reader.events().length === 2, 'both events arrived')
    expect(reader.events()[1]).toEqual({
      id: `${control.startedAt.toString(36)}.2`,
      event: 'admitted',
      data: { v: 1, topic: 'transactions', event: 'admitted', node: 'node-0', data: { n: 2 } },
    })
  })

  it('tells of the topics that were asked for', async () => {
    await start()
    const reader = read('?topics=peers,mesh')
    await standing(reader)
    for (const [index, topic] of EVENT_TOPICS.entries()) control.emit(topic, 'x', { n: index })
    control.emit('mesh', 'last')
    await until(() => reader.events().at(-1)?.event === 'last', 'the last event arrived')
    expect(reader.events().map(({ data }) => data.topic)).toEqual(['peers', 'mesh', 'mesh'])
  })

  it.each(['?topics=nothing', '?topics=', '?topics=peers,', '?topics=peers,__proto__', '?topic=peers'])(
    'is refused for %s',
    async (query) => {
      await start()
      const reply = await send(open.url, `/v1/events${query}`)
      expect(reply.status).toBe(400)
      expect(reply.json.message).toMatch(/"topics?"/)
    },
  )

  it.each(['x', '-1', '1e3', '1.2.3', '01', '99999999999999999', 'run.', '\u00e9'])(
    'is refused after the id "%s"',
    async (id) => {
      await start()
      const reply = await send(open.url, '/v1/events', { headers: { 'last-event-id': id } })
      expect(reply.status).toBe(400)
      expect(reply.json.message).toMatch(/last-event-id/i)
    },
  )

  it('goes on after the last event that was read, with nothing missing and nothing twice', async () => {
    await start()
    const first = read('?topics=peers')
    await standing(first)
    for (let n = 1; n <= 5; n++) control.emit('peers', 'x', { n })
    await until(() => first.events().length === 5, 'five events arrived')
    first.socket.destroy()
    await until(() => control.subscribers === 0, 'the reader is forgotten')
    for (let n = 6; n <= 9; n++) control.emit('peers', 'x', { n })
    const third = first.events()[2]?.id ?? ''
    const again = read('?topics=peers', `Last-Event-ID: ${third}\r\n`)
    await standing(again)
    control.emit('peers', 'x', { n: 10 })
    await until(() => again.numbers().includes(10), 'the newest event arrived')
    expect(again.numbers()).toEqual([4, 5, 6, 7, 8, 9, 10])
  })

  it('begins with all that is remembered after the id 0', async () => {
    await start()
    for (let n = 1; n <= 3; n++) control.emit('peers', 'x', { n })
    const reader = read('', 'Last-Event-ID: 0\r\n')
    await until(() => reader.events().length === 3, 'three events arrived')
    expect(reader.numbers()).toEqual([1, 2, 3])
  })

  it('says how many events are forgotten', async () => {
    await start({ ringSize: 3 })
    for (let n = 1; n <= 10; n++) control.emit('peers', 'x', { n })
    const reader = read('', `Last-Event-ID: ${control.startedAt.toString(36)}.2\r\n`)
    await until(() => reader.numbers().includes(10), 'the newest event arrived')
    expect(reader.events()[0]).toEqual({ id: null, event: 'dropped', data: { v: 1, n: 5, reason: 'slow' } })
    expect(reader.numbers()).toEqual([8, 9, 10])
  })

  it('says that the node is another run, and tells all of it', async () => {
    await start()
    for (let n = 1; n <= 2; n++) control.emit('peers', 'x', { n })
    const reader = read('', 'Last-Event-ID: anotherrun.7000\r\n')
    await until(() => reader.numbers().includes(2), 'the newest event arrived')
    expect(reader.events()[0]).toMatchObject({ event: 'dropped', data: { reason: 'restarted' } })
    expect(reader.numbers()).toEqual([1, 2])
  })

  it('shows that it lives', async () => {
    await start({ heartbeatMs: 10 })
    const reader = read('')
    await until(() => reader.text.split(': alive\n\n').length > 3, 'three heartbeats came')
    expect(reader.events()).toEqual([])
  })

  it(`has room for ${EVENT_READERS_MAX} readers`, async () => {
    await start()
    for (let index = 0; index < EVENT_READERS_MAX; index++) read('')
    await until(() => control.subscribers === EVENT_READERS_MAX, 'all readers stand')
    const oldest = readers[0]?.socket
    // The oldest of the client with most of them goes for a newcomer (A48).
    await standing(read(''))
    await until(() => oldest?.destroyed === true || oldest?.readableEnded === true, 'the oldest was let go')
    await until(() => control.subscribers === EVENT_READERS_MAX, 'no more than before')
  })

  it('ends when the API closes', async () => {
    await start()
    const reader = read('')
    await standing(reader)
    const ended = once(reader.socket, 'end')
    await open.api.close()
    await ended
    expect(control.subscribers).toBe(0)
    await start()
  })

  /** Emits numbered events of 4 KiB, letting sockets work in between. */
  const emitMany = async (from: number, to: number): Promise<void> => {
    const filler = 'x'.repeat(4_096)
    for (let n = from; n <= to; n++) {
      control.emit('peers', 'x', { n, filler })
      if (n % 8 === 0) await new Promise(setImmediate)
    }
  }

  it('keeps little for a reader that stops, tells it what it missed, and serves the others meanwhile', async () => {
    await start({ ringSize: 100 })
    const stalled = read('')
    const quick = read('')
    await Promise.all([standing(stalled), standing(quick)])
    stalled.socket.pause()
    const total = 8_000
    const before = process.memoryUsage()
    await emitMany(1, total)
    await until(() => quick.numbers().at(-1) === total, 'the quick reader has the last event')
    expect(quick.numbers()).toHaveLength(total)
    const after = process.memoryUsage()
    const bytesBefore = stalled.bytes
    stalled.socket.resume()
    await until(() => stalled.numbers().at(-1) === total, 'the stalled reader has caught up')
    const missed = stalled.events().reduce((sum, { event, data }) => sum + (event === 'dropped' ? (data.n ?? 0) : 0), 0)
    expect(missed).toBeGreaterThan(0)
    expect(stalled.numbers().length + missed).toBe(total)
    // In order, and none twice.
    const numbers = stalled.numbers().map(Number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    // What waited: our bound, what the kernel holds for a loopback socket, and what was remembered for everybody.
    const waited = stalled.bytes - bytesBefore
    expect(waited).toBeLessThan(EVENT_BUFFER_BYTES_MAX + 8 * 1024 * 1024)
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(16 * 1024 * 1024)
  })

  it('loses nothing for a slow reader that the node still remembers', async () => {
    await start({ ringSize: 10_000 })
    const slow = read('')
    await standing(slow)
    slow.socket.pause()
    await emitMany(1, 4_000)
    slow.socket.resume()
    await until(() => slow.numbers().at(-1) === 4_000, 'the slow reader has caught up')
    expect(slow.numbers()).toEqual(Array.from({ length: 4_000 }, (_, index) => index + 1))
  })

  it('cuts off a reader that takes nothing for three heartbeats', async () => {
    await start({ ringSize: 10, heartbeatMs: 50 })
    const stalled = read('')
    await standing(stalled)
    stalled.socket.pause()
    await emitMany(1, 4_000)
    await until(() => control.subscribers === 0, 'the reader is cut off')
    await until(async () => (await open.api.load()).connections === 0, 'its socket is closed')
    expect((await open.api.load()).eventReaders).toBe(0)
  })

  it('gives up an event that is larger than any reader may be owed', async () => {
    await start()
    const reader = read('')
    await standing(reader)
    control.emit('peers', 'huge', { n: 1, filler: 'x'.repeat(EVENT_BUFFER_BYTES_MAX) })
    control.emit('peers', 'x', { n: 2 })
    await until(() => reader.events().length === 2, 'both were told of')
    expect(reader.events()[0]).toMatchObject({ event: 'dropped', data: { n: 1 } })
    expect(reader.numbers()).toEqual([2])
  })
})
