/** What another user of the operator's machine does to the API: A48. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect as connectSocket, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CONNECTIONS_MAX,
  EVENT_READERS_MAX,
  OPERATOR_READERS_MAX,
  REQUESTS_PER_SECOND,
} from '../../../src/adapters/http/limits.ts'
import { connect } from '../../../src/client/connect.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import { eventually } from '../arena/sight.ts'

/**
 * After how long a socket that was closed is opened again on average, ms, and in how many steps that is spread over as
 * much: a node takes one connection in a turn of its loop (libuv 1.52), and whether it takes all is not asked here.
 * Without the spread those that idle out together come again together, a queue of 224 turns, which on a machine that
 * others keep busy is longer than any question waits.
 */
const AGAIN_MS = 1_000
const AGAIN_STEPS = 16
/** More silent connections than there are places beside the readers. */
const SILENT = CONNECTIONS_MAX - EVENT_READERS_MAX + 16
/** Requests of the flood at once, and how often, ms: twice what one client may ask. */
const FLOOD = REQUESTS_PER_SECOND / 2
const FLOOD_MS = 250
const SETTLED_MS = 500
/** How long a node may take until all its places are taken, ms. */
const FILLED_MS = 15_000
const QUESTION_MS = 250
const ANSWER_MS = 3_000
/** So many questions that got no answer show what there is to show. */
const ENOUGH = 8

/** Sockets of a neighbour, from the operator's own address. Whoever closes one gets another. */
class Crowd {
  readonly #place: { host: string; port: number }
  readonly #text: string
  readonly #sockets = new Set<Socket>()
  /** How many were closed by the node: there are no more places. */
  closed = 0
  #ended = false

  constructor(url: URL, text: string, count: number) {
    this.#place = { host: url.hostname, port: Number(url.port) }
    this.#text = text
    for (let n = 0; n < count; n++) this.#dial()
  }

  end(): void {
    this.#ended = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #dial(): void {
    if (this.#ended) return
    const socket = connectSocket(this.#place)
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.closed++
      setTimeout(() => this.#dial(), AGAIN_MS * (0.5 + (this.closed % AGAIN_STEPS) / AGAIN_STEPS))
    })
    socket.resume()
    if (this.#text !== '') socket.write(this.#text)
  }
}

/** Requests without a token, over few connections: what is spent is the allowance. Counts what was refused. */
async function flood(url: URL, until: AbortSignal, count: { refused: number }): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  while (!until.aborted) {
    for (let n = 0; n < FLOOD; n++) {
      const outgoing = request(new URL('/livez', url), { agent }, (incoming) => {
        if (incoming.statusCode === 429) count.refused++
        incoming.resume()
      })
      outgoing.on('error', () => undefined)
      outgoing.end()
    }
    await pause(FLOOD_MS)
  }
  agent.destroy()
}

const a48: Attack = {
  id: 'A48',
  title: 'another user of the machine holds connections and readers of events, and asks all that loopback may',
  setting: { network: 'open' },
  controls: [
    {
      without: 'one bucket for all of loopback',
      shows: /questionsRefused is|honest users were refused: too-many-requests/,
    },
    { without: 'readers of events have no places of their own', shows: /streamsLost is/ },
    { without: 'silent connections keep newcomers out', shows: /questionsUnheard is/ },
  ],
  async run(ground) {
    const report = new Report()
    const url = new URL(ground.victim.apiUrl)
    const token = readFileSync(ground.victim.cookieFile, 'utf8').trim()
    const runMs = ground.scale === 'full' ? 30_000 : 5_000
    const over = new AbortController()
    const streaming = connect(ground.victim.apiUrl, { token })
    let lost = 0
    const stream = (async () => {
      for await (const { kind } of streaming.events({ signal: over.signal })) if (kind === 'disconnected') lost++
    })()
    await pause(SETTLED_MS)
    // First the readers, since their requests count like all others.
    const text = `GET /v1/events?topics=peers HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`
    const readers = new Crowd(url, text, EVENT_READERS_MAX + OPERATOR_READERS_MAX)
    await eventually(() => readers.closed > 0, FILLED_MS)
    const silent = new Crowd(url, '', SILENT)
    await eventually(() => silent.closed > 0, FILLED_MS)
    const spent = { refused: 0 }
    const flooding = flood(url, over.signal, spent)
    await eventually(() => spent.refused > 0, FILLED_MS)
    const unheard = { refused: 0, unreachable: 0 }
    let asked = 0
    let slowestMs = 0
    const started = performance.now()
    while (performance.now() - started < runMs && unheard.refused + unheard.unreachable < ENOUGH) {
      // Each over a new connection, as a command of the operator does.
      const client = connect(ground.victim.apiUrl, { token, timeoutMs: ANSWER_MS })
      const before = performance.now()
      const answer = await client.status()
      slowestMs = Math.max(slowestMs, performance.now() - before)
      client.close()
      asked++
      if (!answer.ok) unheard[answer.kind === 'problem' ? 'refused' : 'unreachable']++
      await pause(QUESTION_MS)
    }
    over.abort()
    for (const crowd of [readers, silent]) crowd.end()
    await flooding
    await stream
    streaming.close()
    report.figure('asked', asked)
    report.figure('slowestMs', slowestMs)
    report.figure('refusedToStrangers', spent.refused)
    report.require(spent.refused > 0, 'the flood was never refused: nothing was used up')
    report.exactly('questionsRefused', unheard.refused, 0)
    report.exactly('questionsUnheard', unheard.unreachable, 0)
    report.exactly('streamsLost', lost, 0)
    return report
  },
}

export const NEIGHBOUR_ATTACKS: readonly Attack[] = [a48]
