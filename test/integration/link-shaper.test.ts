import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FLIGHT_BYTES_MAX, LINK_CONNECTIONS_MAX } from '../../testnet/limits.ts'
import { ShapedLink } from '../../testnet/shaper/link.ts'
import { UNSHAPED, type LinkShape } from '../../testnet/shaper/shape.ts'

const SEED = 20261120
const closers: (() => Promise<unknown> | undefined)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A server on a free port; `onSocket` gets every connection. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket.on('error', () => undefined))
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    for (const socket of open) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

const echo = (): Promise<number> => listen((socket) => socket.pipe(socket))

async function linkTo(port: number, shape: LinkShape = UNSHAPED): Promise<ShapedLink> {
  console.log(`link seed ${SEED}`)
  const link = await ShapedLink.open({ name: 'a-b', shape, seed: SEED })
  link.leadTo({ kind: 'at', port })
  closers.push(() => link.close())
  return link
}

/** A connection over the link, and what it has received. */
async function dial(link: ShapedLink): Promise<{ socket: Socket; received: () => Buffer; isClosed: () => boolean }> {
  const socket = createConnection({ host: '127.0.0.1', port: link.port, allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk))
  closers.push(() => {
    socket.destroy()
    return undefined
  })
  // Refused, it closes instead.
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve).once('close', () => {
      resolve()
    })
  })
  return { socket, received: () => Buffer.concat(chunks), isClosed: () => socket.closed }
}

const until = (condition: () => boolean, what: string): Promise<unknown> =>
  vi.waitFor(
    () => {
      if (!condition()) throw new Error(`still waiting: ${what}`)
    },
    { timeout: 8_000, interval: 5 },
  )

describe('a shaped link', () => {
  it('carries bytes both ways as they are', async () => {
    const link = await linkTo(await echo())
    const { socket, received } = await dial(link)
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) & 0xff))
    socket.write(sent)
    await until(() => received().byteLength === sent.byteLength, 'the echo')
    expect(received().equals(sent)).toBe(true)
    expect(link.counts()).toEqual({ connections: 1, bytesForward: sent.byteLength, bytesBack: sent.byteLength })
  })

  it('delays each way by no less than it says', async () => {
    const link = await linkTo(await echo(), { ...UNSHAPED, delayMs: 40 })
    const { socket, received } = await dial(link)
    const roundTrips: number[] = []
    for (let i = 1; i <= 10; i++) {
      const before = performance.now()
      socket.write('x')
      await until(() => received().byteLength === i, `echo ${i}`)
      roundTrips.push(performance.now() - before)
    }
    console.log(`round trips over 40 ms each way: ${roundTrips.map((ms) => ms.toFixed(1)).join(' ')} ms`)
    expect(Math.min(...roundTrips)).toBeGreaterThanOrEqual(80)
    expect(Math.min(...roundTrips)).toBeLessThan(110)
  })

  it('keeps the order under jitter, and spreads the delay within its bounds', async () => {
    const arrivals: { at: number; text: string }[] = []
    const port = await listen((socket) =>
      socket.on('data', (chunk: Buffer) => arrivals.push({ at: performance.now(), text: chunk.toString() })),
    )
    const link = await linkTo(port, { ...UNSHAPED, delayMs: 30, jitterMs: 25 })
    const { socket } = await dial(link)
    const sent: number[] = []
    for (let i = 0; i < 40; i++) {
      sent.push(performance.now())
      socket.write(`${i},`)
      await until(() => link.counts().bytesForward >= sent.map((_, n) => `${n},`).join('').length, 'the link takes it')
    }
    const expected = sent.map((_, n) => `${n},`).join('')
    await until(() => arrivals.map(({ text }) => text).join('').length === expected.length, 'all numbers')
    expect(arrivals.map(({ text }) => text).join('')).toBe(expected)
    const firstDelay = (arrivals[0]?.at ?? 0) - (sent[0] ?? 0)
    expect(firstDelay).toBeGreaterThanOrEqual(5)
    expect((arrivals.at(-1)?.at ?? 0) - (sent[0] ?? 0)).toBeGreaterThanOrEqual(5)
  })

  it('holds the bandwidth in one direction, and other links are not slowed by it', async () => {
    let taken = 0
    const port = await listen((socket) => socket.on('data', (chunk: Buffer) => (taken += chunk.byteLength)))
    const link = await linkTo(port, { ...UNSHAPED, bytesPerSecond: 200_000 })
    const { socket } = await dial(link)
    const before = performance.now()
    socket.write(Buffer.alloc(100_000))
    await until(() => taken === 100_000, '100 kB')
    const seconds = (performance.now() - before) / 1_000
    console.log(`100 kB over 200 kB/s: ${seconds.toFixed(3)} s`)
    expect(seconds).toBeGreaterThanOrEqual(0.49)
    expect(seconds).toBeLessThan(1.5)
  })

  it('makes a sender wait instead of keeping everything', async () => {
    const port = await listen((socket) => socket.pause())
    const link = await linkTo(port)
    const { socket } = await dial(link)
    link.stall('both')
    let offered = 0
    let isRefused = false
    const offer = (): void => {
      while (offered < 64 * FLIGHT_BYTES_MAX && !isRefused) {
        offered += 65_536
        isRefused = !socket.write(Buffer.alloc(65_536))
      }
    }
    socket.on('drain', () => {
      isRefused = false
      offer()
    })
    offer()
    await until(() => link.bytesInFlight() >= FLIGHT_BYTES_MAX && isRefused, 'the link is full')
    // One read of a socket may come on top of the bound.
    expect(link.bytesInFlight()).toBeLessThanOrEqual(FLIGHT_BYTES_MAX + 65_536)
    expect(offered).toBeLessThan(64 * FLIGHT_BYTES_MAX)
  })

  it('passes on the end of one way while the other stays open', async () => {
    let request = ''
    const port = await listen((socket) => {
      socket.on('data', (chunk: Buffer) => (request += chunk.toString()))
      socket.on('end', () => socket.end(`answer to ${request}`))
    })
    const { socket, received } = await dial(await linkTo(port, { ...UNSHAPED, delayMs: 10 }))
    socket.end('question')
    await until(() => received().toString() === 'answer to question', 'the answer after the half-close')
    await until(() => socket.closed, 'both ends closed')
  })
})

