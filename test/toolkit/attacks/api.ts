/** Attacks on the HTTP API: A19, A21, A22, A25; A48 stands in neighbours.ts. */
import { readFileSync, readdirSync } from 'node:fs'
import { connect as connectSocket, type Socket } from 'node:net'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { JSON_KEYS_MAX } from '../../../src/adapters/http/limits.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { until } from '../../../testnet/until.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import { eventually, staged } from '../arena/sight.ts'

interface Reply {
  readonly status: number
  readonly text: string
  readonly elapsedMs: number
}

/** One request from one of the attackers' addresses. */
function post(
  node: Pick<NodePlace, 'apiUrl' | 'cookieFile'>,
  ip: string,
  body: string | Uint8Array,
  more: Record<string, string> = {},
): Promise<Reply> {
  const started = performance.now()
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      authorization: `Bearer ${readFileSync(node.cookieFile, 'utf8').trim()}`,
      ...more,
    }
    const options = { method: 'POST', localAddress: ip, headers, agent: false }
    const outgoing = request(new URL('/v1/transactions', node.apiUrl), options, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      incoming.on('close', () =>
        resolve({ status: incoming.statusCode ?? 0, text, elapsedMs: performance.now() - started }),
      )
    })
    outgoing.on('error', () => resolve({ status: 0, text: '', elapsedMs: performance.now() - started }))
    outgoing.end(body)
  })
}

const a21: Attack = {
  id: 'A21',
  title: 'JSON with a hundred thousand keys, and with one more than is allowed',
  controls: [{ without: 'any number of keys in a JSON body', shows: /not refused for its keys/ }],
  async run(ground) {
    const report = new Report()
    const keys = (count: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1])))
    let slowestMs = 0
    for (const count of [100_000, 4_000, JSON_KEYS_MAX + 1]) {
      const { status, text, elapsedMs } = await post(ground.victim, `${ground.net}.1`, keys(count))
      // A connection that is closed in the middle of 1 MiB is an answer too.
      report.require([0, 400, 413].includes(status), `${count} keys were answered with ${status}`)
      // The schema would refuse it too, after every key has been looked at.
      report.require(status !== 400 || text.includes('keys'), `a body of ${count} keys was not refused for its keys`)
      slowestMs = Math.max(slowestMs, elapsedMs)
    }
    report.atMost('slowestMs', slowestMs, 250)
    return report
  },
}

/** What is left of the fifty requests a second by ten of honest users, and a margin. */
const DOCUMENT_EVERY_MS = 30

const a22: Attack = {
  id: 'A22',
  title: 'bodies that would pollute a prototype',
  controls: [{ without: 'any key in a JSON body', shows: /refusedByKey is/ }],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const count = ground.scale === 'full' ? 10_000 : 60
    const keys = ['__proto__', 'constructor', 'prototype', 'toString', 'sender', 'x']
    const poison = (depth: number): unknown =>
      depth === 0
        ? 1
        : { [keys[prng.below(keys.length)] ?? 'x']: poison(depth - 1), [`k${prng.below(9)}`]: { polluted: true } }
    const fixed = [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '[{"__proto__":[]}]',
      'null',
      '1',
    ]
    const statuses = new Map<number, number>()
    let byKey = 0
    await staged(ground, async (_gang, sight) => {
      const nodes = [ground.victim, ...ground.others]
      for (let i = 0; i < count; i++) {
        const node = nodes[i % nodes.length] ?? ground.victim
        const body = fixed[i] ?? JSON.stringify(poison(1 + prng.below(6)))
        const { status, text } = await post(node, `${ground.net}.1`, body)
        // The limit on requests, which all who know a node's token share, must not speak for the check; nor are honest
        // users to run into it.
        await until(() => false, { timeoutMs: DOCUMENT_EVERY_MS / nodes.length, everyMs: 5 })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        // Those first three before anything else has looked at the document.
        if (i < 3 && text.includes('is not allowed')) byKey++
      }
      report.exactly('refusedByKey', byKey, 3)
      report.figure('refused400', statuses.get(400) ?? 0)
      report.exactly('answeredOtherwise', count - (statuses.get(400) ?? 0), 0)
      report.require(!JSON.stringify(await sight.client.status()).includes('polluted'), 'Object.prototype is polluted')
    })
    return report
  },
}

const a25: Attack = {
  id: 'A25',
  title: 'HTTP clients that send a byte a second, and clients that never read',
  controls: [{ without: 'slow HTTP clients have all the time', shows: /sockets are still open after 20 s/ }],
  async run(ground) {
    const report = new Report()
    const count = ground.scale === 'full' ? 500 : 60
    const url = new URL(ground.victim.apiUrl)
    const fds = (): number => readdirSync(`/proc/${ground.victim.pid}/fd`).length
    const sockets: Socket[] = []
    const ages: number[] = []
    const dial = (ip: string, onOpen: (socket: Socket) => void): void => {
      const born = performance.now()
      const socket = connectSocket({ host: url.hostname, port: Number(url.port), localAddress: ip }, () =>
        onOpen(socket),
      )
      socket.on('error', () => undefined)
      socket.on('close', () => ages.push(performance.now() - born))
      sockets.push(socket)
    }
    const before = fds()
    for (let i = 0; i < count; i++) {
      dial(`${ground.net}.${1 + (i % 100)}`, (socket) => {
        const timer = setInterval(() => socket.write('G'), 1_000)
        socket.on('close', () => clearInterval(timer))
        socket.write('GET /livez HTTP/1.1\r\nX-Slow: ')
      })
      dial(`${ground.net}.${101 + (i % 100)}`, (socket) => {
        socket.pause()
        // Many answers that are never read, on one connection.
        socket.write(`GET /metrics HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`.repeat(60))
      })
    }
    const closed = await eventually(() => {
      // A paused socket does not notice its end by itself.
      for (const socket of sockets) if (socket.isPaused()) socket.write(' ')
      return sockets.every((socket) => socket.destroyed)
    }, 20_000)
    report.require(closed, `${sockets.filter((socket) => !socket.destroyed).length} sockets are still open after 20 s`)
    // 6 s for slow headers. Unread answers first fill the system's buffers, for a few seconds; then 6 s as well.
    report.atMost('oldestMs', Math.max(0, ...ages), 12_000)
    for (const socket of sockets) socket.destroy()
    await eventually(() => fds() <= before + 5, 5_000)
    report.atMost('fdsLeft', fds() - before, 5)
    return report
  },
}

const a19: Attack = {
  id: 'A19',
  title: 'a compressed body that would be a bomb',
  controls: [{ without: 'bodies of any encoding', shows: /status is/ }],
  async run(ground) {
    const report = new Report()
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576))
    const { status } = await post(ground.victim, `${ground.net}.1`, bomb, { 'content-encoding': 'gzip' })
    report.exactly('status', status, 415)
    return report
  },
}

export const API_ATTACKS: readonly Attack[] = [a19, a21, a22, a25]