describe('faults of a link', () => {
  it('a cut resets what stands and refuses what comes, and healing lets it in again', async () => {
    const link = await linkTo(await echo())
    const first = await dial(link)
    link.cut('refuse')
    await until(first.isClosed, 'the standing connection falls')
    const refused = await dial(link)
    await until(refused.isClosed, 'a new one is refused')
    expect(link.counts().connections).toBe(0)
    link.heal()
    const healed = await dial(link)
    healed.socket.write('again')
    await until(() => healed.received().toString() === 'again', 'an echo after healing')
  })

  it('a blackhole takes connections and says nothing; healing resets them so that they are dialled again', async () => {
    let reached = 0
    const link = await linkTo(await listen(() => reached++))
    link.cut('blackhole')
    const lost = await dial(link)
    lost.socket.write('anybody?')
    await until(() => link.counts().connections === 1, 'the link holds it')
    expect([reached, lost.isClosed()]).toEqual([0, false])
    link.heal()
    await until(lost.isClosed, 'healing drops it')
  })

  it('a stall of one way leaves the other alone, and loses nothing', async () => {
    const link = await linkTo(
      await listen((socket) => {
        socket.on('data', (chunk: Buffer) => socket.write(chunk))
        socket.write('hello')
      }),
    )
    const { socket, received } = await dial(link)
    await until(() => received().toString() === 'hello', 'the greeting')
    link.stall('forward')
    socket.write('held')
    await until(() => link.bytesInFlight() === 4, 'the bytes are held')
    expect(received().toString()).toBe('hello')
    link.heal()
    await until(() => received().toString() === 'helloheld', 'they come out afterwards')
  })

  it('holds a connection until its target has a port, and refuses it when the target is down', async () => {
    const link = await ShapedLink.open({ name: 'a-c', shape: UNSHAPED, seed: SEED })
    closers.push(() => link.close())
    const early = await dial(link)
    early.socket.write('early')
    await until(() => link.counts().connections === 1, 'it waits')
    link.leadTo({ kind: 'at', port: await echo() })
    await until(() => early.received().toString() === 'early', 'it is carried on')
    link.leadTo({ kind: 'down' })
    const late = await dial(link)
    await until(late.isClosed, 'refused while the target is down')
  })

  it('bounds the connections that it carries', async () => {
    const link = await linkTo(await echo())
    const dialled = await Promise.all(Array.from({ length: LINK_CONNECTIONS_MAX + 4 }, () => dial(link)))
    await until(() => dialled.filter(({ isClosed }) => isClosed()).length === 4, 'those above the bound are refused')
    expect(link.counts().connections).toBe(LINK_CONNECTIONS_MAX)
  })

  it('frees its port when it is closed, whatever stands on it', async () => {
    const link = await linkTo(await echo())
    const { isClosed } = await dial(link)
    await link.close()
    await until(isClosed, 'the connection falls')
    const socket = createConnection({ host: '127.0.0.1', port: link.port })
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })
})
